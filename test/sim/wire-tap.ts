/**
 * Reads along with one connection, at the client's end, and notes what the wire carried in the
 * history.
 */
import { FrameDecoder } from '../../core/wire/frame-decoder.ts';
import type { Delivery, Frame, Welcome, What } from '../../core/wire/frames.ts';
import type { Actor, HistoryRecorder, SeenEntry } from './history.ts';
import type { Situations } from './situations.ts';

const MAX_FRAME_BYTES = 1 << 20;

export interface WireTapParts {
  /** Names the session in the history. */
  readonly session: string;
  readonly actor: Actor;
  /** Which life of a node it is with; absent where nobody knows. */
  readonly life?: number;
  readonly recorder: HistoryRecorder;
  readonly situations: Situations;
  readonly welcomed: (frame: Welcome) => void;
  /** An entry has come, as a delivery or as history, under this log. */
  readonly arrived: (delivery: Delivery, log: string) => void;
}

function entryOf(delivery: Delivery): SeenEntry {
  const { conversation, position, order, id, from, device, number, acceptedAt } = delivery;
  return {
    conversation,
    position,
    order,
    id,
    user: from,
    device,
    number,
    acceptedAt,
    kind: delivery.kind ?? 'message',
    body: Buffer.from(delivery.body ?? []).toString('utf8'),
    users: delivery.user ?? [],
    title: delivery.title ?? '',
  };
}

const PASSING: ReadonlySet<string> = new Set(['busy', 'rate-limited', 'not-ready', 'storage-full']);

export class WireTap {
  readonly #parts: WireTapParts;
  readonly #asked = new Map<number, What>();
  readonly #up: FrameDecoder;
  readonly #down: FrameDecoder;
  readonly #unanswered = new Set<string>();
  readonly #unacknowledged = new Map<string, Set<number>>();
  #window = Infinity;
  #log = '';

  constructor(parts: WireTapParts) {
    this.#parts = parts;
    const settings = { framing: 'stream', maxFrameBytes: MAX_FRAME_BYTES } as const;
    this.#up = new FrameDecoder({ ...settings, from: 'client' });
    const whatOf = (query: number): What | undefined => this.#asked.get(query);
    this.#down = new FrameDecoder({ ...settings, from: 'server', whatOf });
    const { recorder, actor, session, life } = parts;
    const server = life === undefined ? {} : { life };
    recorder.add({ type: 'connected', ...actor, session, ...server });
  }

  /** Bytes that leave the client. */
  sent(bytes: Uint8Array): void {
    this.#up.push(bytes.slice());
    for (let frame = this.#up.next(); frame !== undefined; frame = this.#up.next())
      this.#left(frame);
  }

  /** Bytes that reach the client. */
  received(bytes: Uint8Array): void {
    this.#down.push(bytes);
    for (let frame = this.#down.next(); frame !== undefined; frame = this.#down.next())
      this.#came(frame);
  }

  /** No more will come. */
  closed(): void {
    this.#parts.recorder.add({ type: 'closed', session: this.#parts.session });
    if (this.#down.partialBytes > 0) this.#parts.situations.add('frame cut in the middle');
  }

  #left(frame: Frame): void {
    const { recorder, session, situations } = this.#parts;
    if (frame.type === 'query') {
      this.#asked.set(frame.query, frame.what as What);
      if (frame.what === 'history') situations.add('history asked');
    } else if (frame.type === 'send' || frame.type === 'act') {
      const { conversation, number, id } = frame;
      recorder.add({ type: 'sent', session, conversation, number, id });
      this.#unanswered.add(id);
      if (this.#unanswered.size >= this.#window) situations.add('window of commands full');
    } else if (frame.type === 'received' || frame.type === 'read') {
      for (const { conversation, position } of frame.upTo ?? []) {
        recorder.add({ type: 'acknowledged', session, conversation, position });
        const open = this.#unacknowledged.get(conversation) ?? [];
        for (const one of open) if (one <= position) this.#acknowledge(conversation, one);
      }
    }
  }

  #came(frame: Frame): void {
    const { recorder, session, situations } = this.#parts;
    if (frame.type === 'welcome') {
      this.#window = frame.window;
      this.#log = frame.log;
      const { log, window } = frame;
      recorder.add({ type: 'welcomed', ...this.#parts.actor, session, log, window });
      this.#parts.welcomed(frame);
    } else if (frame.type === 'accepted') {
      const { conversation, number, id, position, order, acceptedAt } = frame;
      const duplicate = frame.duplicate === 1;
      const answer = { conversation, number, id, position, order, acceptedAt, duplicate };
      recorder.add({ type: 'accepted', session, ...answer });
      this.#unanswered.delete(id);
      if (duplicate) situations.add('repeat answered');
    } else if (frame.type === 'refused') {
      const { conversation, number, code, id = '' } = frame;
      recorder.add({ type: 'refused', session, conversation, number, id, code });
      this.#unanswered.delete(id);
      this.#countRefusal(code);
    } else if (frame.type === 'deliver') {
      this.#parts.arrived(frame, this.#log);
      this.#delivered(frame);
    } else if (frame.type === 'result' && frame.what === 'history') {
      for (const item of frame.item) this.#parts.arrived(item as Delivery, this.#log);
    } else if (frame.type === 'moved') {
      recorder.add({ type: 'moved', session, addresses: frame.address ?? [] });
      situations.add('client sent elsewhere');
    } else if (frame.type === 'receipt') {
      const { conversation, user, received, read } = frame;
      recorder.add({ type: 'receipt', session, conversation, user, received, read });
    } else if (frame.type === 'error') {
      recorder.add({ type: 'error', session, code: frame.code });
      if (frame.code === 'session-replaced') situations.add('session replaced');
    }
  }

  #countRefusal(code: string): void {
    const { situations } = this.#parts;
    if (PASSING.has(code)) situations.add('passing refusal');
    else if (code === 'conflict' || code === 'stale') situations.add('numbers given anew');
    else situations.add('final refusal');
  }

  #delivered(frame: Delivery): void {
    const { recorder, session, situations } = this.#parts;
    const { conversation, position } = frame;
    const again = frame.again === 1;
    const previous = frame.previous ?? position - 1;
    recorder.add({ type: 'delivered', session, entry: entryOf(frame), previous, again });
    if (again) situations.add('delivered again');
    if (frame.kind === 'expired') situations.add('delivered without its body');
    const open = this.#unacknowledged.get(conversation) ?? new Set();
    this.#unacknowledged.set(conversation, open.add(position));
    let deliveries = 0;
    for (const positions of this.#unacknowledged.values()) deliveries += positions.size;
    if (deliveries >= this.#window) situations.add('window of deliveries full');
  }

  #acknowledge(conversation: string, position: number): void {
    this.#unacknowledged.get(conversation)?.delete(position);
  }
}
