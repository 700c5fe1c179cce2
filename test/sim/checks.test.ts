/** Each checker must pass a good history and flag each way of spoiling it. */
import assert from 'node:assert/strict';
import { judge } from './checks/index.ts';
import {
  LOG,
  ANN,
  BOB,
  anEntry,
  CREATE,
  RETIRING,
  bodiless,
  ENTRIES,
  answered,
  delivered,
  outcome,
  drained,
  goodEvents,
  sent,
  unanswered,
  timed,
  promisesBroken,
  spoil,
  withEntry,
} from './good-history.ts';
import type { HistoryEvent, Sent } from './history.ts';

/** The good events, then recoveries that found these; the last of several with nothing written. */
function recoveries(...found: readonly (readonly string[])[]): HistoryEvent[] {
  const recovered = found.map((entries, at): HistoryEvent => {
    return { type: 'recovered', log: LOG, entries, again: at === found.length - 1 && at > 0 };
  });
  return [...goodEvents(), ...recovered];
}

describe('the checkers', () => {
  it('find nothing in a good history', () => {
    assert.deepEqual(judge(timed(goodEvents())), []);
  });

  it('P1: see that an accepted entry is gone', () => {
    const events = withEntry((entry) => (entry.position === 3 ? undefined : entry));
    assert.ok(promisesBroken(events).includes('P1'));
    const other = withEntry((entry) => (entry.position === 3 ? { ...entry, id: 'id-2' } : entry));
    assert.ok(promisesBroken(other).includes('P1'));
  });

  it('P1: see that a log was never read back', () => {
    assert.ok(
      promisesBroken(spoil((event) => (event.type === 'drained' ? undefined : event))).includes(
        'P1',
      ),
    );
  });

  it('P2: see what nobody sent, and every kind of alteration', () => {
    const unsent = spoil((event) =>
      event.type === 'invoked' && event.id === 'id-3' ? undefined : event,
    );
    assert.deepEqual(promisesBroken(unsent), ['P2']);
    const alterations: Partial<HistoryEvent>[] = [
      { user: 'eve' },
      { device: 'a2' },
      { conversation: 'g/other' },
      { kind: 'group.rename' },
      { body: 'other' },
      { users: ['eve'] },
      { title: 'other' },
    ];
    for (const alteration of alterations) {
      const altered = spoil((event) =>
        event.type === 'invoked' && event.id === 'id-3'
          ? ({ ...event, ...alteration } as HistoryEvent)
          : event,
      );
      assert.ok(promisesBroken(altered).includes('P2'), JSON.stringify(alteration));
    }
  });

  it('P3: see one number, or one command, placed twice', () => {
    const number = withEntry((entry) => (entry.position === 3 ? { ...entry, number: 2 } : entry));
    assert.ok(promisesBroken(number).includes('P3'));
    const again = { ...anEntry(2), position: 4, order: 4, number: 4 };
    const twice = spoil((event) =>
      event.type === 'drained' ? drained([...ENTRIES, again]) : event,
    );
    assert.ok(promisesBroken(twice).includes('P3'));
  });

  it('P3: see that a repeat got another answer than the first', () => {
    const asked = [...goodEvents(), sent(anEntry(3))];
    const repeat = answered({ ...anEntry(3), acceptedAt: 5 }, { duplicate: true });
    assert.deepEqual(promisesBroken([...asked, repeat]), ['P3']);
    const same = answered(anEntry(3), { duplicate: true });
    assert.deepEqual(promisesBroken([...asked, same]), []);
  });

  it('P4: see two entries at one place, a gap, and one order twice', () => {
    const two = spoil((event) =>
      event.type === 'kept' && event.entry.position === 2
        ? { ...event, entry: { ...event.entry, number: 9 } }
        : event,
    );
    assert.deepEqual(promisesBroken(two), ['P4']);
    const gap = withEntry((entry) => (entry.position === 2 ? undefined : entry));
    assert.ok(promisesBroken(gap).includes('P4'));
    const order = withEntry((entry) => ({ ...entry, order: 7 }));
    assert.ok(promisesBroken(order).includes('P4'));
  });

  it('P2, P4: see that a retired entry is another in anything but its body', () => {
    assert.deepEqual(promisesBroken([RETIRING, ...bodiless({})]), []);
    assert.ok(promisesBroken([RETIRING, ...bodiless({ body: 'text 3' })]).includes('P2'));
    assert.ok(promisesBroken([RETIRING, ...bodiless({ acceptedAt: 7 })]).includes('P4'));
    assert.ok(promisesBroken([RETIRING, ...bodiless({ id: 'id-2' })]).includes('P4'));
    const act = spoil((event) =>
      event.type === 'handled' && event.entry.position === 1
        ? { ...event, entry: { ...event.entry, kind: 'expired', users: [], title: '' } }
        : event,
    );
    assert.ok(promisesBroken([RETIRING, ...act]).includes('P2'));
  });

  it('P5: see a skip, a step back and an unmarked repetition', () => {
    const skip = spoil((event) =>
      event.type === 'delivered' && event.entry.position === 2 ? undefined : event,
    );
    assert.deepEqual(promisesBroken(skip.filter(({ type }) => type !== 'acknowledged')), ['P5']);
    const back = [...goodEvents(), delivered(anEntry(2))];
    assert.deepEqual(promisesBroken(back), ['P5']);
    const marked: HistoryEvent = { ...delivered(anEntry(2)), again: true } as HistoryEvent;
    assert.deepEqual(promisesBroken([...goodEvents(), marked]), []);
  });

  it('P5: see that a new session does not go on at the cursor', () => {
    const later: HistoryEvent = {
      type: 'welcomed',
      ...BOB,
      session: 's-bob-2',
      log: LOG,
      window: 32,
    };
    const entry = anEntry(3);
    const resumed: HistoryEvent = {
      type: 'delivered',
      session: 's-bob-2',
      entry,
      previous: 2,
      again: true,
    };
    const early = spoil((event) =>
      event.type === 'acknowledged' && event.position > 1 ? undefined : event,
    );
    assert.deepEqual(promisesBroken([...goodEvents(), later, resumed]), []);
    assert.deepEqual(promisesBroken([...early, later, resumed]), ['P5']);
  });

  it('P5: see a delivery that overtakes ACCEPTED, and an application that is shown a step back', () => {
    const overtaking: HistoryEvent[] = [
      ...goodEvents().filter((event) => event.type !== 'accepted'),
      { ...delivered(anEntry(3), 0), session: 's-ann' } as HistoryEvent,
      answered(anEntry(2)),
    ];
    assert.ok(promisesBroken(overtaking).includes('P5'));
    const showings = goodEvents().filter((event) => event.type === 'shown');
    const rest = goodEvents().filter((event) => event.type !== 'shown');
    assert.deepEqual(promisesBroken([...rest, ...showings.toReversed()]), ['P5']);
  });

  it('P5: allow a step back by time only to an application that is told so', () => {
    const timeOrder = { skewMaxMs: Infinity, aheadMaxMs: Infinity };
    const bare = { guards: [], consumers: [], bounds: {}, savedWithinMs: Infinity };
    const configured: HistoryEvent = { type: 'configured', ...bare, timeOrder };
    const [first, ...later] = goodEvents().filter((event) => event.type === 'shown');
    const rest = goodEvents().filter((event) => event.type !== 'shown');
    const events = [configured, ...rest, ...later];
    assert.deepEqual(promisesBroken([...events, first!]), ['P5']);
    assert.deepEqual(promisesBroken([...events, { ...first!, late: true }]), []);
    assert.deepEqual(promisesBroken([...rest, ...later, { ...first!, late: true }]), ['P5']);
  });

  it('P6: see numbers, or what was handed in, out of order', () => {
    const numbers = withEntry((entry) => ({ ...entry, number: 10 - entry.position }));
    assert.ok(promisesBroken(numbers).includes('P6'));
    const orders = withEntry((entry) => ({ ...entry, order: 10 - entry.position }));
    assert.ok(promisesBroken(orders).includes('P6'));
    const invocations = goodEvents().filter(({ type }) => type === 'invoked');
    const rest = goodEvents().filter(({ type }) => type !== 'invoked');
    assert.deepEqual(promisesBroken([...invocations.toReversed(), ...rest]), ['P6']);
    const first = sent(anEntry(3, { number: 9 }), 's-ann-0') as Sent;
    const again: HistoryEvent = { ...first, session: 's-ann-2' };
    const stale: HistoryEvent = { ...again, type: 'refused', code: 'stale' };
    const judgedAnew = [first, again, stale];
    const swapped = [invocations[0]!, invocations[2]!, invocations[1]!, ...rest];
    assert.deepEqual(promisesBroken(swapped), ['P6']);
    assert.deepEqual(promisesBroken([...judgedAnew, ...swapped]), []);
    const forgetting = invocations.flatMap((event, run): HistoryEvent[] => [
      { type: 'started', ...ANN, run, kept: false },
      event,
    ]);
    assert.deepEqual(promisesBroken([...forgetting.toReversed(), ...rest]), []);
  });

  it('P7: see a missing entry, the last one too, and one shown twice', () => {
    for (const position of [1, 2, 3]) {
      const missing = spoil((event) =>
        event.type === 'handled' && event.entry.position === position ? undefined : event,
      );
      assert.deepEqual(promisesBroken(missing), ['P7'], String(position));
    }
    const twice: HistoryEvent = { type: 'shown', ...BOB, log: LOG, entry: anEntry(3) };
    assert.deepEqual(promisesBroken([...goodEvents(), twice]), ['P5', 'P7']);
  });

  it('P7: ask a new device only for what its user had not received when it came', () => {
    const later: HistoryEvent = {
      type: 'welcomed',
      user: 'bob',
      device: 'b2',
      run: 1,
      session: 's-bob-2',
      log: LOG,
      window: 32,
    };
    const events = goodEvents();
    assert.deepEqual(promisesBroken([...events, later]), []);
    assert.deepEqual(promisesBroken([later, ...events]), ['P7']);
  });

  it('P9: see that something refused was kept, and an outcome that changed', () => {
    const refusal = outcome(anEntry(3), 'refused');
    const refused = spoil((event) =>
      event.type === 'outcome' && event.id === 'id-3' ? refusal : event,
    );
    assert.deepEqual(promisesBroken(refused), ['P9']);
    assert.deepEqual(promisesBroken([...goodEvents(), refusal]), ['P9']);
    const asked = sent(anEntry(3)) as Sent;
    const wire = { ...asked, type: 'refused', code: 'forbidden' } as const;
    const again: HistoryEvent = { ...asked, session: 's-ann-2' };
    const events = [...goodEvents(), asked];
    assert.deepEqual(promisesBroken([...events, wire]), ['P9']);
    assert.deepEqual(promisesBroken([...events, { ...wire, code: 'busy' }]), []);
    assert.deepEqual(promisesBroken([...events, wire, again]), []);
  });

  it('P10: see a recovery that lost, moved or found again what was in the log', () => {
    const names = ENTRIES.map(
      ({ conversation, position, id }) => `${conversation} ${position} ${id}`,
    );
    const [first, second, third] = names as [string, string, string];
    assert.deepEqual(promisesBroken(recoveries(names)), []);
    assert.deepEqual(promisesBroken(recoveries(names, names)), []);
    assert.deepEqual(promisesBroken(recoveries([first, second])), ['P10']);
    assert.deepEqual(promisesBroken(recoveries(names, [first, third, second])), ['P10']);
    assert.deepEqual(promisesBroken(recoveries(names, [...names, 'g/tea 4 id-4'])), ['P10']);
    assert.deepEqual(promisesBroken(recoveries(names, [...names, 'g/tea 4 id-4'], [])), ['P10']);
  });

  it('P13: see more than a window unanswered, or unacknowledged', () => {
    assert.deepEqual(promisesBroken([...goodEvents(), ...unanswered(32)]), []);
    assert.deepEqual(promisesBroken([...goodEvents(), ...unanswered(33)]), ['P13']);
    const narrow = spoil((event) => {
      if (event.type === 'acknowledged') return undefined;
      return event.type === 'welcomed' ? { ...event, window: 2 } : event;
    });
    assert.deepEqual(promisesBroken(narrow), ['P13']);
  });

  it('P14: see that a stranger got something', () => {
    const stranger: HistoryEvent[] = [
      {
        type: 'welcomed',
        user: 'eve',
        device: 'e1',
        run: 1,
        session: 's-eve',
        log: LOG,
        window: 32,
      },
      { ...delivered(CREATE), session: 's-eve' } as HistoryEvent,
    ];
    assert.deepEqual(promisesBroken([...goodEvents(), ...stranger]), ['P14']);
  });

  it('P17: see a receipt beyond the log', () => {
    const receipt: HistoryEvent = {
      type: 'receipt',
      session: 's-ann',
      conversation: 'g/tea',
      user: 'bob',
      received: 3,
      read: 1,
    };
    assert.deepEqual(promisesBroken([...goodEvents(), receipt]), []);
    assert.deepEqual(promisesBroken([...goodEvents(), { ...receipt, received: 4 }]), ['P17']);
    assert.deepEqual(promisesBroken([...goodEvents(), { ...receipt, received: 0 }]), ['P17']);
  });
});
