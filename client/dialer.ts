/** Keeps one session alive: where to connect, when again, with which token, and when never more. */
import type { Moved, Welcome, What } from '../core/wire/frames.ts';
import { Backoff } from './backoff.ts';
import type { Cancel, ClientClock, ClientRandom } from './clock.ts';
import type { Connector } from './connector.ts';
import type { Counts } from './counts.ts';
import { ClientError, type ClientErrorCode, reasonOf } from './errors.ts';
import type { ClientState } from './events.ts';
import { type ClientLimits, PENDING_MAX } from './limits.ts';
import { Session, type SessionEnd, type SessionFrame } from './session.ts';

export type Token = string | (() => string | Promise<string>);

export interface DialerSettings {
  readonly clock: ClientClock;
  readonly random: ClientRandom;
  readonly limits: ClientLimits;
  readonly counts: Pick<Counts, 'pings'>;
  readonly connector: Connector;
  readonly addresses: readonly string[];
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
  /** The session that was welcome is over. */
  readonly offline: () => void;
  readonly state: (state: ClientState, reason?: string) => void;
  /** The client cannot go on: `close` it. */
  readonly ended: (code: string, detail: string | undefined) => void;
  readonly fail: (error: ClientError) => void;
}

/** Refusals of the connection after which asking again is pointless. */
const FINAL: ReadonlySet<string> = new Set(['session-replaced', 'unsupported-version']);

function isSecure(address: string): boolean {
  return /^(tls|wss):/i.test(address);
}

export class Dialer {
  readonly #settings: DialerSettings;
  readonly #backoff: Backoff;
  #session: Session | undefined;
  /** Monotonic time of WELCOME; undefined while there was none. */
  #onlineMs: number | undefined;
  #cancelWait: Cancel | undefined;
  #closed = false;
  #address = 0;
  #moves = 0;
  #asked: readonly string[] = [];

  constructor(settings: DialerSettings) {
    this.#settings = settings;
    this.#backoff = new Backoff(settings.limits, settings.random);
  }

  start(): void {
    void this.#dial();
  }

  close(reason?: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelWait?.();
    this.#session?.close(reason);
    this.#leave();
  }

  async #dial(moved?: string): Promise<void> {
    const { addresses, token, state } = this.#settings;
    const address = moved ?? addresses[this.#address % addresses.length] ?? '';
    state('connecting');
    let secret: string;
    try {
      secret = typeof token === 'string' ? token : await token();
    } catch (cause) {
      this.#report('connection', `no token: ${reasonOf(cause)}`, cause);
      this.#retry(this.#backoff.next(), 'no token');
      return;
    }
    if (!this.#closed) this.#open(address, secret);
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
      whatOf,
      hello: () => {
        this.#asked = pending(PENDING_MAX);
        const hello = { type: 'hello', version: 1, token, device, pending: this.#asked } as const;
        return agent === undefined ? hello : { ...hello, agent };
      },
      welcome: (_, frame) => this.#welcomed(session, frame),
      frame: (frame) => this.#take(frame),
      ended: (end) => this.#ended(end),
    });
    this.#session = session;
    session.open();
  }

  #welcomed(session: Session, frame: Welcome): void {
    this.#onlineMs = this.#settings.clock.monotonic();
    this.#moves = 0;
    this.#settings.welcome(session, frame, this.#asked);
    if (!this.#closed) this.#settings.state('online');
  }

  #take(frame: SessionFrame): void {
    if (frame.type === 'moved') this.#move(frame);
    else this.#settings.frame(frame);
  }

  #move(frame: Moved): void {
    const { clock, random, limits, moved } = this.#settings;
    this.#moves += 1;
    moved();
    const secure = isSecure(this.#session?.address ?? '');
    const usable = (frame.address ?? []).filter((address) => !secure || isSecure(address));
    const target =
      this.#moves < limits.movedTries
        ? usable[Math.floor(random.next() * usable.length)]
        : undefined;
    const spreadMs =
      target === undefined ? this.#backoff.next() : random.next() * (frame.spreadMs ?? 0);
    this.#cancelWait?.();
    this.#cancelWait = clock.after((frame.retryAfterMs ?? 0) + spreadMs, () => {
      this.#cancelWait = undefined;
      this.#session?.close('moved');
      this.#leave();
      void this.#dial(target);
    });
  }

  #ended(end: SessionEnd): void {
    const wasOnline = this.#onlineMs !== undefined;
    this.#leave();
    if (this.#closed) return;
    // The next address, unless this one was good until now.
    if (!wasOnline) this.#address += 1;
    // After MOVED the next connection is already planned, unless another one took this one's place.
    const final = end.kind === 'error' && FINAL.has(end.code);
    if (this.#cancelWait !== undefined && !final) {
      this.#settings.state('offline', 'moved');
      return;
    }
    if (end.kind === 'error') this.#refused(end);
    else {
      if (end.kind === 'broken') this.#report('protocol', end.why);
      this.#retry(this.#backoff.next(), end.why);
    }
  }

  #refused(end: SessionEnd & { kind: 'error' }): void {
    const { token, ended } = this.#settings;
    const pointless = end.code === 'unauthenticated' && typeof token === 'string';
    if (FINAL.has(end.code) || pointless) {
      ended(end.code, end.detail);
      return;
    }
    const detail = end.detail === undefined ? '' : ` (${end.detail})`;
    this.#report('connection', `the server ended the connection: ${end.code}${detail}`);
    this.#retry((end.retryAfterMs ?? 0) + this.#backoff.next(), end.code);
  }

  #retry(waitMs: number, reason: string): void {
    if (this.#closed) return;
    this.#settings.state('offline', reason);
    if (this.#closed) return;
    this.#cancelWait = this.#settings.clock.after(waitMs, () => {
      this.#cancelWait = undefined;
      void this.#dial();
    });
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
