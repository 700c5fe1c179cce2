/** A good history, and ways to spoil it: for the tests of the checkers. */
import { judge } from './checks/index.ts';
import type { History, HistoryEvent, SeenEntry } from './history.ts';

export const LOG = 'log-1';
export const ANN = { user: 'ann', device: 'a1', run: 1 };
export const BOB = { user: 'bob', device: 'b1', run: 1 };

export function anEntry(position: number, changes: Partial<SeenEntry> = {}): SeenEntry {
  return {
    conversation: 'g/tea',
    position,
    order: position,
    id: `id-${position}`,
    user: 'ann',
    device: 'a1',
    number: position,
    acceptedAt: 1000 + position,
    kind: 'message',
    body: `text ${position}`,
    users: [],
    title: '',
    ...changes,
  };
}

export const CREATE = anEntry(1, { kind: 'group.create', body: '', users: ['bob'], title: 'Tea' });
export const ENTRIES = [CREATE, anEntry(2), anEntry(3)];

export function invoked(entry: SeenEntry): HistoryEvent {
  const { id, conversation, kind, body, users, title, user, device } = entry;
  return { type: 'invoked', user, device, run: 1, id, conversation, kind, body, users, title };
}

export function sent({ conversation, number, id }: SeenEntry, session = 's-ann'): HistoryEvent {
  return { type: 'sent', session, conversation, number, id };
}

export function answered(entry: SeenEntry, changes: { duplicate?: boolean } = {}): HistoryEvent {
  const { conversation, number, id, position, order, acceptedAt } = entry;
  const answer = { conversation, number, id, position, order, acceptedAt, duplicate: false };
  return { type: 'accepted', session: 's-ann', ...answer, ...changes };
}

export function delivered(entry: SeenEntry, previous = entry.position - 1): HistoryEvent {
  return { type: 'delivered', session: 's-bob', entry, previous, again: false };
}

export function outcome(entry: SeenEntry, state: 'accepted' | 'refused'): HistoryEvent {
  const { id, conversation, position } = entry;
  const place = { log: LOG, conversation, position: state === 'accepted' ? position : 0 };
  return { type: 'outcome', ...ANN, id, ...place, state, code: state === 'refused' ? 'no' : '' };
}

export const drained = (entries: readonly SeenEntry[]): HistoryEvent => ({
  type: 'drained',
  log: LOG,
  last: true,
  entries,
});

/** Ann makes a group with Bob and writes twice; Bob gets it all. */
export function goodEvents(): HistoryEvent[] {
  const shown = (entry: SeenEntry): HistoryEvent[] => [
    delivered(entry),
    { type: 'shown', ...BOB, log: LOG, entry },
    { type: 'handled', ...BOB, log: LOG, entry },
    { type: 'acknowledged', session: 's-bob', conversation: 'g/tea', position: entry.position },
  ];
  return [
    { type: 'welcomed', ...ANN, session: 's-ann', log: LOG, window: 32 },
    { type: 'welcomed', ...BOB, session: 's-bob', log: LOG, window: 32 },
    ...ENTRIES.map(invoked),
    ...ENTRIES.flatMap((entry): HistoryEvent[] => [
      sent(entry),
      { type: 'kept', log: LOG, entry },
      answered(entry),
      outcome(entry, 'accepted'),
    ]),
    ...ENTRIES.flatMap(shown),
    drained(ENTRIES),
  ];
}

export function unanswered(count: number): HistoryEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `x-${index}`;
    return { type: 'sent', session: 's-ann', conversation: 'g/tea', number: index + 4, id };
  });
}

export function timed(events: readonly HistoryEvent[]): History {
  return events.map((event, atMs) => ({ ...event, atMs }));
}

export function promisesBroken(events: readonly HistoryEvent[]): readonly string[] {
  return [...new Set(judge(timed(events)).map(({ promise }) => promise))].sort();
}

/** The good events, each mapped; undefined drops one. */
export function spoil(change: (event: HistoryEvent) => HistoryEvent | undefined): HistoryEvent[] {
  return goodEvents().flatMap((event) => change(event) ?? []);
}

export function withEntry(change: (entry: SeenEntry) => SeenEntry | undefined): HistoryEvent[] {
  return spoil((event) =>
    event.type === 'drained'
      ? drained(event.entries.flatMap((entry) => change(entry) ?? []))
      : event,
  );
}

/** A node whose bodies need not last. */
export const RETIRING: HistoryEvent = {
  type: 'configured',
  guards: [],
  consumers: [],
  bounds: {},
  savedWithinMs: Infinity,
  bodiesLastMs: 0,
};

/** The last entry was handled without its body, and with these differences. */
export function bodiless(changes: object): HistoryEvent[] {
  return spoil((event) => {
    if (event.type !== 'handled' || event.entry.position !== 3) return event;
    return { ...event, entry: { ...event.entry, kind: 'expired', body: '', ...changes } };
  });
}
