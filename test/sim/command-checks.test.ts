/** The checkers of what clients send and are answered. */
import assert from 'node:assert/strict';
import { ANN, ENTRIES, anEntry, goodEvents, promisesBroken, sent } from './good-history.ts';
import type { HistoryEvent, Sent } from './history.ts';

describe('the checkers of commands', () => {
  const fourth = sent(anEntry(4)) as Sent;

  it('P3: see a number that a client gave to two commands', () => {
    const other = { ...fourth, id: 'id-5' };
    assert.deepEqual(promisesBroken([...goodEvents(), fourth, other]), ['P3']);
    assert.deepEqual(promisesBroken([...goodEvents(), fourth, fourth]), []);
    const forgetting: HistoryEvent = { type: 'started', ...ANN, run: 2, kept: false };
    const welcomed = goodEvents().find((event) => event.type === 'welcomed')!;
    const later: HistoryEvent = { ...welcomed, run: 2, session: 's-ann-2' };
    const anew = { ...other, session: 's-ann-2' };
    const answer: HistoryEvent = { ...anew, type: 'refused', code: 'forbidden' };
    const events = [...goodEvents(), forgetting, later, fourth, anew, answer];
    assert.deepEqual(promisesBroken(events), []);
  });

  it('P6: see answers that come in another order, or to nothing', () => {
    const asked = ENTRIES.map((entry) => sent(entry));
    const rest = goodEvents().filter((event) => event.type !== 'sent');
    assert.deepEqual(promisesBroken([...asked, ...rest]), []);
    assert.deepEqual(promisesBroken([...asked.toReversed(), ...rest]), ['P6']);
    assert.deepEqual(promisesBroken([...asked.slice(1), ...rest]), ['P6']);
  });

  it('P9: see a command that was sent, and then forgotten', () => {
    const first: HistoryEvent = { type: 'started', ...ANN, kept: false };
    const later = { ...first, run: 2 } as const;
    const refused = { ...fourth, type: 'refused' } as const;
    const events = [first, ...goodEvents(), fourth];
    assert.deepEqual(promisesBroken(events), ['P9']);
    assert.deepEqual(promisesBroken([...events, { ...refused, code: 'busy' }]), ['P9']);
    assert.deepEqual(promisesBroken([...events, { ...refused, code: 'forbidden' }]), []);
    assert.deepEqual(promisesBroken([...events, { ...later, kept: true }]), ['P9']);
    assert.deepEqual(promisesBroken([...events, { ...later, kept: false }]), []);
  });
});
