import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Disorder } from '../../../client/disorder.ts';
import { Hold } from '../../../client/hold.ts';
import { Lateness } from '../../../client/lateness.ts';

/** So many samples, every `each`th late by `lateMs`. */
function sampled(target: { sample(lateMs?: number): void }, n: number, each: number, lateMs = 0) {
  for (let i = 1; i <= n; i += 1) target.sample(i % each === 0 ? lateMs : undefined);
}

/** To the end of its bucket. */
function roundUp(ms: number): number {
  return 2 ** (Math.ceil(2 * Math.log2(Math.max(1, ms))) / 2);
}

describe('the measured disorder', () => {
  it('asks for no hold where nothing comes out of place', () => {
    const disorder = new Disorder();
    sampled(disorder, 10_000, Infinity);
    assert.deepEqual([disorder.holdMs, disorder.share], [0, 0]);
  });

  it('asks for a hold as long as most are late by, where it is worth the wait', () => {
    const disorder = new Disorder();
    sampled(disorder, 1_000, 10, 60);
    assert.ok(disorder.holdMs >= 60 && disorder.holdMs <= 60 * Math.SQRT2, `${disorder.holdMs}`);
    assert.ok(Math.abs(disorder.share - 0.1) < 0.01);
  });

  it('delays nobody for what is rare, or later than waiting is worth', () => {
    const [rare, far] = [new Disorder(), new Disorder()];
    sampled(rare, 10_000, 1_000, 60);
    sampled(far, 10_000, 10, 5_000);
    assert.deepEqual([rare.holdMs, far.holdMs], [0, 0]);
  });

  it('concludes nothing from a few', () => {
    const disorder = new Disorder();
    sampled(disorder, 49, 2, 60);
    assert.equal(disorder.holdMs, 0);
    disorder.sample(60);
    assert.ok(disorder.holdMs > 0);
  });

  it('forgets, and counts for ever', () => {
    const disorder = new Disorder();
    sampled(disorder, 1_000, 10, 60);
    sampled(disorder, 10_000, Infinity);
    assert.equal(disorder.holdMs, 0);
    sampled(disorder, 100_000, 10, 60);
    assert.ok(disorder.holdMs >= 60 && Math.abs(disorder.share - 0.1) < 0.01);
  });

  it('finds the cheapest hold of all, whatever comes', () => {
    const lateness = fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(lateness, { minLength: 50, maxLength: 80 }), (samples) => {
        const disorder = new Disorder();
        for (const one of samples) disorder.sample(one);
        const cost = (holdMs: number): number => {
          const weights = samples.map((one, i) => [one, 0.999 ** -i] as const);
          const all = weights.reduce((sum, [, weight]) => sum + weight, 0);
          const later = weights.filter(([one]) => one !== undefined && roundUp(one) > holdMs);
          return holdMs + (2_000 * later.reduce((sum, [, weight]) => sum + weight, 0)) / all;
        };
        const holds = [0, ...samples.flatMap((one) => (one === undefined ? [] : [roundUp(one)]))];
        const cheapest = Math.min(...holds.map(cost));
        assert.ok(Math.abs(cost(disorder.holdMs) - cheapest) < 1e-6);
      }),
    );
  });
});

describe('the lateness of arrivals', () => {
  it('is the time since the first that belongs behind it, within the span', () => {
    const [spanMs, partMs] = [256, 4];
    const event = fc.tuple(fc.nat(50), fc.nat(20));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const lateness = new Lateness();
        const seen: { order: number; atMs: number }[] = [];
        let nowMs = 0;
        for (const [order, waitMs] of events) {
          nowMs += waitMs;
          const behind = seen.find((one) => one.order > order && one.atMs >= nowMs - spanMs);
          const lateMs = lateness.arrived(order, nowMs, spanMs);
          const least = behind === undefined ? 0 : nowMs - behind.atMs;
          if (lateMs === undefined) assert.ok(least === 0 || least > spanMs - partMs);
          else assert.ok(lateMs >= least && lateMs <= least + partMs, `${lateMs}, not ${least}`);
          seen.push({ order, atMs: nowMs });
        }
      }),
    );
  });

  it('is known where many come at once, too', () => {
    const lateness = new Lateness();
    for (let order = 0; order < 100_000; order += 1) lateness.arrived(order, order / 100, 1_000);
    const lateMs = lateness.arrived(50_000, 1_000, 1_000)!;
    assert.ok(lateMs >= 500 && lateMs < 516, `${lateMs}`);
  });
});

describe('the hold', () => {
  const rule = { holdMs: 20, maxHoldMs: 100 };

  it('is what the rule says, where nothing worse is measured', () => {
    const hold = new Hold(false, 10_000);
    assert.deepEqual(hold.reading, { windowMs: 0, gapMs: 0, lateShare: 0 });
    hold.follow(rule);
    assert.deepEqual(hold.reading, { windowMs: 20, gapMs: 20, lateShare: 0 });
  });

  it('is longer where the own measurement says so, and never above the most of the rule', () => {
    const hold = new Hold(false, 10_000);
    hold.follow(rule);
    sampled(hold, 1_000, 10, 60);
    assert.ok(hold.windowMs >= 60 && hold.windowMs <= 100);
    hold.follow({ holdMs: 20, maxHoldMs: 40 });
    assert.deepEqual([hold.windowMs, hold.gapMs], [40, 40]);
  });

  it('is for gaps alone where the rule has none, or the application sorts by itself', () => {
    const [none, raw] = [new Hold(false, 10_000), new Hold(true, 10_000)];
    none.follow({ holdMs: 0, maxHoldMs: 100 });
    raw.follow(rule);
    sampled(none, 1_000, 10, 60);
    assert.deepEqual([none.windowMs, raw.windowMs, raw.gapMs], [0, 0, 20]);
    assert.ok(none.gapMs >= 60);
  });

  it('stays below the own bound of the client, whatever a server says', () => {
    const hold = new Hold(false, 10_000);
    hold.follow({ holdMs: 2 ** 40, maxHoldMs: 2 ** 41 });
    assert.deepEqual([hold.windowMs, hold.maxMs], [10_000, 10_000]);
  });
});
