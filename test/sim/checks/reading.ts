/** Views of a history that several checkers need. */
import type { Actor, Drained, History, HistoryEvent, SeenEntry, Welcomed } from '../history.ts';

type Types = Map<string, History[number][]>;
/** A history that is judged does not grow any more, and is asked many times. */
const sorted = new WeakMap<History, Types>();

function byType(history: History): Types {
  let types = sorted.get(history);
  if (types === undefined) {
    types = Map.groupBy(history, ({ type }) => type);
    sorted.set(history, types);
  }
  return types;
}

/** All events of one type, in sequence. */
export function eventsOf<T extends HistoryEvent['type']>(
  history: History,
  type: T,
): readonly Extract<History[number], { type: T }>[] {
  return (byType(history).get(type) ?? []) as Extract<History[number], { type: T }>[];
}

/** Sessions by name. */
export function sessionsOf(history: History): ReadonlyMap<string, Welcomed> {
  return new Map(eventsOf(history, 'welcomed').map((event) => [event.session, event]));
}

/** The last cold read of each log. */
export function logsOf(history: History): ReadonlyMap<string, Drained> {
  return new Map(eventsOf(history, 'drained').map((event) => [event.log, event]));
}

/** Entries of a cold read by conversation, ascending. */
export function conversationsIn(drained: Drained): ReadonlyMap<string, readonly SeenEntry[]> {
  const found = Map.groupBy(drained.entries, (entry) => entry.conversation);
  for (const entries of found.values()) entries.sort((a, b) => a.position - b.position);
  return found;
}

/** The entries that an event shows. */
export function sightingsIn(event: HistoryEvent): readonly SeenEntry[] {
  if (event.type === 'drained') return event.entries;
  return 'entry' in event ? [event.entry] : [];
}

/** Everything that makes an entry what it is, but its number, as text to compare. */
export function faceOf(entry: SeenEntry): string {
  const { id, user, device, order, acceptedAt, kind, body, users, title } = entry;
  return JSON.stringify([id, user, device, order, acceptedAt, kind, body, users, title]);
}

/** The entry as it is once its body is retired; an act stays as it is. */
export function retired(entry: SeenEntry): SeenEntry {
  return entry.kind === 'message' ? { ...entry, kind: 'expired', body: '' } : entry;
}

/** A key of several parts, none of which holds a space. */
export function keyOf(...parts: readonly (string | number)[]): string {
  return parts.join(' ');
}

/**
 * Which memory of its device each client process has: one that starts without begins a new one,
 * perhaps beside a process that still has the older. Named by the run that began it.
 */
export function memoriesOf(history: History): (actor: Actor) => string {
  const newest = new Map<string, number>();
  const memories = new Map<string, string>();
  for (const { user, device, run, kept } of eventsOf(history, 'started')) {
    const name = keyOf(user, device);
    if (!kept) newest.set(name, run);
    memories.set(keyOf(user, device, run), keyOf(name, newest.get(name) ?? 0));
  }
  return ({ user, device, run }) =>
    memories.get(keyOf(user, device, run)) ?? keyOf(user, device, 0);
}
