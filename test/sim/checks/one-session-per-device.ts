/**
 * P15: one live connection per device. Once a newer connection of a device was welcomed, nothing
 * that only older ones have sent is let in any more.
 */
import type { Connected, History, HistoryEvent, Kept, Violation, Welcomed } from '../history.ts';
import { eventsOf, keyOf } from './reading.ts';

interface Place<T extends HistoryEvent> {
  readonly event: T;
  /** Where it stands in the history. */
  readonly at: number;
}

/** A fold that knows who was connected and welcomed when, and what was sent by whom. */
class Connections {
  readonly #connected = new Map<string, Place<Connected>>();
  readonly #welcomed = new Map<string, Place<Welcomed>>();
  /** By device. */
  readonly #sessions = new Map<string, string[]>();
  /** By command: the sessions that it was sent in. */
  readonly #sentIn = new Map<string, Set<string>>();

  note(event: HistoryEvent, at: number): void {
    if (event.type === 'connected') this.#connected.set(event.session, { event, at });
    else if (event.type === 'welcomed') {
      this.#welcomed.set(event.session, { event, at });
      const device = keyOf(event.user, event.device);
      this.#sessions.set(device, [...(this.#sessions.get(device) ?? []), event.session]);
    } else if (event.type === 'sent') {
      const sessions = this.#sentIn.get(event.id) ?? new Set();
      this.#sentIn.set(event.id, sessions.add(event.session));
    }
  }

  /** The session that had surely replaced all those that sent this; undefined: none. */
  replacing({ entry }: Kept): Place<Welcomed> | undefined {
    const senders = [...(this.#sentIn.get(entry.id) ?? [])];
    const welcomes = senders.map((session) => this.#welcomed.get(session)?.at ?? Infinity);
    const newest = this.#sessions.get(keyOf(entry.user, entry.device))?.at(-1) ?? '';
    const connectedAt = this.#connected.get(newest)?.at ?? -1;
    const later = senders.length > 0 && welcomes.every((at) => at < connectedAt);
    return later ? this.#welcomed.get(newest) : undefined;
  }
}

export function oneSessionPerDevice(history: History): readonly Violation[] {
  if (eventsOf(history, 'kept').length === 0) return [];
  const connections = new Connections();
  const violations: Violation[] = [];
  for (const [at, event] of history.entries()) {
    connections.note(event, at);
    if (event.type !== 'kept') continue;
    const newer = connections.replacing(event);
    if (newer === undefined) continue;
    const { id } = event.entry;
    const why = `${id} was let in after ${newer.event.session} had replaced who sent it`;
    violations.push({ promise: 'P15', why, events: [newer.event, event] });
  }
  return violations;
}
