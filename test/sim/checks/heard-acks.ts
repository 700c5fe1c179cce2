/**
 * Which acknowledgements a server has surely heard, and when: one that left before a command on the
 * same connection, once that command's answer came.
 */
import type { Acknowledged, History, HistoryEvent, Welcomed } from '../history.ts';

export interface HeardAck {
  readonly event: Acknowledged;
  readonly welcome: Welcomed;
  readonly heardAtMs: number;
}

interface Session {
  readonly welcome: Welcomed;
  /** Not surely heard yet, in sequence. */
  pending: Acknowledged[];
  /** By command: how many acknowledgements were sent before it was sent first. */
  readonly before: Map<string, number>;
  /** Acknowledgements that are no more in `pending`. */
  heard: number;
  acks: HeardAck[];
}

export class HeardAcks {
  readonly #sessions = new Map<string, Session>();

  note(event: History[number]): void {
    if (event.type === 'welcomed') {
      const nothing = { pending: [], before: new Map<string, number>(), heard: 0, acks: [] };
      this.#sessions.set(event.session, { welcome: event, ...nothing });
    } else if ('session' in event) {
      const session = this.#sessions.get(event.session);
      if (session !== undefined) this.#apply(session, event);
    }
  }

  /** Of one connection that is open now, as far as its client knows. */
  of(session: string): readonly HeardAck[] {
    return this.#sessions.get(session)?.acks ?? [];
  }

  /** Of all of them. */
  get all(): readonly HeardAck[] {
    return [...this.#sessions.values()].flatMap(({ acks }) => acks);
  }

  /** The server is gone, and all connections with it. */
  clear(): void {
    this.#sessions.clear();
  }

  #apply(session: Session, event: HistoryEvent & { readonly atMs: number }): void {
    if (event.type === 'closed') this.#sessions.delete(event.session);
    else if (event.type === 'acknowledged') session.pending.push(event);
    else if (event.type === 'sent') this.#sent(session, event.id);
    else if (event.type === 'accepted' || event.type === 'refused')
      this.#hear(session, (session.before.get(event.id) ?? 0) - session.heard, event.atMs);
  }

  /** Of a command that is sent again, the answer may be to its first sending. */
  #sent({ before, heard, pending }: Session, id: string): void {
    if (!before.has(id)) before.set(id, heard + pending.length);
  }

  #hear(session: Session, count: number, heardAtMs: number): void {
    if (count <= 0) return;
    const { welcome } = session;
    for (const event of session.pending.splice(0, count))
      session.acks.push({ event, welcome, heardAtMs });
    session.heard += count;
  }
}
