/**
 * One connection of a device, from its first byte to its last: the greeting, framing and its
 * errors, heartbeats, back-pressure both ways, the end. What frames mean is the handler's matter,
 * which the reception gives once the peer is known. Nothing from a peer throws past `receive`.
 */
import { ImError, type Binding, type Ear, type Peer } from '../contract/index.ts';
import type { Code } from '../wire/codes.ts';
import type { ClientFrame, Moved } from '../wire/frames.ts';
import type { WireError } from '../wire/wire-error.ts';
import { Deadlines, UNWELCOME, type Standing } from './deadlines.ts';
import { errorFrame } from './error-frame.ts';
import { Input } from './input.ts';
import { Output } from './output.ts';
import type { SessionHandler, SessionState, SessionSurroundings } from './session-handler.ts';
import { Reading, type Reader } from './reading.ts';
import { Timed } from './wheel.ts';

export class Session implements Ear, Reader {
  readonly id: string;
  readonly address: string;
  readonly binding: Binding;
  readonly output: Output;
  /** The bounds that it keeps to for its whole life, whatever becomes of the node's. */
  readonly terms: SessionSurroundings['limits'];
  /** True once WELCOME was written. */
  welcomed = false;
  /** Set by the reception. */
  user = '';
  device = '';
  #state: SessionState = 'greeting';
  readonly #around: SessionSurroundings;
  readonly #input: Input;
  readonly #reading: Reading;
  readonly #timed: Timed;
  #handler: SessionHandler | undefined;
  /** When something last came, and what is due when. */
  readonly times: Deadlines;
  #farewell: Code | Moved | undefined;
  #pingId = 0;

  constructor(id: string, peer: Peer, binding: Binding, around: SessionSurroundings) {
    this.id = id;
    this.address = peer.address;
    this.binding = binding;
    this.#around = around;
    this.terms = around.limits;
    this.output = new Output(peer, binding, {
      flusher: around.flusher,
      clock: around.clock,
      maxBytes: this.terms.outputMax,
      overflow: () => this.destroy('slow'),
      blocked: () => {
        this.times.note(true, around.clock.monotonic());
        this.#arm();
      },
    });
    this.#input = new Input(binding, this.terms.helloFrame);
    this.#reading = new Reading(this.#input, this);
    this.times = new Deadlines(this.terms, around.clock.monotonic());
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
    this.alive();
    return this.#reading.receive(bytes);
  }

  alive(): void {
    this.times.receivedMs = this.#around.clock.monotonic();
  }

  oversize(): void {
    this.fail('frame-too-large', 'a message above the limit');
  }

  drained(): void {
    this.times.blockedMs = undefined;
    this.output.drained();
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
    if (!this.deaf && this.#input.partial) this.#around.counters.cutFrames.add();
    this.#state = 'closed';
    this.#around.wheel.set(this.#timed, undefined);
    this.#endHandler();
    this.resume();
    this.#around.gone(this);
  }

  /** Ends the connection with an ERROR. What was handed in before is still settled, unheard. */
  fail(code: Code, detail?: string, retryAfterMs?: number): void {
    if (this.#over) return;
    this.#around.counters.errors.add(1, code);
    this.#around.kicks.tell(this, code, detail);
    this.output.write(errorFrame(code, detail, retryAfterMs));
    this.#end(this.terms.linger);
  }

  /** Reads no more, sends the answers that it owes, then ends; with `farewell` as its last word. */
  leave(farewell?: Code | Moved): void {
    if (this.#over) return;
    this.#farewell ??= farewell;
    this.#state = 'leaving';
    this.resume();
    this.settled();
  }

  /** The handler's commands have been answered: a session that leaves may go. */
  settled(): void {
    if (this.#state !== 'leaving' || (this.#handler?.unsettled ?? 0) > 0) return;
    if (typeof this.#farewell === 'object') this.move(this.#farewell);
    else if (this.#farewell) this.fail(this.#farewell, undefined, this.terms.retryAfter);
    else this.#end(0);
  }

  /**
   * Another server is the one for this peer: says so, and ends. `instead`: of all that has gathered
   * for it, which is not this node's to say any more.
   */
  move(to: Moved, instead = false): void {
    if (this.#over) return;
    this.#around.counters.moved.add();
    if (!instead) this.output.write(to);
    this.#end(this.terms.linger, instead ? to : undefined);
  }

  /** Drops the connection without a word. */
  destroy(reason: string): void {
    if (this.#state === 'closed') return;
    this.#around.counters.dropped.add(1, reason);
    this.#around.kicks.tell(this, reason);
    this.#state = 'ending';
    this.output.destroy();
  }

  /** The identity lapses at this monotonic time. */
  expireAt(dueMs: number): void {
    this.times.expiresMs = dueMs;
    this.#arm();
  }

  /** The handler wants `tick` at this monotonic time. */
  wake(dueMs: number | undefined): void {
    this.times.handlerMs = dueMs;
    this.#arm();
  }

  /** Goes on reading, if whatever stopped it is over. */
  resume(): void {
    this.#reading.resume();
  }

  ping(why: 'quiet' | 'unacknowledged'): number {
    this.#around.counters.pings.add(1, why);
    this.output.write({ type: 'ping', id: ++this.#pingId, sentAt: this.#around.clock.now() });
    return this.#pingId;
  }

  /** True while input waits here on purpose: silence then says nothing about the peer. */
  get pacing(): boolean {
    return this.#reading.pacing;
  }

  /** Undefined: it was not welcomed yet, or it is over. */
  get handler(): SessionHandler | undefined {
    return this.#handler;
  }

  get deaf(): boolean {
    return this.#state === 'leaving' || this.#over;
  }

  get #over(): boolean {
    return this.#state === 'ending' || this.#state === 'closed';
  }

  get mustWait(): boolean {
    return this.#state === 'welcoming' || this.output.blocked || this.#handler?.congested === true;
  }

  resumed(): void {
    this.alive();
  }

  unreadable(error: WireError): void {
    const short = (error.lengthBytes ?? Infinity) <= this.terms.maxFrame;
    if (this.#state === 'greeting' && error.code === 'frame-too-large' && short) {
      this.fail('unauthenticated', 'the first frame is above the limit for HELLO');
    } else this.fail(error.code, error.message);
  }

  /** What a frame asks for. */
  take(frame: ClientFrame): void {
    const handler = this.#handler;
    if (!handler) return this.#greet(frame);
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
    if (frame.type !== 'hello') return this.fail('unauthenticated', 'HELLO comes first');
    this.#state = 'welcoming';
    this.#input.limit(this.terms.maxFrame);
    this.#around.reception.greet(this, frame).then(
      (handler) => this.#welcomed(handler),
      (error: unknown) => {
        // Health tells once of a store that is away; not every client that comes meanwhile does.
        if (error instanceof ImError && error.kind === 'passing')
          return this.fail('not-ready', undefined, this.terms.retryAfter);
        this.#around.log.error('a greeting failed', { session: this.id, error: String(error) });
        return this.fail('internal');
      },
    );
  }

  #welcomed(handler: SessionHandler | undefined): void {
    if (!handler) return;
    if (this.#state !== 'welcoming') return handler.closed();
    this.#handler = handler;
    this.#state = 'live';
    handler.begin();
    this.#arm();
    this.resume();
  }

  #end(lingerMs: number, only?: Moved): void {
    this.#state = 'ending';
    if (only) this.output.endWith(only, lingerMs);
    else this.output.end(lingerMs);
    this.#endHandler();
    this.resume();
  }

  #endHandler(): void {
    this.#handler?.closed();
    this.#handler = undefined;
  }

  #tick(nowMs: number): void {
    this.times.note(this.output.blocked, nowMs);
    const standing = this.#standing;
    const over = this.times.over(nowMs, standing);
    if (over === 'slow' || over === 'silent') return this.destroy(over);
    if (over) return this.fail('unauthenticated', UNWELCOME[over]);
    if (this.times.quiet(nowMs, standing)) this.ping('quiet');
    if (this.times.takeHandler(nowMs)) this.times.handlerMs = this.#handler?.tick(nowMs);
    this.#arm();
  }

  get #standing(): Standing {
    return {
      greeting: this.#state === 'greeting',
      live: this.live,
      pacing: this.pacing,
      blocked: this.output.blocked,
      sentMs: this.output.sentMs,
    };
  }

  #arm(): void {
    if (this.#state === 'closed') return;
    const nowMs = this.#around.clock.monotonic();
    this.#around.wheel.set(this.#timed, this.times.next(nowMs, this.#standing));
  }
}
