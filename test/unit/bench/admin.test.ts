/** The bench of watching: what it makes of a run, and that it would notice what it looks for. */
import assert from 'node:assert/strict';
import { seededRandom } from 'im-kernel/kit';
import { at, judge, type Measured } from '../../../bench/admin/aims.ts';
import {
  blocksOf,
  BLOCK_TICKS,
  costOf,
  isWatched,
  median,
  type Block,
  type Tick,
} from '../../../bench/admin/blocks.ts';

const BLOCKS = 64;

/** A run in which a watched message costs so much more, on a machine with such noise. */
function run(cost: number, noise: number): Block[] {
  const random = seededRandom(7);
  const ticks: Tick[] = [{ atMs: 0, messages: 0, loopMs: 0, allMs: 0 }];
  for (let i = 0; i < BLOCKS * BLOCK_TICKS; i += 1) {
    const { messages, loopMs, allMs } = ticks[i] as Tick;
    const isTurning = i % BLOCK_TICKS === 0;
    const watched = isWatched(Math.floor(i / BLOCK_TICKS)) ? 1 + cost : 1;
    // A database that grows, and what the turn itself costs.
    const us = 10 * watched * (1 + i / 1_000) * (1 + noise * (random.next() - 0.5));
    const spent = isTurning ? 10 * us : us;
    ticks.push({
      atMs: 500 * (i + 1),
      messages: messages + 1_000,
      loopMs: loopMs + spent / 2,
      allMs: allMs + spent,
    });
  }
  return blocksOf(ticks);
}

const seen = { seconds: 10, frames: 40, scrapes: 10, beatsOfTail: 10 };
const chat = { blocks: run(0.01, 0.05), seen, wrong: 0 };
const good: Measured = {
  steady: chat,
  full: { ...chat, blocks: run(0.01, 0.9) },
  looks: { any: { 'loop ms': 3, 'p50 ms': 4, 'max ms': 9 } },
  corePercent: 1,
  rest: { busyPercent: 2, residentMb: 130 },
  scrolled: {
    keysMs: [10, 20, 30],
    framesMs: [60, 70, 80],
    jumpMs: 0,
    top: { p99: 10, max: 30 },
    serverMs: [3],
    aloneMs: [3],
  },
};

function missed(more: Partial<Measured>): readonly string[] {
  return judge({ ...good, ...more }).flatMap(({ aim, met }) => (met ? [] : aim));
}

describe('the bench of watching', () => {
  it('tells what watching costs, though the database grows and turns cost too', () => {
    const exact = costOf(run(0.05, 0), 'allUs');
    assert.ok(Math.abs(exact.percent - 5) < 0.2, String(exact.percent));
    assert.ok(exact.givenOrTaken < 0.3, String(exact.givenOrTaken));
    const noisy = costOf(run(0.05, 0.2), 'allUs');
    assert.ok(Math.abs(noisy.percent - 5) < noisy.givenOrTaken, JSON.stringify(noisy));
    assert.ok(noisy.givenOrTaken > 1, JSON.stringify(noisy));
    const nothing = costOf(run(0, 0.05), 'loopUs');
    assert.ok(Math.abs(nothing.percent) < nothing.givenOrTaken, JSON.stringify(nothing));
  });

  it('leaves out what no message came in', () => {
    const blocks = run(0.05, 0).map((block, at) => {
      return at < 40 ? { ...block, allUs: Infinity, 'messages/s': 0 } : block;
    });
    const { percent } = costOf(blocks, 'allUs');
    assert.ok(Math.abs(percent - 5) < 0.6, String(percent));
  });

  it('takes the middle, and the value that so many are below', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    assert.deepEqual(
      [0.5, 0.99, 1].map((share) => at(hundred, share)),
      [50, 99, 100],
    );
    assert.equal(at([], 0.5), Infinity);
  });

  it('misses an aim for each thing that goes wrong', () => {
    const { scrolled } = good;
    assert.deepEqual(missed({}), []);
    assert.match(
      String(missed({ steady: { ...chat, blocks: run(0.06, 0.05) } })),
      /adds at most 3/,
    );
    assert.match(String(missed({ steady: { ...chat, blocks: run(0, 0.9) } })), /quiet machine/);
    assert.match(String(missed({ full: { ...chat, wrong: 1 } })), /nothing is lost/);
    const blind = { ...chat, seen: { ...seen, frames: 20 } };
    assert.match(String(missed({ steady: blind })), /misses no frames/);
    const keysMs = [
      ...Array.from({ length: 90 }, () => 10),
      ...Array.from({ length: 10 }, () => 200),
    ];
    assert.match(String(missed({ scrolled: { ...scrolled, keysMs } })), /99 of 100/);
    assert.match(String(missed({ scrolled: { ...scrolled, framesMs: [] } })), /a held key/);
  });
});
