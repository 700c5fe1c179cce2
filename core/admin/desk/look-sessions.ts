/** The sessions of a node, with how busy each is. */
import type { Session } from '../../session/session.ts';
import type { SessionList, SessionRow } from '../protocol/index.ts';
import type { Looking } from './inside.ts';
import { made, type Fields, type ListInput } from './rows.ts';

interface Sample {
  readonly atMs: number;
  readonly commands: number;
  readonly perS: number;
}

/** Looks that come sooner after one another share a sample. */
const SAMPLE_LEAST_MS = 500;

export class SessionLook {
  /** Of those that somebody looked at. */
  readonly #samples = new WeakMap<Session, Sample>();

  list({ inside, nowMs }: Looking, input: ListInput): SessionList {
    return made(inside.directory.sessions, this.#fields(nowMs), input);
  }

  #fields(nowMs: number): Fields<Session, SessionRow> {
    return {
      texts: {
        id: ({ id }) => id,
        user: ({ user }) => user,
        device: ({ device }) => device,
        address: ({ address }) => address,
        encoding: ({ binding }) => binding.encoding,
        state: ({ state }) => state,
        slow: ({ output }) => output.blocked,
      },
      numbers: {
        ageMs: ({ output }) => Math.round(nowMs - output.beganMs),
        idleMs: ({ output }) => Math.max(0, Math.round(nowMs - output.sentMs)),
        commands: ({ handler }) => handler?.commands ?? 0,
        commandsPerS: (session) => this.#perS(session, nowMs),
        unanswered: ({ handler }) => handler?.unsettled ?? 0,
        sentBytes: ({ output }) => output.sentBytes,
        queuedBytes: ({ output }) => output.queuedBytes,
      },
    };
  }

  #perS(session: Session, nowMs: number): number {
    const before = this.#samples.get(session);
    if (before && nowMs - before.atMs < SAMPLE_LEAST_MS) return before.perS;
    const commands = session.handler?.commands ?? 0;
    const since = before ?? { atMs: session.output.beganMs, commands: 0 };
    const spanMs = Math.max(1, nowMs - since.atMs);
    const perS = Math.round(((commands - since.commands) * 10_000) / spanMs) / 10;
    this.#samples.set(session, { atMs: nowMs, commands, perS });
    return perS;
  }
}
