/** What a session leaves to others: who it is talking to, and what frames mean. */
import type { Clock, Log } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import type { Act, Hello, Query, Read, Received, Send, Signal } from '../wire/frames.ts';
import type { Kicks } from './kicks.ts';
import type { Flusher } from './output.ts';
import type { SessionCounters } from './session-counters.ts';
import type { Session } from './session.ts';
import type { Wheel } from './wheel.ts';

/** greeting: before HELLO. live: after WELCOME. leaving: pays what it owes. ending: ended by us. */
export type SessionState = 'greeting' | 'welcoming' | 'live' | 'leaving' | 'ending' | 'closed';

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
  /** Commands and questions that have no answer yet. */
  readonly unsettled: number;
  /** Commands so far. */
  readonly commands: number;
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
  /** Those of now: a session keeps what it reads when it begins. */
  readonly limits: Limits;
  readonly wheel: Wheel;
  readonly flusher: Flusher;
  readonly counters: SessionCounters;
  readonly kicks: Kicks;
  readonly reception: Reception;
  /** Called once, when the connection is gone. */
  readonly gone: (session: Session) => void;
}
