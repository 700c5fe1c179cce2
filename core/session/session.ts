/**
 * One connection of a device, from its first byte to its last: the greeting, framing and its
 * errors, heartbeats, back-pressure both ways, the end. What frames mean is the handler's matter,
 * which the reception gives once the peer is known. Nothing that a peer sends throws past
 * `receive`.
 */
import type { Binding, Clock, Ear, Log, Peer } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import type { Code } from '../wire/codes.ts';
import type {
  Act,
  ClientFrame,
  Hello,
  Query,
  Read,
  Received,
  Send,
  Signal,
} from '../wire/frames.ts';
import { WireError } from '../wire/wire-error.ts';
import { Input } from './input.ts';
import { Output, type Flusher } from './output.ts';
import type { SessionCounters } from './session-counters.ts';
import { Timed, type Wheel } from './wheel.ts';

/** What a live session's frames mean; made by the reception, one per session. */
export interface SessionHandler {
  /** WELCOME is written: deliveries may begin. */
  begin(): void;
  command(frame: Send | Act): void;
  acknowledge(frame: Received | Read): void;
  signal(frame: Signal): void;
  query(frame: Query): void;
  pong(id: number): void;
  /** True: read no more input; `session.resume` follows. */
  readonly congested: boolean;
  /** Commands handed in and not answered yet. */
  readonly unsettled: number;
  /** The output is free again. */
  drained(): void;
  /** The deadline that it asked for; returns the next one, monotonic ms. */
  tick(nowMs: number): number | undefined;
  /** The connection is gone or going; called once. */
  closed(): void;
}

export interface Reception {
  /** Says who it is, writes WELCOME, and gives the handler; or has called `session.fail`. */
  greet(session: Session, hello: Hello): Promise<SessionHandler | undefined>;
}

/** What all sessions of a node share. */
export interface SessionSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly wheel: Wheel;
  readonly flusher: Flusher;
  readonly counters: SessionCounters;
  readonly reception: Reception;
  /** Called once, when the connection is gone. */
  readonly gone: (session: Session) => void;
}

/**
 * greeting: before HELLO. live: after WELCOME. leaving: pays what it owes, then ends. ending: ended
 * by us.
 */
export type SessionState = 'greeting' | 'welcoming' | 'live' | 'leaving' | 'ending' | 'closed';

const DEAD_AFTER_HEARTBEATS = 2.5;

export class Session implements Ear {
  readonly id: string;
  readonly address: string;
  readonly binding: Binding;
  readonly output: Output;
  /** True once WELCOME was written. */
  welcomed = false;
  /** Set by the reception. */
  user = '';
  device = '';
  #state: SessionState = 'greeting';
  readonly #around: SessionSurroundings;
  readonly #input: Input;
  readonly #timed: Timed;
  #handler: SessionHandler | undefined;
  #resume: (() => void) | undefined;
  #receivedMs: number;
  readonly #openedMs: number;
  #blockedMs: number | undefined;
  #expiresMs: number | undefined;
  #handlerDueMs: number | undefined;
  #farewell: Code | undefined;
  #pingId = 0;

  constructor(id: string, peer: Peer, binding: Binding, around: SessionSurroundings) {
    this.id = id;
    this.address = peer.address;
    this.binding = binding;
    this.#around = around;
    this.output = new Output(peer, binding, {
      flusher: around.flusher,
      clock: around.clock,
      maxBytes: around.limits.outputMax,
      overflow: () => this.destroy('slow'),
    });
    this.#input = new Input(binding, around.limits.helloFrame);
    this.#openedMs = around.clock.monotonic();
    this.#receivedMs = this.#openedMs;
    this.#timed = new Timed((nowMs) => this.#tick(nowMs));
    this.#arm();
  }

  get state(): SessionState {
    return this.#state;
  }
  get live(): boolean {
    return this.#state === 'live';
  }

  receive(bytes: Uint8Array): Promise<void> | undefined {
    this.#receivedMs = this.#around.clock.monotonic();
    if (this.#deaf) return undefined;
    return this.#guarded(() => {
      this.#input.push(bytes);
      return this.#advance();
    });
  }

  oversize(): void {
    this.fail('frame-too-large', 'a message above the limit');
  }

  drained(): void {
    this.output.drained();
    this.#blockedMs = undefined;
    if (this.output.blocked) return;
    this.#handler?.drained();
    this.resume();
  }

  ended(): void {
    if (this.#input.partial) this.#around.counters.cutFrames.add();
    this.leave();
  }

  closed(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#around.wheel.set(this.#timed, undefined);
    this.#endHandler();
    this.resume();
    this.#around.gone(this);
  }

  /** Ends the connection with an ERROR. What was handed in before is still settled, unheard. */
  fail(code: Code, detail?: string, retryAfterMs?: number): void {
    if (this.#state === 'ending' || this.#state === 'closed') return;
    this.#around.counters.errors.add(1, code);
    this.output.write({
      type: 'error',
      code,
      ...(detail === undefined ? {} : { detail }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
    this.#end(this.#around.limits.linger);
  }

  /** Reads no more, sends the answers that it owes, then ends; with `farewell` as its last word. */
  leave(farewell?: Code): void {
    if (this.#state === 'ending' || this.#state === 'closed') return;
    this.#farewell ??= farewell;
    this.#state = 'leaving';
    this.resume();
    this.settled();
  }

  /** The handler's commands have been answered: a session that leaves may go. */
  settled(): void {
    if (this.#state !== 'leaving' || (this.#handler?.unsettled ?? 0) > 0) return;
    if (this.#farewell) this.fail(this.#farewell, undefined, this.#around.limits.retryAfter);
    else this.#end(0);
  }

  /** Drops the connection without a word. */
  destroy(reason: string): void {
    if (this.#state === 'closed') return;
    this.#around.counters.dropped.add(1, reason);
    this.#state = 'ending';
    this.output.destroy();
  }

  /** The identity lapses at this monotonic time. */
  expireAt(dueMs: number): void {
    this.#expiresMs = dueMs;
    this.#arm();
  }

  /** The handler wants `tick` at this monotonic time. */
  wake(dueMs: number | undefined): void {
    this.#handlerDueMs = dueMs;
    this.#arm();
  }

  /** Goes on reading, if whatever stopped it is over. */
  resume(): void {
    if (!this.#resume || this.#mustWait) return;
    const resume = this.#resume;
    this.#resume = undefined;
    resume();
  }

  ping(): number {
    this.#pingId += 1;
    this.output.write({ type: 'ping', id: this.#pingId, sentAt: this.#around.clock.now() });
    return this.#pingId;
  }

  /** True while input waits here on purpose: silence then says nothing about the peer. */
  get pacing(): boolean {
    return this.#resume !== undefined;
  }

  get #deaf(): boolean {
    return this.#state === 'leaving' || this.#state === 'ending' || this.#state === 'closed';
  }

  get #mustWait(): boolean {
    if (this.#deaf) return false;
    return (
      this.#state === 'welcoming' || this.output.blocked || (this.#handler?.congested ?? false)
    );
  }

  #guarded<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      this.#refuseInput(error);
      return undefined;
    }
  }

  #refuseInput(error: unknown): void {
    if (!(error instanceof WireError)) throw error;
    const greeting = this.#state === 'greeting';
    const long = error.code === 'frame-too-large' && greeting;
    if (long && (error.lengthBytes ?? 0) <= this.#around.limits.maxFrame) {
      this.fail('unauthenticated', 'the first frame is above the limit for HELLO');
    } else this.fail(error.code, error.message);
  }

  #advance(): Promise<void> | undefined {
    while (!this.#deaf) {
      if (this.#mustWait) {
        this.#noteBlocked();
        return this.#pace();
      }
      const frame = this.#input.next();
      if (frame === undefined) return undefined;
      this.#take(frame);
    }
    return undefined;
  }

  async #pace(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
    this.#receivedMs = this.#around.clock.monotonic();
    await this.#guarded(() => this.#advance());
  }

  #take(frame: ClientFrame): void {
    const handler = this.#handler;
    if (!handler) {
      this.#greet(frame);
      return;
    }
    switch (frame.type) {
      case 'send':
      case 'act':
        return handler.command(frame);
      case 'received':
      case 'read':
        return handler.acknowledge(frame);
      case 'ping':
        return this.output.write({ ...frame, type: 'pong' });
      case 'pong':
        return handler.pong(frame.id);
      case 'signal':
        return handler.signal(frame);
      case 'query':
        return handler.query(frame);
      case 'bye':
        return this.leave();
      case 'hello':
        return this.fail('malformed', 'a second HELLO');
    }
  }

  #greet(frame: ClientFrame): void {
    if (frame.type !== 'hello') {
      this.fail('unauthenticated', 'the first frame must be HELLO');
      return;
    }
    this.#state = 'welcoming';
    this.#input.limit(this.#around.limits.maxFrame);
    this.#around.reception.greet(this, frame).then(
      (handler) => this.#welcomed(handler),
      (error: unknown) => {
        this.#around.log.error('a greeting failed', { session: this.id, error: String(error) });
        this.fail('internal');
      },
    );
  }

  #welcomed(handler: SessionHandler | undefined): void {
    if (!handler) return;
    if (this.#state !== 'welcoming') {
      handler.closed();
      return;
    }
    this.#handler = handler;
    this.#state = 'live';
    handler.begin();
    this.#arm();
    this.resume();
  }

  #end(lingerMs: number): void {
    this.#state = 'ending';
    this.output.end(lingerMs);
    this.#endHandler();
    this.resume();
  }

  #endHandler(): void {
    this.#handler?.closed();
    this.#handler = undefined;
  }

  #noteBlocked(): void {
    if (!this.output.blocked) return;
    this.#blockedMs ??= this.#around.clock.monotonic();
    this.#arm();
  }

  #tick(nowMs: number): void {
    const { limits } = this.#around;
    if (this.output.blocked) this.#blockedMs ??= nowMs;
    else this.#blockedMs = undefined;
    if (this.#expiresMs !== undefined && nowMs >= this.#expiresMs) {
      return this.fail('unauthenticated', 'the token has lapsed');
    }
    if (this.#blockedMs !== undefined && nowMs >= this.#blockedMs + limits.sendTimeout) {
      return this.destroy('slow');
    }
    if (this.#state === 'greeting' && nowMs >= this.#openedMs + limits.helloTimeout) {
      return this.fail('unauthenticated', 'no HELLO in time');
    }
    if (!this.pacing && nowMs >= this.#deadMs) return this.destroy('silent');
    if (this.live) this.#tickLive(nowMs);
    this.#arm();
  }

  #tickLive(nowMs: number): void {
    if (nowMs >= this.output.sentMs + this.#around.limits.heartbeat) this.ping();
    if (this.#handlerDueMs !== undefined && nowMs >= this.#handlerDueMs) {
      this.#handlerDueMs = undefined;
      this.#handlerDueMs = this.#handler?.tick(nowMs);
    }
  }

  get #deadMs(): number {
    return this.#receivedMs + this.#around.limits.heartbeat * DEAD_AFTER_HEARTBEATS;
  }

  #arm(): void {
    if (this.#state === 'closed') return;
    const { limits } = this.#around;
    let dueMs = this.#deadMs;
    const at = (otherMs: number | undefined): void => {
      if (otherMs !== undefined && otherMs < dueMs) dueMs = otherMs;
    };
    if (this.#state === 'greeting') at(this.#openedMs + limits.helloTimeout);
    if (this.live) at(this.output.sentMs + limits.heartbeat);
    at(this.#handlerDueMs);
    at(this.#expiresMs);
    if (this.#blockedMs !== undefined) at(this.#blockedMs + limits.sendTimeout);
    else if (this.output.blocked) at(this.#around.clock.monotonic() + limits.sendTimeout);
    if (this.pacing) dueMs = Math.max(dueMs, this.#around.clock.monotonic() + 1);
    this.#around.wheel.set(this.#timed, dueMs);
  }
}
