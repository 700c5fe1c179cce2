/** A client without a mind of its own: it says what it is told to and notes what it hears. */
import { until } from 'im-kernel/kit';
import type {
  Accepted,
  Act,
  ClientFrame,
  Hello,
  Query,
  Refused,
  Result,
  Send,
  ServerFrame,
  What,
} from '../../core/wire/frames.ts';
import { encodeFrame } from '../../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../../core/wire/frame-decoder.ts';
import { decodeJson, encodeJson } from '../../core/wire/json.ts';
import type { Wire } from './loopback.ts';

type Of<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

const UTF8 = new TextEncoder();
/** Server frames may be 1 KiB longer than the longest of a client. */
const SERVER_FRAME_MAX = 65_536 + 1024;
let ids = 0;

/** A fresh command id. */
export function freshId(): string {
  ids += 1;
  return `0199a0b1-c2d3-7e4f-8a9b-${ids.toString(16).padStart(12, '0')}`;
}

export class RawClient {
  readonly wire: Wire;
  /** Everything heard, in order. */
  readonly log: ServerFrame[] = [];
  /** The longest frame heard, in bytes. */
  longestBytes = 0;
  /** False: PINGs are not answered. */
  answersPings = true;
  #unread: ServerFrame[] = [];
  readonly #decoder: FrameDecoder;
  readonly #asked = new Map<number, What>();
  #query = 0;
  #ping = 1000;
  readonly #numbers = new Map<string, number>();

  constructor(wire: Wire) {
    this.wire = wire;
    const whatOf = (query: number): What | undefined => this.#asked.get(query);
    this.#decoder = new FrameDecoder({
      from: 'server',
      framing: wire.binding.framing,
      maxFrameBytes: 1_048_576,
      whatOf,
    });
    wire.heard = (bytes) => this.#hear(bytes);
  }

  get #json(): boolean {
    return this.wire.binding.encoding === 'json';
  }

  say(...frames: readonly ClientFrame[]): void {
    if (this.#json) for (const frame of frames) this.wire.say(UTF8.encode(encodeJson(frame)));
    else this.wire.say(Buffer.concat(frames.map((frame) => encodeFrame(frame))));
  }

  hello(token: string, device = 'd1', more: Partial<Hello> = {}): void {
    this.say({ type: 'hello', version: 1, token, device, ...more });
  }

  /** The next unread frame of this type; those of other types stay. */
  async next<T extends ServerFrame['type']>(type: T): Promise<Of<T>> {
    const find = (): number => this.#unread.findIndex((frame) => frame.type === type);
    const heard = (): string => this.log.map((frame) => JSON.stringify(frame)).join('\n');
    await until(() => find() >= 0, `a ${type} frame`, 3_000).catch((error: unknown) => {
      throw new Error(`${String(error)}; heard:\n${heard()}`);
    });
    return this.#unread.splice(find(), 1)[0] as Of<T>;
  }

  async some<T extends ServerFrame['type']>(type: T, count: number): Promise<readonly Of<T>[]> {
    const found: Of<T>[] = [];
    while (found.length < count) found.push(await this.next(type));
    return found;
  }

  /** Takes what is unread of a type. */
  take<T extends ServerFrame['type']>(type: T): readonly Of<T>[] {
    const found = this.#unread.filter((frame): frame is Of<T> => frame.type === type);
    this.#unread = this.#unread.filter((frame) => frame.type !== type);
    return found;
  }

  /** Waits until everything said before has been taken in. */
  async heardOut(): Promise<void> {
    this.#ping += 1;
    const id = this.#ping;
    this.say({ type: 'ping', id });
    await until(
      () => this.log.some((frame) => frame.type === 'pong' && frame.id === id),
      'a PONG',
      3_000,
    );
  }

  /** The number that this device's next new command in the conversation gets. */
  number(conversation: string): number {
    const number = (this.#numbers.get(conversation) ?? 0) + 1;
    this.#numbers.set(conversation, number);
    return number;
  }

  send(conversation: string, text: string, more: Partial<Send> = {}): Send {
    const frame: Send = {
      type: 'send',
      conversation,
      number: more.number ?? this.number(conversation),
      id: freshId(),
      sentAt: 1_795_404_000_000,
      body: UTF8.encode(text),
      ...more,
    };
    this.say(frame);
    return frame;
  }

  act(conversation: string, action: string, more: Partial<Act> = {}): Act {
    const frame: Act = {
      type: 'act',
      conversation,
      number: more.number ?? this.number(conversation),
      id: freshId(),
      sentAt: 1_795_404_000_000,
      action,
      ...more,
    };
    this.say(frame);
    return frame;
  }

  /** The answer to a command, whichever it is. */
  async answer(command: Send | Act): Promise<Accepted | Refused> {
    const find = (): number =>
      this.#unread.findIndex(
        (frame) =>
          (frame.type === 'accepted' || frame.type === 'refused') &&
          frame.conversation === command.conversation &&
          frame.number === command.number &&
          frame.id === command.id,
      );
    await until(() => find() >= 0, `an answer to ${command.conversation} ${command.number}`, 3_000);
    return this.#unread.splice(find(), 1)[0] as Accepted | Refused;
  }

  async accepted(command: Send | Act): Promise<Accepted> {
    const answer = await this.answer(command);
    if (answer.type === 'accepted') return answer;
    throw new Error(`refused: ${answer.code} ${answer.detail ?? ''}`);
  }

  /** The code of a refusal; `accepted` if it was none. */
  async fate(command: Send | Act): Promise<string> {
    const answer = await this.answer(command);
    return answer.type === 'accepted' ? 'accepted' : answer.code;
  }

  received(conversation: string, position: number): void {
    this.say({ type: 'received', upTo: [{ conversation, position }] });
  }

  read(conversation: string, position: number): void {
    this.say({ type: 'read', upTo: [{ conversation, position }] });
  }

  async ask<W extends What>(what: W, more: Partial<Query> = {}): Promise<Result<W>> {
    this.#query += 1;
    const query = this.#query;
    this.#asked.set(query, what);
    this.say({ type: 'query', query, what, ...more });
    const find = (): number =>
      this.#unread.findIndex((frame) => frame.type === 'result' && frame.query === query);
    await until(() => find() >= 0, `a RESULT for ${what}`, 3_000);
    return this.#unread.splice(find(), 1)[0] as Result<W>;
  }

  /** The code of the ERROR that ends the connection; `destroyed` if there was none. */
  async lastWord(): Promise<string> {
    await until(() => this.wire.closed, 'the end of the connection', 3_000);
    const last = this.log.at(-1);
    if (last?.type === 'error') return last.code;
    return this.wire.destroyed ? 'destroyed' : 'ended';
  }

  #hear(bytes: Uint8Array): void {
    if (this.#json) {
      this.#note(
        bytes.length,
        decodeJson(bytes, 'server', (query) => this.#asked.get(query)),
      );
      return;
    }
    this.#decoder.push(bytes);
    for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
      this.#note(0, frame as ServerFrame);
    }
    this.#measure(bytes);
  }

  #note(bytes: number, frame: ServerFrame | undefined): void {
    if (!frame) return;
    this.longestBytes = Math.max(this.longestBytes, bytes);
    this.log.push(frame);
    this.#unread.push(frame);
    if (frame.type === 'ping' && this.answersPings) this.say({ ...frame, type: 'pong' });
  }

  #measure(bytes: Uint8Array): void {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < view.length;) {
      const length = 5 + view.readUInt32BE(at + 1);
      this.longestBytes = Math.max(this.longestBytes, length);
      at += length;
    }
  }

  /** True if no frame was longer than a server's may be. */
  get fits(): boolean {
    return this.longestBytes <= SERVER_FRAME_MAX;
  }
}

/** The text of a body. */
export function textOf(body: Uint8Array | undefined): string {
  return new TextDecoder().decode(body);
}
