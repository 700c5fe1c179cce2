/** One connection from dialling to its end: HELLO and WELCOME, frames both ways, heartbeat. */
import { FrameBuffer } from '../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../core/wire/frame-decoder.ts';
import type {
  ClientFrame,
  ErrorFrame,
  Hello,
  Ping,
  ServerFrame,
  Welcome,
  What,
} from '../core/wire/frames.ts';
import type { Cancel, ClientClock } from './clock.ts';
import type { Connection, Connector } from './connector.ts';
import type { Counts } from './counts.ts';
import { reasonOf } from './errors.ts';
import { Heartbeat } from './heartbeat.ts';
import type { ClientLimits } from './limits.ts';

/** Frames from a server may be longer than those to it by this much (PROTOCOL section 1). */
const EXTRA_BYTES = 1024;
/** The longest frame before WELCOME has named one. */
const FIRST_FRAME_BYTES = 65_536 + EXTRA_BYTES;
/** More than all fields of a command but its body and texts take. */
const COMMAND_HEAD_BYTES = 256;

/**
 * Why a connection is over. `silent`: nothing came in time. `broken`: the server sent what no
 * server may send.
 */
export type SessionEnd =
  | { readonly kind: 'lost' | 'silent' | 'broken'; readonly why: string }
  | ({ readonly kind: 'error' } & Omit<ErrorFrame, 'type'>);

/** Frames that concern the one who holds the session. */
export type SessionFrame = Exclude<ServerFrame, Ping | Welcome | ErrorFrame>;

export interface SessionSettings {
  readonly clock: ClientClock;
  readonly limits: ClientLimits;
  readonly connector: Connector;
  readonly address: string;
  /** At most so long from dialling to an open connection, and from HELLO to WELCOME. */
  readonly patienceMs: number;
  /** Asked for when the connection is open. */
  readonly hello: () => Hello;
  readonly counts: Pick<Counts, 'pings'>;
  readonly whatOf: (query: number) => What | undefined;
  readonly welcome: (session: Session, frame: Welcome) => void;
  readonly frame: (frame: SessionFrame) => void;
  /** Called at most once, last; not after `close`. */
  readonly ended: (end: SessionEnd) => void;
}

export class Session {
  readonly address: string;
  readonly #settings: SessionSettings;
  readonly #buffer = new FrameBuffer();
  readonly #decoder: FrameDecoder;
  readonly #heartbeat: Heartbeat;
  #connection: Connection | undefined;
  #cancelTimeout: Cancel;
  #flushing = false;
  #welcome: Welcome | undefined;
  #over = false;
  #pings = 0;

  constructor(settings: SessionSettings) {
    const { clock, limits } = settings;
    this.address = settings.address;
    this.#settings = settings;
    this.#decoder = new FrameDecoder({
      from: 'server',
      framing: 'stream',
      maxFrameBytes: FIRST_FRAME_BYTES,
      whatOf: settings.whatOf,
    });
    this.#heartbeat = new Heartbeat({
      clock,
      ping: () => this.ping(),
      dead: () => this.giveUp('nothing was heard from the server'),
    });
    this.#cancelTimeout = this.#within(limits.openTimeoutMs, 'connection');
  }

  /**
   * Dials. Separate from the making, so that whoever made it holds it before anything can happen.
   */
  open(): void {
    try {
      this.#connection = this.#settings.connector(this.address, {
        opened: () => this.#opened(),
        received: (bytes) => this.#received(bytes),
        closed: (why) => this.#end({ kind: 'lost', why: why ?? 'the connection was closed' }),
      });
    } catch (error) {
      this.#end({ kind: 'lost', why: reasonOf(error) });
    }
  }

  /** Bytes that have not left yet. */
  get bufferedBytes(): number {
    return this.#buffer.length + (this.#connection?.bufferedBytes ?? 0);
  }

  /** Monotonic ms when anything came last. */
  get heardMs(): number {
    return this.#heartbeat.receivedMs;
  }

  /** The longest frame that may be sent; undefined before WELCOME. */
  get maxFrameBytes(): number | undefined {
    return this.#welcome?.maxFrame;
  }

  /** Sends at the end of the turn, together with whatever else is sent in it. */
  send(frame: ClientFrame): void {
    if (this.#over) return;
    const { gatherBytes } = this.#settings.limits;
    const bodyBytes = 'body' in frame ? (frame.body?.length ?? 0) : 0;
    // A message over WebSocket stays within what every server takes: one frame, or little more than
    // `gatherBytes`.
    if (
      this.#buffer.length > 0 &&
      this.#buffer.length + bodyBytes + COMMAND_HEAD_BYTES > gatherBytes
    )
      this.#flush();
    this.#buffer.append(frame);
    if (this.#flushing) return;
    this.#flushing = true;
    this.#settings.clock.soon(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  ping(): void {
    this.#pings += 1;
    this.#settings.counts.pings += 1;
    this.send({ type: 'ping', id: this.#pings });
  }

  /** Ends it from this side, with a farewell where one was welcome; `ended` is not called. */
  close(reason?: string): void {
    if (this.#over) return;
    if (this.#welcome !== undefined) {
      this.send(reason === undefined ? { type: 'bye' } : { type: 'bye', reason });
      this.#flush();
    }
    this.#finish();
  }

  /** Ends it because nothing comes; `ended` is called. */
  giveUp(why: string): void {
    this.#end({ kind: 'silent', why });
  }

  #opened(): void {
    if (this.#over) return;
    const { limits, hello } = this.#settings;
    this.#cancelTimeout();
    this.#cancelTimeout = this.#within(limits.welcomeTimeoutMs, 'WELCOME');
    this.send(hello());
    this.#flush();
  }

  #within(mostMs: number, what: string): Cancel {
    const { clock, patienceMs } = this.#settings;
    const waitMs = Math.min(mostMs, patienceMs);
    return clock.after(waitMs, () => this.giveUp(`no ${what} within ${waitMs} ms`));
  }

  #received(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#heartbeat.received();
    this.#decoder.push(bytes);
    try {
      while (!this.#over) {
        const frame = this.#decoder.next();
        if (frame === undefined) return;
        this.#take(frame as ServerFrame);
      }
    } catch (error) {
      const why = `the other side does not speak this protocol (${reasonOf(error)})`;
      this.#end({ kind: 'broken', why });
    }
  }

  #take(frame: ServerFrame): void {
    if (frame.type === 'ping') {
      this.send({ ...frame, type: 'pong' });
    } else if (frame.type === 'error') {
      const { type: _, ...error } = frame;
      this.#end({ kind: 'error', ...error });
    } else if (frame.type === 'welcome') {
      this.#welcomed(frame);
    } else if (this.#welcome !== undefined || frame.type === 'moved' || frame.type === 'bye') {
      this.#settings.frame(frame);
    }
  }

  #welcomed(frame: Welcome): void {
    if (this.#welcome !== undefined) return;
    this.#welcome = frame;
    this.#cancelTimeout();
    this.#decoder.maxFrameBytes = frame.maxFrame + EXTRA_BYTES;
    this.#heartbeat.start(frame.heartbeatMs);
    this.#settings.welcome(this, frame);
  }

  #flush(): void {
    if (this.#buffer.length === 0 || this.#over) return;
    this.#heartbeat.sent();
    this.#connection?.send(this.#buffer.take());
  }

  #end(end: SessionEnd): void {
    if (this.#over) return;
    this.#finish();
    this.#settings.ended(end);
  }

  #finish(): void {
    this.#over = true;
    this.#cancelTimeout();
    this.#heartbeat.stop();
    this.#connection?.close();
  }
}
