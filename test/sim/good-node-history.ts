/** The good history as a node shows it from within, and ways to spoil it. */
import { ANN, BOB, ENTRIES, LOG, anEntry, drained, goodEvents } from './good-history.ts';
import type { HistoryEvent, SeenEntry } from './history.ts';

const HERE = { consumer: 'c1', life: 1, log: LOG };
const PLACES = {
  log: LOG,
  cursors: [{ conversation: 'g/tea', user: 'bob', device: 'b1', cursor: 3 }],
  marks: [{ conversation: 'g/tea', user: 'bob', received: 3, read: 1 }],
};

/** A flush takes so long; one event of a timed history takes 1 ms. */
const SAVED_WITHIN_MS = 5;

export const RECEIPT: HistoryEvent = {
  type: 'receipt',
  session: 's-ann',
  conversation: 'g/tea',
  user: 'bob',
  received: 3,
  read: 1,
};

export function consuming(position: number, changes: object = {}): HistoryEvent {
  const entry = ENTRIES[position - 1] ?? anEntry(position);
  return { type: 'consuming', ...HERE, entry, attempt: 1, ...changes };
}

export function consumed(position: number, changes: object = {}): HistoryEvent {
  const place = { conversation: 'g/tea', position, attempt: 1, outcome: 'done' };
  return { type: 'consumed', ...HERE, ...place, ...changes } as HistoryEvent;
}

export function keptUnder(entry: SeenEntry, epoch: number): HistoryEvent {
  return { type: 'kept', log: LOG, entry, shard: 0, epoch };
}

const COUNTED = {
  im_lane_queue: 2,
  im_entries_kept_total: 3,
  im_commands_accepted_total: 3,
  'guard_verdicts_total g1 allow': 2,
  'consumer_entries_total c1': 3,
};

function looked({ id, body }: SeenEntry): HistoryEvent {
  return { type: 'guarded', guard: 'g1', id, verdict: 'allow', from: body, to: body };
}

const BEGIN: readonly HistoryEvent[] = [
  {
    type: 'configured',
    guards: [{ name: 'g1', open: false }],
    consumers: [{ name: 'c1', tries: 2 }],
    bounds: { im_lane_queue: 8 },
    savedWithinMs: SAVED_WITHIN_MS,
  },
  { type: 'node', what: 'started', detail: '', life: 1 },
  { type: 'taken', log: LOG, life: 1, shards: [0], epochs: [1] },
  { type: 'connected', ...ANN, session: 's-ann' },
  { type: 'connected', ...BOB, session: 's-bob' },
];

const END: readonly HistoryEvent[] = [
  ...ENTRIES.flatMap(({ position }) => [consuming(position), consumed(position)]),
  { type: 'saved', ...PLACES },
  RECEIPT,
  { type: 'counted', life: 1, quiet: true, values: COUNTED },
  drained(ENTRIES),
  { type: 'set-aside', consumer: 'c1', log: LOG, letters: [] },
  { type: 'standing', ...PLACES },
];

/** Ann's and Bob's history, with a guard that allows, a consumer that works, and a look inside. */
export function goodNodeEvents(): HistoryEvent[] {
  const outside = goodEvents().flatMap((event): HistoryEvent[] => {
    if (event.type === 'kept') {
      const { entry } = event;
      const look = entry.kind === 'message' ? [looked(entry)] : [];
      return [...look, keptUnder(entry, 1)];
    }
    return event.type === 'drained' ? [] : [event];
  });
  return [...BEGIN, ...outside, ...END];
}

/** The good events, each mapped; several, or none, may come of one. */
export function spoilNode(change: (event: HistoryEvent) => readonly HistoryEvent[]) {
  return goodNodeEvents().flatMap(change);
}

/** Puts these right before the first event of a type. */
export function insert(
  type: HistoryEvent['type'],
  ...events: readonly HistoryEvent[]
): HistoryEvent[] {
  const all = goodNodeEvents();
  const at = all.findIndex((event) => event.type === type);
  return all.toSpliced(at, 0, ...events);
}

/** Without the events that fit. */
export function without(fits: (event: HistoryEvent) => boolean): HistoryEvent[] {
  return goodNodeEvents().filter((event) => !fits(event));
}
