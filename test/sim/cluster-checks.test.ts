import assert from 'node:assert/strict';
import { leasesHold } from './checks/leases-hold.ts';
import { movedLeadsOn } from './checks/moved-leads-on.ts';
import { placesHold } from './checks/places-hold.ts';
import { plannedChangesAreQuiet } from './checks/planned-changes-are-quiet.ts';
import { takeoversHaveReasons } from './checks/takeovers-have-reasons.ts';
import { anEntry } from './good-history.ts';
import type { Check, History, HistoryEvent } from './history.ts';

function complaints(check: Check, events: readonly HistoryEvent[]): readonly string[] {
  const history: History = events.map((event, atMs) => ({ ...event, atMs }));
  return check(history).map(({ promise, why }) => `${promise}: ${why}`);
}

function late(...frames: readonly string[]): HistoryEvent {
  return { type: 'spoke-late', life: 3, lateMs: 40, frames };
}

function taken(life: number, epoch: number): HistoryEvent {
  return { type: 'taken', log: 'log-1', life, shards: [0, 1], epochs: [epoch, epoch] };
}

function places(received: number) {
  const mark = { conversation: 'g/tea', user: 'bob', received, read: 0 };
  return { log: 'log-1', cursors: [], marks: [mark] };
}

function saved(life: number, received: number): HistoryEvent {
  return { type: 'saved', life, ...places(received) };
}

function begin(steady: boolean): readonly HistoryEvent[] {
  return [
    { type: 'configured', guards: [], consumers: [], bounds: {}, savedWithinMs: 1, steady },
    taken(1, 1),
    taken(1, 2),
  ];
}

/** One of the two saves what is lower. */
function saves(lower: number): readonly HistoryEvent[] {
  const kept: HistoryEvent = { type: 'kept', log: 'log-1', entry: anEntry(2) };
  return [kept, saved(2, 2), saved(lower, 1)];
}

describe('the checker of leases', () => {
  it('lets a node say after its lease where others serve, and that it ends', () => {
    assert.deepEqual(complaints(leasesHold, [late('moved'), late('error', 'bye'), late()]), []);
  });

  it('complains of anything that only an owner may say', () => {
    const why = 'P8: life 3 said accepted, deliver, 40 ms after its lease';
    assert.deepEqual(complaints(leasesHold, [late('accepted', 'deliver', 'deliver')]), [why]);
  });
});

describe('the checker of takeovers', () => {
  const asked: HistoryEvent = { type: 'switching', to: 'sim-2' };

  it('lets the owner change once for each time that somebody asked', () => {
    const events = [...begin(true), asked, taken(2, 3), asked, asked, taken(1, 4), taken(2, 5)];
    assert.deepEqual(complaints(takeoversHaveReasons, events), []);
  });

  it('complains of one that nobody asked for', () => {
    const why = 'P12: life 2 took over from life 1, and nothing had happened';
    assert.deepEqual(complaints(takeoversHaveReasons, [...begin(true), taken(2, 3)]), [why]);
    const events = [...begin(true), asked, taken(2, 3), taken(1, 4)];
    assert.equal(complaints(takeoversHaveReasons, events).length, 1);
  });

  it('excuses a life that comes while the clock of the store jumps, and none that was there', () => {
    const jumped: HistoryEvent = { type: 'clock-jumped', byMs: 60_000 };
    const looked: HistoryEvent = { type: 'looked', life: 2 };
    const events = [...begin(true), jumped, looked];
    assert.deepEqual(complaints(takeoversHaveReasons, [...events, taken(2, 3)]), []);
    const later = [...events, looked, looked, taken(2, 3)];
    assert.equal(complaints(takeoversHaveReasons, later).length, 1);
  });

  it('complains where an operator alone may, and another node follows', () => {
    const [configured, ...rest] = begin(false);
    const manual = [{ ...configured, manual: true } as HistoryEvent, started(1), started(2)];
    const again: HistoryEvent = {
      type: 'node',
      what: 'started',
      detail: '',
      node: 'sim-1',
      life: 3,
    };
    const itself = [...manual, ...rest, again, taken(3, 3)];
    assert.deepEqual(complaints(takeoversHaveReasons, itself), []);
    assert.deepEqual(complaints(takeoversHaveReasons, [...itself, asked, taken(2, 4)]), []);
    assert.equal(complaints(takeoversHaveReasons, [...itself, taken(2, 4)]).length, 1);
  });

  it('says nothing where faults may be the reason', () => {
    assert.deepEqual(complaints(takeoversHaveReasons, [...begin(false), taken(2, 3)]), []);
  });
});

describe('the checker of places, with two nodes', () => {
  it('heeds a fall behind what the same node saved, not behind what the other one did', () => {
    assert.deepEqual(complaints(placesHold, saves(1)), []);
    assert.equal(complaints(placesHold, saves(2)).length, 1);
    assert.equal(
      complaints(placesHold, [...saves(1), { type: 'standing', ...places(1) }]).length,
      1,
    );
  });
});

function started(life: number): HistoryEvent {
  const place = { node: `sim-${life}`, address: `tcp://sim-${life}` };
  return { type: 'node', what: 'started', detail: '', ...place, life };
}

function came(life: number): HistoryEvent {
  return { type: 'connected', user: 'bob', device: 'b1', run: 1, session: 's', life };
}

function told(code: string): HistoryEvent {
  return { type: 'error', session: 's', code };
}

function moved(to: number): HistoryEvent {
  return { type: 'moved', session: 's', addresses: [`tcp://sim-${to}`] };
}

describe('the checker of where clients are sent', () => {
  const looked: HistoryEvent = { type: 'looked', life: 3 };
  const begun = [
    started(1),
    started(2),
    started(3),
    taken(1, 1),
    looked,
    looked,
    looked,
    taken(2, 2),
  ];

  it('complains of a node that knows better and sends to the one that was followed', () => {
    const why = 'P11: s was sent to tcp://sim-1, which does not serve any more';
    const knows = [...begun, looked, looked, came(3)];
    assert.deepEqual(complaints(movedLeadsOn, [...knows, moved(1)]), [why]);
    assert.deepEqual(complaints(movedLeadsOn, [...knows, moved(2)]), []);
  });

  it('lets a node send clients to the one that was given everything and has not seen it', () => {
    const knows = [...begun, looked, looked, came(3), moved(1)];
    assert.deepEqual(complaints(movedLeadsOn, [...knows, taken(1, 3)]), []);
    assert.equal(complaints(movedLeadsOn, [...knows, taken(3, 3)]).length, 1);
  });

  it('lets clients be sent to whom everything was given, though another is quicker to serve', () => {
    const given: HistoryEvent = { type: 'given', log: 'log', life: 2, to: 'sim-1' };
    const knows = [...begun, given, looked, looked, came(3)];
    assert.deepEqual(complaints(movedLeadsOn, [...knows, moved(1), taken(3, 3)]), []);
    assert.equal(complaints(movedLeadsOn, [...knows, moved(2), taken(3, 3)]).length, 1);
  });

  it('lets one be that has not looked, that serves itself or bids to come again, or that was followed meanwhile', () => {
    assert.deepEqual(complaints(movedLeadsOn, [...begun, looked, came(3), moved(1)]), []);
    const serves = [...begun, { type: 'looked', life: 2 } as const, came(2), moved(1)];
    assert.deepEqual(complaints(movedLeadsOn, serves), []);
    const itself: HistoryEvent = { type: 'looked', life: 1 };
    const again = [...begun, itself, itself, came(1), moved(1)];
    assert.deepEqual(complaints(movedLeadsOn, again), []);
    const meanwhile = [...begun, looked, looked, came(3), taken(1, 3), moved(2)];
    assert.deepEqual(complaints(movedLeadsOn, meanwhile), []);
  });
});

describe('the checker of planned changes', () => {
  const end: HistoryEvent = { type: 'counted', life: 1, quiet: true, values: {} };

  it('complains of a node that says before the end that it stops', () => {
    const why = 'P18: s was told shutting-down, and nothing had happened';
    const events = [...begin(true), told('session-replaced'), told('shutting-down'), end];
    assert.deepEqual(complaints(plannedChangesAreQuiet, events), [why]);
    const after = [...begin(true), end, told('shutting-down')];
    assert.deepEqual(complaints(plannedChangesAreQuiet, after), []);
    assert.deepEqual(complaints(plannedChangesAreQuiet, [...begin(false), told('not-ready')]), []);
  });
});
