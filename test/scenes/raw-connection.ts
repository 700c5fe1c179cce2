/**
 * A bare connection for tests: frames out, frames in, in any of the three ways; no retries, no
 * acknowledgements, no memory. It answers PING, keeps a transcript for the report of a failure, and
 * lets a test wait for what it has seen.
 */
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { encodeFrame } from '../../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../../core/wire/frame-decoder.ts';
import type { ClientFrame, Frame, ServerFrame, What } from '../../core/wire/frames.ts';
import { decodeJson, encodeJson } from '../../core/wire/json.ts';

export const ways = ['tcp', 'websocket', 'websocket json'] as const;
export type Way = (typeof ways)[number];

/** The most that a server may send in one frame: a client's 64 KiB, 1 KiB more, and the header. */
const serverFrameMaxBytes = 65_536 + 1_024 + 5;
const waitMs = 10_000;
const transcriptLines = 200;

/** The way down to the bytes. */
interface Line {
  send(frame: ClientFrame): void;
  /** Bytes as they are; over WebSocket one message, a text one for a string. */
  raw(bytes: Uint8Array | string): void;
  /** Stops and goes on reading. */
  pause(): void;
  resume(): void;
  /** Cuts at once, as a network does. */
  cut(): void;
  /** Closes the sending half when all is sent. */
  end(): void;
}

function show(frame: Frame): string {
  return JSON.stringify(frame, (key, value: unknown) => {
    if (key === 'token') return '(token)';
    return value instanceof Uint8Array ? Buffer.from(value).toString() : value;
  });
}

export class RawConnection {
  readonly transcript: string[] = [];
  /** Why it ended, once it has. */
  closed: string | undefined;
  #line: Line | undefined;
  readonly #onFrame: (frame: ServerFrame) => void;
  readonly #waiting = new Set<() => void>();
  readonly #asked = new Map<number, What>();

  private constructor(onFrame: (frame: ServerFrame) => void) {
    this.#onFrame = onFrame;
  }

  /** Rejects if nobody listens there. `onFrame` may throw: the next wait reports it. */
  static async open(
    way: Way,
    addresses: readonly string[],
    onFrame: (frame: ServerFrame) => void,
  ): Promise<RawConnection> {
    const made = new RawConnection(onFrame);
    const scheme = way === 'tcp' ? 'tcp:' : 'ws:';
    const address = addresses.find((one) => one.startsWith(scheme));
    if (address === undefined) throw new Error(`no ${scheme} among ${addresses.join(' ')}`);
    made.#line = await (way === 'tcp' ? made.#tcp(address) : made.#web(address, way));
    return made;
  }

  send(frame: ClientFrame): void {
    this.#note(`-> ${show(frame)}`);
    if (frame.type === 'query') this.#asked.set(frame.query, frame.what as What);
    this.#line?.send(frame);
  }

  /** Sends what no client should. */
  sendRaw(bytes: Uint8Array | string): void {
    this.#note(`-> ${bytes.length} raw`);
    this.#line?.raw(bytes);
  }

  /** Reads nothing more, until `resume`. */
  pause(): void {
    this.#line?.pause();
  }

  resume(): void {
    this.#line?.resume();
  }

  cut(): void {
    this.#note('-> (cut)');
    this.#line?.cut();
  }

  end(): void {
    this.#line?.end();
  }

  /**
   * Resolves to what `find` gives, as soon as it gives something; it is asked after each frame.
   * Rejects with the transcript after 10 s, or, unless `evenClosed`, when the connection ends
   * first.
   */
  until<T>(what: string, find: () => T | undefined, evenClosed = false): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        const found = this.#broken === undefined ? find() : undefined;
        if (found === undefined && !this.#broken && (evenClosed || !this.closed)) return;
        clearTimeout(limit);
        this.#waiting.delete(settle);
        if (found === undefined) reject(this.#failure(what));
        else resolve(found);
      };
      const limit = setTimeout(() => {
        this.#waiting.delete(settle);
        reject(this.#failure(`${what}, within ${waitMs} ms`));
      }, waitMs);
      this.#waiting.add(settle);
      settle();
    });
  }

  #broken: Error | undefined;

  #failure(what: string): Error {
    const why =
      this.#broken?.message ?? (this.closed ? `closed: ${this.closed}` : 'it did not come');
    return new Error(`expected ${what}; ${why}\n    ${this.transcript.join('\n    ')}`);
  }

  #note(line: string): void {
    this.transcript.push(line);
    if (this.transcript.length > transcriptLines) this.transcript.shift();
  }

  #take(frame: Frame | undefined): void {
    if (frame === undefined) return;
    this.#note(`<- ${show(frame)}`);
    if (frame.type === 'ping') this.send({ ...frame, type: 'pong' });
    this.#onFrame(frame as ServerFrame);
  }

  /** Whatever goes wrong while reading is kept for whoever waits. */
  #reading(read: () => void): void {
    try {
      read();
    } catch (error) {
      this.#broken ??= error instanceof Error ? error : new Error(String(error));
      this.#note(`!! ${this.#broken.message}`);
    }
    for (const settle of this.#waiting) settle();
  }

  #ended(why: string): void {
    this.closed ??= why;
    this.#note(`<- (closed: ${this.closed})`);
    for (const settle of this.#waiting) settle();
  }

  #decoder(framing: 'stream' | 'messages'): (bytes: Uint8Array) => void {
    const whatOf = (query: number): What | undefined => this.#asked.get(query);
    const settings = {
      from: 'server',
      framing,
      maxFrameBytes: serverFrameMaxBytes,
      whatOf,
    } as const;
    const decoder = new FrameDecoder(settings);
    return (bytes) => {
      decoder.push(bytes);
      for (let frame = decoder.next(); frame; frame = decoder.next()) this.#take(frame);
    };
  }

  #tcp(address: string): Promise<Line> {
    const { hostname, port } = new URL(address);
    const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const decode = this.#decoder('stream');
    socket.on('data', (bytes) => this.#reading(() => decode(new Uint8Array(bytes))));
    socket.on('close', () => this.#ended('the socket closed'));
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('connect', () =>
        resolve({
          send: (frame) => void socket.write(encodeFrame(frame)),
          raw: (bytes) => void socket.write(bytes),
          pause: () => void socket.pause(),
          resume: () => void socket.resume(),
          cut: () => socket.resetAndDestroy(),
          end: () => void socket.end(),
        }),
      );
    });
  }

  #web(address: string, way: Way): Promise<Line> {
    const json = way === 'websocket json';
    const socket = new WebSocket(address, json ? 'im.json.1' : 'im.tlv.1');
    const decode = this.#decoder('messages');
    const whatOf = (query: number): What | undefined => this.#asked.get(query);
    socket.on('message', (data, binary) =>
      this.#reading(() => {
        if (binary === json) throw new Error(`a ${binary ? 'binary' : 'text'} message on ${way}`);
        const bytes = new Uint8Array(data as Buffer);
        if (json) this.#take(decodeJson(bytes, 'server', whatOf));
        else decode(bytes);
      }),
    );
    socket.on('close', (code) => this.#ended(`the WebSocket closed with ${code}`));
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () =>
        resolve({
          send: (frame) => socket.send(json ? encodeJson(frame) : encodeFrame(frame)),
          raw: (bytes) => socket.send(bytes),
          pause: () => socket.pause(),
          resume: () => socket.resume(),
          cut: () => socket.terminate(),
          end: () => socket.close(1000),
        }),
      );
    });
  }
}
