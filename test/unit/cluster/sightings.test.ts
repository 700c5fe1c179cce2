import assert from 'node:assert/strict';
import { fakeClock, quietHost } from 'im-kernel/kit';
import { Shards } from '../../../core/cluster/shards.ts';
import { Sightings } from '../../../core/cluster/sightings.ts';
import memory from '../../../plugins/persistence/memory/index.ts';

const BEAT_MS = 1_000;
const LEASE_MS = 5_000;
const NOW = 1_795_435_200_000;

/** How it looks: whether what is seen then is young. */
function begin(): (afterMs: number, jumpMs?: number) => boolean {
  const clock = fakeClock();
  const persistence = memory.create({ shards: 8 }, quietHost());
  const shards = new Shards(persistence, { node: 'im-b', life: 'b1' });
  const sightings = new Sightings({ clock, shards, beatMs: BEAT_MS, leaseMs: LEASE_MS });
  let storeMs = NOW;
  /** Looks `afterMs` later; the store's clock has gone on by as much, and by `jumpMs`. */
  return (afterMs, jumpMs = 0) => {
    clock.advance(afterMs);
    storeMs += afterMs + jumpMs;
    sightings.note({ nodes: [], shards: [], now: storeMs });
    return sightings.areYoung;
  };
}

describe('what a node saw', () => {
  it('is young for two beats after the clock of the store has jumped, ahead or back', () => {
    for (const jumpMs of [1_700, 3_600_000, -1_700, -3_600_000]) {
      const look = begin();
      assert.deepEqual([look(0), look(BEAT_MS), look(BEAT_MS, jumpMs)], [false, false, true]);
      assert.deepEqual([look(2 * BEAT_MS - 1), look(1)], [true, false]);
    }
  });

  it('is not young for a clock that goes a little wrong: that ends no lease', () => {
    const look = begin();
    assert.deepEqual([look(0), look(BEAT_MS, 1_600), look(BEAT_MS, -1_600)], [false, false, false]);
  });

  it('is young for two beats after the store was away for longer than a lease', () => {
    const look = begin();
    assert.deepEqual([look(0), look(LEASE_MS), look(LEASE_MS + 1)], [false, false, true]);
    assert.equal(look(2 * BEAT_MS), false);
  });
});
