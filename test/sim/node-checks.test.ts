/** The checkers of what happens within a node: a good history passes, a spoilt one does not. */
import assert from 'node:assert/strict';
import { BOB, ENTRIES, LOG, anEntry, promisesBroken, timed } from './good-history.ts';
import {
  RECEIPT,
  consumed,
  consuming,
  goodNodeEvents,
  insert,
  keptUnder,
  spoilNode,
  without,
} from './good-node-history.ts';
import { judge } from './checks/index.ts';
import type { HistoryEvent } from './history.ts';
import type { Guarded } from './node-history.ts';

const TAKEN = { type: 'taken', log: LOG, life: 1, shards: [0], epochs: [2] } as const;

/** With one field of each event of a type replaced. */
function replaced(type: HistoryEvent['type'], changes: object): HistoryEvent[] {
  return spoilNode((event) => [event.type === type ? { ...event, ...changes } : event]);
}

/** With what the guard said of the last message replaced. */
function saying(changes: Partial<Guarded>): HistoryEvent[] {
  return spoilNode((event) => [
    event.type === 'guarded' && event.id === 'id-3' ? { ...event, ...changes } : event,
  ]);
}

/** With other counts at the quiet look. */
function counting(changes: Readonly<Record<string, number>>): HistoryEvent[] {
  return spoilNode((event) => [
    event.type === 'counted' ? { ...event, values: { ...event.values, ...changes } } : event,
  ]);
}

/** The effects replaced by these, and the letters by those; the counters as they then must be. */
function effects(events: readonly HistoryEvent[], letters: readonly number[]): HistoryEvent[] {
  const rest = without(({ type }) => type === 'consuming' || type === 'consumed');
  // What was counted is of the first life.
  const ended = events.filter((event) => event.type === 'consumed' && event.life === 1);
  const done = ended.filter((event) => event.type === 'consumed' && event.outcome === 'done');
  const places = letters.map((position) => ({ conversation: 'g/tea', position }));
  return rest.flatMap((event): HistoryEvent[] => {
    if (event.type === 'saved') return [...events, event];
    if (event.type === 'set-aside') return [{ ...event, letters: places }];
    if (event.type !== 'counted') return [event];
    const entries = { 'consumer_entries_total c1': done.length };
    const failures = { 'consumer_failures_total c1': ended.length - done.length };
    return [{ ...event, values: { ...event.values, ...entries, ...failures } }];
  });
}

const took = (position: number, changes: object = {}): HistoryEvent[] => [
  consuming(position, changes),
  consumed(position, changes),
];

/** The same, where bodies need not last. */
function retiring(events: readonly HistoryEvent[]): HistoryEvent[] {
  return effects(events, []).map((event) =>
    event.type === 'configured' ? { ...event, bodiesLastMs: 0 } : event,
  );
}

/** With all bodies gone in the end. */
function gone(bodiesLastMs?: number): HistoryEvent[] {
  return spoilNode((event) => {
    if (event.type === 'configured')
      return [{ ...event, ...(bodiesLastMs === undefined ? {} : { bodiesLastMs }) }];
    if (event.type !== 'drained') return [event];
    const entries = event.entries.map((entry) =>
      entry.kind === 'message' ? { ...entry, kind: 'expired', body: '' } : entry,
    );
    return [{ ...event, entries }];
  });
}

describe('the checkers of a node', () => {
  it('find nothing in a good history', () => {
    assert.deepEqual(judge(timed(goodNodeEvents())), []);
  });

  it('P8: see an epoch that falls, and a late writer', () => {
    const late = spoilNode((event) =>
      event.type === 'kept' && event.entry.position === 3 ? [TAKEN, event] : [event],
    );
    assert.deepEqual(promisesBroken(late), ['P8']);
    const falling = replaced('taken', { epochs: [] }).map((event) =>
      event.type === 'kept' && event.entry.position < 3 ? keptUnder(event.entry, 2) : event,
    );
    assert.ok(promisesBroken(falling).includes('P8'));
    const inTime = insert('saved', TAKEN);
    assert.deepEqual(promisesBroken(inTime), []);
  });

  it('P8: see an answer to what was not let in before it', () => {
    const kept = goodNodeEvents().filter((event) => event.type === 'kept');
    const rest = without(({ type }) => type === 'kept');
    const at = rest.findLastIndex((event) => event.type === 'accepted');
    assert.deepEqual(promisesBroken(rest.toSpliced(at + 1, 0, ...kept)), ['P8']);
  });

  it('P13: see a gauge above its bound', () => {
    assert.deepEqual(promisesBroken(counting({ im_lane_queue: 9 })), ['P13']);
  });

  it('P13: see each counter that does not agree with the world', () => {
    const counters: Readonly<Record<string, number>> = {
      im_entries_kept_total: 4,
      im_commands_accepted_total: 2,
      im_commands_repeated_total: 1,
      im_commands_refused_total: 1,
      'guard_verdicts_total g1 allow': 1,
      'guard_verdicts_total g1 refuse': 1,
      'guard_failures_total g1 threw': 1,
      'consumer_entries_total c1': 2,
      'consumer_failures_total c1': 1,
    };
    for (const [name, value] of Object.entries(counters))
      assert.deepEqual(promisesBroken(counting({ [name]: value })), ['P13'], name);
  });

  it('P13: see a command that never got its answer', () => {
    const sent = { type: 'sent', conversation: 'g/tea', number: 4, id: 'id-4' } as const;
    const silent = insert('saved', { ...sent, session: 's-ann' });
    assert.deepEqual(promisesBroken(silent), ['P13']);
    const cut = insert(
      'saved',
      { ...sent, session: 's-ann' },
      { type: 'closed', session: 's-ann' },
    );
    assert.deepEqual(promisesBroken(cut), []);
  });

  it('P15: see that what a replaced connection sent was let in', () => {
    const greeted: HistoryEvent = { type: 'greeted', user: 'ann', device: 'a1' };
    const late = (type: 'sent' | 'kept'): HistoryEvent[] =>
      spoilNode((event) => (event.type === type ? [greeted, event] : [event]));
    assert.deepEqual(promisesBroken(late('kept')), ['P15']);
    assert.deepEqual(promisesBroken(late('sent')), []);
  });

  it('P17: see cursors and marks that fall, or lie behind the log', () => {
    const saved = goodNodeEvents().find((event) => event.type === 'saved')!;
    const [cursor, mark] = [saved.cursors[0]!, saved.marks[0]!];
    const spoilt: HistoryEvent[][] = [
      insert('standing', { ...saved, cursors: [{ ...cursor, cursor: 2 }] }),
      insert('standing', { ...saved, marks: [{ ...mark, received: 2 }] }),
      insert('standing', { ...saved, cursors: [{ ...cursor, cursor: 4 }] }),
      insert('standing', { ...saved, marks: [{ ...mark, received: 4 }] }),
      replaced('standing', { cursors: [{ ...cursor, cursor: 2 }] }),
      replaced('standing', { marks: [{ ...mark, read: 0 }] }),
    ];
    for (const events of spoilt) assert.deepEqual(promisesBroken(events), ['P17']);
    const loaded = { type: 'loaded', log: LOG, askedMs: 99, cursor } as const;
    assert.deepEqual(promisesBroken(insert('standing', loaded)), []);
    const lower = { ...loaded, cursor: { ...cursor, cursor: 2 } };
    assert.deepEqual(promisesBroken(insert('standing', lower)), ['P17']);
    assert.deepEqual(promisesBroken(insert('standing', { ...lower, askedMs: 0 })), []);
  });

  it('P17: see a receipt of what is not kept', () => {
    assert.deepEqual(promisesBroken(insert('saved', RECEIPT)), ['P17']);
  });

  it('P17: see that a crash took what had been heard long before', () => {
    const command = { session: 's-bob', conversation: 'g/tea', number: 1, id: 'x' };
    const heard: HistoryEvent[] = [
      { type: 'sent', ...command },
      { type: 'refused', ...command, code: 'busy' },
    ];
    const crash: HistoryEvent = { type: 'node', what: 'crashed', detail: '', life: 1 };
    const counted = { im_commands_refused_total: 1 };
    const within = (waits: number): HistoryEvent[] =>
      counting(counted).flatMap((event) => {
        if (event.type !== 'saved') return [event];
        // Time passes with each of these.
        const pause = Array.from({ length: waits }, (): HistoryEvent => ({
          ...BOB,
          type: 'crashed',
        }));
        return [...heard, ...pause, crash, event];
      });
    assert.deepEqual(promisesBroken(within(1)), []);
    assert.deepEqual(promisesBroken(within(9)), ['P17']);
  });

  it('P17: see what was not kept when a connection ended', () => {
    const command = { session: 's-bob', conversation: 'g/tea', number: 1, id: 'x' };
    const heard: HistoryEvent[] = [
      { type: 'sent', ...command },
      { type: 'refused', ...command, code: 'forbidden' },
    ];
    const wait = Array.from({ length: 9 }, (): HistoryEvent => ({ ...BOB, type: 'crashed' }));
    const events = counting({ im_commands_refused_total: 1 }).flatMap((event) =>
      event.type === 'saved'
        ? [...heard, ...wait, { type: 'closed', session: 's-bob' } as const, event]
        : [event],
    );
    assert.deepEqual(promisesBroken(events), ['P17']);
  });

  it('guard: see what was refused, altered, or passed unseen', () => {
    const refused = saying({ verdict: 'refuse' });
    assert.ok(promisesBroken(refused).includes('guards'));
    const changed = saying({ verdict: 'change', to: 'better' });
    assert.ok(promisesBroken(changed).includes('guards'));
    const failed = saying({ verdict: 'failed' });
    assert.ok(promisesBroken(failed).includes('guards'));
    const unseen = without((event) => event.type === 'guarded' && event.id === 'id-3');
    assert.ok(promisesBroken(unseen).includes('guards'));
  });

  it('guard: let pass what an open guard failed to look at', () => {
    const failed = saying({ verdict: 'failed' }).map((event) =>
      event.type === 'configured' ? { ...event, guards: [{ name: 'g1', open: true }] } : event,
    );
    assert.deepEqual(promisesBroken(failed), ['P13']);
  });

  it('consumer: see what was skipped, out of sequence, or two at once', () => {
    const orders = [
      [...took(2), ...took(1), ...took(3)],
      [...took(1), ...took(2), ...took(2), ...took(3)],
      [...took(1), ...took(3), ...took(2, { life: 2 }), ...took(3, { life: 2 })],
      [consuming(1), ...took(1), ...took(2), ...took(3)],
      [...took(1), ...took(2)],
    ];
    for (const events of orders)
      assert.deepEqual(promisesBroken(effects(events, [])), ['consumers'], JSON.stringify(events));
    const repeated = [...took(1), ...took(2), ...took(1, { life: 2 }), ...took(2, { life: 2 })];
    assert.deepEqual(promisesBroken(effects([...repeated, ...took(3, { life: 2 })], [])), []);
  });

  it('consumer: see a dead letter without need, and a failed entry that is none', () => {
    assert.deepEqual(
      promisesBroken(
        effects(
          ENTRIES.flatMap((e) => took(e.position)),
          [2],
        ),
      ),
      ['consumers'],
    );
    const failing = (attempts: readonly number[]): HistoryEvent[] => [
      ...took(1),
      ...attempts.flatMap((attempt) => took(2, { attempt, outcome: 'failed' })),
      ...took(3),
    ];
    assert.deepEqual(promisesBroken(effects(failing([1, 2]), [2])), []);
    assert.deepEqual(promisesBroken(effects(failing([1, 2]), [])), ['consumers']);
    assert.deepEqual(promisesBroken(effects(failing([1]), [2])), ['consumers']);
    const refused = [...took(1), ...took(2, { outcome: 'undeliverable' }), ...took(3)];
    assert.deepEqual(promisesBroken(effects(refused, [2])), []);
  });

  it('consumer: see an entry that had lost its body before it was taken', () => {
    const entry = anEntry(2, { kind: 'expired', body: '' });
    const lost = [...took(1), consuming(2, { entry }), consumed(2), ...took(3)];
    assert.deepEqual(promisesBroken(retiring(lost)), ['consumers']);
    const again = [consuming(2, { entry, life: 2 }), consumed(2, { life: 2 })];
    const repeated = [...took(1), ...took(2), ...again, ...took(3, { life: 2 })];
    assert.deepEqual(promisesBroken(retiring(repeated)), []);
  });

  it('retention: see a body that is gone too early, or though all are to stay', () => {
    assert.deepEqual(promisesBroken(gone()), ['retention']);
    assert.deepEqual(promisesBroken(gone(10_000)), ['retention']);
    assert.deepEqual(promisesBroken(gone(3)), []);
  });

  it('consumer: see an entry that is another than the log’s', () => {
    const other = spoilNode((event) =>
      event.type === 'consuming' && event.entry.position === 3
        ? [{ ...event, entry: anEntry(3, { body: 'other' }) }]
        : [event],
    );
    assert.ok(promisesBroken(other).includes('P2'));
    assert.ok(promisesBroken(other).includes('P4'));
  });
});
