/** The sessions of a node, with how busy each is. */
import type { Session } from '../../session/session.ts';
import type { SessionRow } from '../protocol/index.ts';
import type { Looking } from './inside.ts';

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

  *rows({ inside, nowMs }: Looking): Iterable<SessionRow> {
    for (const session of inside.directory.sessions) yield this.#row(session, nowMs);
  }

  #row(session: Session, nowMs: number): SessionRow {
    const { id, user, device, address, binding, state, output, handler } = session;
    const commands = handler?.commands ?? 0;
    return {
      id,
      user,
      device,
      address,
      encoding: binding.encoding,
      state,
      ageMs: Math.round(nowMs - session.output.beganMs),
      idleMs: Math.max(0, Math.round(nowMs - output.sentMs)),
      commands,
      commandsPerS: this.#perS(session, commands, nowMs),
      unanswered: handler?.unsettled ?? 0,
      sentBytes: output.sentBytes,
      queuedBytes: output.queuedBytes,
      slow: output.blocked,
    };
  }

  #perS(session: Session, commands: number, nowMs: number): number {
    const before = this.#samples.get(session);
    if (before && nowMs - before.atMs < SAMPLE_LEAST_MS) return before.perS;
    const since = before ?? { atMs: session.output.beganMs, commands: 0 };
    const spanMs = Math.max(1, nowMs - since.atMs);
    const perS = Math.round(((commands - since.commands) * 10_000) / spanMs) / 10;
    this.#samples.set(session, { atMs: nowMs, commands, perS });
    return perS;
  }
}
