import assert from 'node:assert/strict';
import { Kept } from '../../../core/chat/tail.ts';
import { FlightRecorder } from '../../../core/path/trace/flight-recorder.ts';

const ANN = { user: 'ann', device: 'd1' };
const BOB = { user: 'bob', device: 'p' };
const TALK = 'd/ann/bob';

function recorder(traceEntries = 4, traceHops = 4, traceDevices = 2): FlightRecorder {
  return new FlightRecorder({ traceEntries, traceHops, traceDevices });
}

/** A UUID for a letter. */
function idOf(letter: string): string {
  return `0199a0b1-c2d3-7e4f-8a9b-00000000000${letter}`;
}

function sent(letter: string, number = 1): { id: string; number: number } {
  return { id: idOf(letter), number };
}

function at(position: number): { conversation: string; position: number } {
  return { conversation: TALK, position };
}

function kept(position: number): Kept {
  const by = { user: 'ann', device: 'd1', sentAt: 1, acceptedAt: 1, kind: 'message' };
  const id = '0199a0b1-c2d3-7e4f-8a9b-000000000001';
  return new Kept({ conversation: TALK, position, order: position, number: position, id, ...by });
}

describe('the flight recorder', () => {
  it('notes each hop of a command under its ticket', () => {
    const notes = recorder();
    const ticket = notes.received(sent('a', 7), TALK, ANN, 10);
    notes.placed(ticket, 3, 11);
    notes.kept(ticket, 5, 12);
    notes.answered(ticket, 'accepted', 3, 13);
    const [row, ...more] = notes.commands.find({ id: idOf('a') });
    assert.deepEqual(more, []);
    assert.deepEqual(row, {
      ...sent('a', 7),
      ...ANN,
      conversation: TALK,
      position: 3,
      epoch: 5,
      outcome: 'accepted',
      receivedMs: 10,
      placedMs: 11,
      keptMs: 12,
      answeredMs: 13,
    });
    assert.deepEqual(notes.commands.find({ conversation: TALK, position: 3 }), [row]);
    assert.deepEqual(notes.commands.find({ conversation: 'g/tea', position: 3 }), []);
    assert.deepEqual(notes.commands.find({ id: 'no id' }), []);
  });

  it('says of a command under way how far it came', () => {
    const notes = recorder();
    notes.placed(notes.received(sent('a'), TALK, ANN, 10), 3, 11);
    const [row] = notes.commands.find({ id: idOf('a') });
    assert.deepEqual([row?.placedMs, row?.keptMs, row?.outcome], [11, undefined, undefined]);
  });

  it('takes the position of what is refused back', () => {
    const notes = recorder();
    const ticket = notes.received(sent('a'), TALK, ANN, 10);
    notes.placed(ticket, 3, 11);
    notes.answered(ticket, 'busy', 0, 12);
    assert.deepEqual(notes.commands.find({ conversation: TALK, position: 3 }), []);
    assert.equal(notes.commands.find({ id: idOf('a') })[0]?.outcome, 'busy');
  });

  it('forgets the oldest, counts it, and lets a late word for it change no other', () => {
    const notes = recorder(2);
    const first = notes.received(sent('a'), TALK, ANN, 1);
    for (const [more, id] of ['b', 'c', 'd'].entries()) {
      notes.received(sent(id), TALK, ANN, more + 2);
    }
    notes.answered(first, 'accepted', 9, 9);
    notes.kept(first, 9, 9);
    notes.placed(first, 9, 9);
    assert.deepEqual(notes.commands.find({ id: idOf('a') }), []);
    assert.deepEqual(notes.commands.find({ conversation: TALK, position: 9 }), []);
    assert.deepEqual([notes.commands.size, notes.commands.forgotten], [2, 2]);
    assert.equal(notes.remembered.commandsSinceMs, 3);
  });

  it('finds what came under one id in the sequence in which it came, round the ring', () => {
    const notes = recorder(3);
    for (let one = 1; one <= 5; one += 1) notes.received(sent('a', one), TALK, ANN, one);
    const numbers = notes.commands.find({ id: idOf('a') }).map(({ number }) => number);
    assert.deepEqual(numbers, [3, 4, 5]);
  });

  it('covers with one mark all that it newly reaches, and nothing before', () => {
    const notes = recorder();
    notes.marked('acknowledged', TALK, BOB, 2, 4, 20);
    notes.marked('read', TALK, BOB, 0, 4, 30);
    const hopsAt = (position: number): unknown =>
      notes.hops.find({ conversation: TALK, position }).map(({ hop, ms }) => [hop, ms]);
    assert.deepEqual(hopsAt(2), [['read', 30]]);
    assert.deepEqual(hopsAt(4), [
      ['acknowledged', 20],
      ['read', 30],
    ]);
    assert.deepEqual(hopsAt(5), []);
  });

  it('notes so many deliveries of a message, and counts the others', () => {
    const notes = recorder();
    const entry = kept(3);
    const noted = ['a', 'b', 'c'].map((device) =>
      notes.delivered(entry, TALK, { user: 'bob', device }, device === 'b', 20),
    );
    assert.deepEqual(noted, [true, true, false]);
    assert.deepEqual(
      notes.hops.find(at(3)).map(({ hop, who, device }) => [hop, who, device]),
      [
        ['delivered', 'bob', 'a'],
        ['again', 'bob', 'b'],
      ],
    );
    assert.equal(notes.remembered.leftOut, 1);
  });

  it('forgets the oldest hops, and counts them', () => {
    const notes = recorder(4, 3);
    for (let one = 1; one <= 5; one += 1) notes.consumed('taken', 'hook', at(one), one);
    assert.deepEqual(notes.hops.find(at(2)), []);
    assert.deepEqual(notes.hops.find(at(3)), [{ hop: 'taken', ms: 3, who: 'hook', device: '' }]);
    const { hopsSinceMs, hopsForgotten } = notes.remembered;
    assert.deepEqual([hopsSinceMs, hopsForgotten, notes.hops.size], [3, 2, 3]);
  });

  it('remembers nothing where it has no room', () => {
    const notes = recorder(0, 0, 0);
    const ticket = notes.received(sent('a'), TALK, ANN, 1);
    notes.answered(ticket, 'accepted', 1, 2);
    notes.delivered(kept(1), TALK, BOB, false, 3);
    notes.marked('read', TALK, BOB, 0, 1, 4);
    assert.deepEqual(notes.commands.find({ id: idOf('a') }), []);
    assert.deepEqual(notes.hops.find(at(1)), []);
    assert.equal(notes.remembered.commandsSinceMs, undefined);
  });
});
