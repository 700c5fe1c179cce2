/** Keeps one session alive: where to connect, when again, with which token, and when never more. */
import type { Moved, Welcome, What } from '../core/wire/frames.ts';
import { SCHEMES } from './addresses.ts';
import type { AskGateway } from './ask-gateway.ts';
import { Backoff } from './backoff.ts';
import type { Cancel, ClientClock, ClientRandom } from './clock.ts';
import type { Connector } from './connector.ts';
import type { Counts } from './counts.ts';
import { ClientError, type ClientErrorCode, reasonOf } from './errors.ts';
import type { ClientState, StateWords } from './events.ts';
import { Gateways } from './gateways.ts';
import { type ClientLimits, PENDING_MAX } from './limits.ts';
import { Patience } from './patience.ts';
import { type Leg, Route } from './route.ts';
import { Session, type SessionEnd, type SessionFrame } from './session.ts';

export type Token = string | (() => string | Promise<string>);

export interface DialerSettings {
  readonly clock: ClientClock;
  readonly random: ClientRandom;
  readonly limits: ClientLimits;
  readonly counts: Counts;
  readonly connector: Connector;
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
  readonly askGateway: AskGateway;
  /** The own user name, if it is known. */
  readonly user: () => string | undefined;
  readonly token: Token;
  readonly device: string;
  readonly agent: string | undefined;
  /** Conversations of which the server should say the last number, at most `limit`. */
  readonly pending: (limit: number) => string[];
  readonly whatOf: (query: number) => What | undefined;
  /** `asked`: what HELLO named as pending. */
  readonly welcome: (session: Session, frame: Welcome, asked: readonly string[]) => void;
  readonly frame: (frame: Exclude<SessionFrame, Moved>) => void;
  /** The server takes nothing new on this session; answers may still come. */
  readonly moved: () => void;
  /** True while the server owes answers on this session. */
  readonly owed: () => boolean;
  /** The session that was welcome is over. */
  readonly offline: () => void;
  readonly state: (state: ClientState, words?: StateWords) => void;
  /** The client cannot go on: `close` it. */
  readonly ended: (code: string, detail: string | undefined) => void;
  readonly fail: (error: ClientError) => void;
}

/** Refusals of the connection after which asking again is pointless. */
const FINAL: ReadonlySet<string> = new Set(['session-replaced', 'unsupported-version']);

const WORK: ReadonlySet<string> = new Set(['accepted', 'deliver', 'result']);

/** The client is to go elsewhere: `to`, or wherever it is told when it asks. */
interface Move {
  readonly to: string | undefined;
  /** The wait that the server asked for is over. */
  due: boolean;
}

export class Dialer {
  readonly #settings: DialerSettings;
  readonly #backoff: Backoff;
  readonly #route: Route;
  readonly #patience: Patience;
  #session: Session | undefined;
  /** Monotonic time of WELCOME; undefined while there was none. */
  #onlineMs: number | undefined;
  /** Since then the server has done something for this client. */
  #worked = false;
  /** Since MOVED came, until the session that it came on is left. */
  #move: Move | undefined;
  #cancelWait: Cancel | undefined;
  #closed = false;
  #asked: readonly string[] = [];

  constructor(settings: DialerSettings) {
    const { limits, random, addresses, connector, askGateway: ask } = settings;
    this.#settings = settings;
    this.#backoff = new Backoff(limits, random);
    this.#patience = new Patience(limits);
    this.#route = new Route({
      random,
      limits,
      addresses,
      schemes: connector.schemes ?? SCHEMES,
      gateways: new Gateways({ ...settings, ask }),
      lost: (why) => {
        if (!this.#closed) this.#report('connection', why);
      },
    });
  }

  start(): void {
    void this.#dial();
  }

  close(reason?: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelWait?.();
    this.#route.close();
    this.#session?.close(reason);
    this.#leave();
  }

  async #dial(moved?: string): Promise<void> {
    const { token, state } = this.#settings;
    state('connecting');
    let secret: string;
    try {
      secret = typeof token === 'string' ? token : await token();
    } catch (cause) {
      this.#report('connection', `no token: ${reasonOf(cause)}`, cause);
      this.#retry(this.#backoff.next(), 'no token');
      return;
    }
    if (this.#closed) return;
    const leg: Leg = moved === undefined ? await this.#route.next() : { address: moved };
    if (this.#closed) return;
    if ('address' in leg) this.#open(leg.address, secret);
    else this.#retry(this.#wished(leg.retryAfterMs) + this.#backoff.next(), leg.why);
  }

  #open(address: string, token: string): void {
    const { clock, limits, counts, connector, whatOf } = this.#settings;
    const { device, agent, pending } = this.#settings;
    const session: Session = new Session({
      clock,
      limits,
      counts,
      connector,
      address,
      patienceMs: this.#others ? this.#patience.with(address) : Infinity,
      whatOf,
      hello: () => {
        this.#asked = pending(PENDING_MAX);
        const hello = { type: 'hello', version: 1, token, device, pending: this.#asked } as const;
        return agent === undefined ? hello : { ...hello, agent };
      },
      welcome: (_, frame) => this.#welcomed(session, frame),
      frame: (frame) => this.#take(session, frame),
      ended: (end) => this.#ended(session, end),
    });
    this.#session = session;
    session.open();
  }

  #welcomed(session: Session, frame: Welcome): void {
    this.#onlineMs = this.#settings.clock.monotonic();
    this.#worked = false;
    this.#route.welcome(session.address);
    this.#patience.over(session.address);
    this.#settings.welcome(session, frame, this.#asked);
    if (!this.#closed) this.#settings.state('online', { node: frame.node });
  }

  #take(session: Session, frame: SessionFrame): void {
    if (frame.type === 'moved') this.#moved(session, frame);
    else {
      if (WORK.has(frame.type)) this.#worked = true;
      this.#settings.frame(frame);
      this.#goIfFree();
    }
  }

  /** Only the first counts: a server cannot keep a client waiting by sending it on for ever. */
  #moved({ address: from }: Session, { address = [], retryAfterMs, spreadMs }: Moved): void {
    const { clock, random, limits, counts, moved, state } = this.#settings;
    if (this.#move !== undefined) return;
    counts.moved += 1;
    moved();
    const onlineMs = this.#onlineMs === undefined ? undefined : clock.monotonic() - this.#onlineMs;
    // A server that has worked and takes its leave has not failed; one that dies may have.
    if (this.#worked && (onlineMs ?? 0) >= limits.settledMs) this.#backoff.reset();
    const to = this.#route.moved(address, from, onlineMs);
    const move: Move = { to, due: false };
    this.#move = move;
    const spread = random.next() * this.#wished(spreadMs);
    const waitMs =
      this.#wished(retryAfterMs) + spread + (to === undefined ? this.#backoff.next() : 0);
    this.#cancelWait = clock.after(waitMs, () => {
      move.due = true;
      this.#cancelWait = clock.after(limits.movedLingerMs, () => this.#go(move));
      this.#goIfFree();
    });
    state('offline', { reason: 'moved' });
  }

  /** Goes where the server sends it, unless the answers that are still owed are worth a moment. */
  #goIfFree(): void {
    if (this.#closed || this.#move?.due !== true) return;
    if (this.#session === undefined || !this.#settings.owed()) this.#go(this.#move);
  }

  #go({ to }: Move): void {
    this.#move = undefined;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    if (this.#session !== undefined) {
      this.#session.close('moved');
      this.#route.ended(this.#session.address, this.#onlineMs !== undefined);
    }
    this.#leave();
    void this.#dial(to);
  }

  #ended({ address }: Session, end: SessionEnd): void {
    const wasOnline = this.#onlineMs !== undefined;
    this.#leave();
    if (this.#closed) return;
    if (end.kind === 'silent') this.#patience.silent(address, wasOnline);
    else this.#patience.over(address);
    this.#route.ended(address, wasOnline);
    // After MOVED the next connection is already planned, unless another one took this one's place.
    if (this.#move !== undefined && !(end.kind === 'error' && FINAL.has(end.code))) {
      this.#goIfFree();
      return;
    }
    const leastMs = wasOnline ? this.#settings.limits.reconnectFirstMs : 0;
    if (end.kind === 'error') this.#refused(end, leastMs);
    else {
      if (end.kind === 'broken') this.#report('protocol', end.why);
      this.#retry(this.#backoff.next(leastMs), end.why);
    }
  }

  #refused(end: SessionEnd & { kind: 'error' }, leastMs: number): void {
    const { token, ended } = this.#settings;
    const pointless = end.code === 'unauthenticated' && typeof token === 'string';
    if (FINAL.has(end.code) || pointless) {
      ended(end.code, end.detail);
      return;
    }
    const detail = end.detail === undefined ? '' : ` (${end.detail})`;
    this.#report('connection', `the server ended the connection: ${end.code}${detail}`);
    this.#retry(this.#wished(end.retryAfterMs) + this.#backoff.next(leastMs), end.code);
  }

  #retry(waitMs: number, reason: string): void {
    if (this.#closed) return;
    this.#settings.state('offline', { reason });
    if (this.#closed) return;
    this.#cancelWait = this.#settings.clock.after(waitMs, () => {
      this.#cancelWait = undefined;
      void this.#dial();
    });
  }

  /** There is another place to go to. */
  get #others(): boolean {
    const { addresses, gateways } = this.#settings;
    return addresses.length > 1 || gateways.length > 0;
  }

  /** A wait that the other end wishes, as far as it is granted. */
  #wished(waitMs = 0): number {
    return Math.min(waitMs, this.#settings.limits.retryAfterMaxMs);
  }

  #leave(): void {
    this.#session = undefined;
    if (this.#onlineMs === undefined) return;
    this.#backoff.ended(this.#settings.clock.monotonic() - this.#onlineMs);
    this.#onlineMs = undefined;
    this.#settings.offline();
  }

  #report(code: ClientErrorCode, message: string, cause?: unknown): void {
    this.#settings.fail(new ClientError(code, message, { cause }));
  }
}
