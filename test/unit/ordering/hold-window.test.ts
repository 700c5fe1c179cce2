import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { seededRandom } from 'im-kernel/kit';
import { HoldWindow } from '../../../plugins/ordering/timestamp-window/hold-window.ts';
import { QuantileSketch } from '../../../plugins/ordering/timestamp-window/quantile-sketch.ts';
import { windowSettings } from './window-settings.ts';

type Settings = Parameters<typeof windowSettings>[0];

/** A fifth for the width of a bucket, and 1 ms for rounding up. */
function isAbout(windowMs: number, ms: number): void {
  assert.ok(windowMs >= ms && windowMs <= 1.2 * ms + 1, `${windowMs} ms for ${ms} ms`);
}

class Feed {
  readonly window: HoldWindow;
  readonly #random = seededRandom(5);

  constructor(settings: Settings) {
    this.window = new HoldWindow(windowSettings(settings));
  }

  /** So many messages, this share of them late, by up to `lateMs`. */
  messages(count: number, share = 0, lateMs = 0): void {
    for (let nth = 0; nth < count; nth += 1) {
      this.window.came(0);
      if (this.#random.next() < share) this.window.wasLate(1 + this.#random.next() * (lateMs - 1));
    }
  }

  /** So many messages, with delays of up to `jitterMs` more than the fastest. */
  delays(count: number, jitterMs: number): void {
    for (let nth = 0; nth < count; nth += 1) this.window.came(this.#random.next() * jitterMs);
  }
}

describe('the window by lateness', () => {
  it('is nothing where nothing is late, nor where one message ever was', () => {
    const { window } = new Feed({});
    assert.equal(window.holdMs, 0);
    for (let nth = 0; nth < 10_000; nth += 1) {
      window.came(nth % 50);
      if (nth === 5_000) window.wasLate(700);
      assert.equal(window.holdMs, 0);
    }
  });
  it('covers what is late, however few they are', () => {
    for (const share of [0.01, 0.1, 0.5]) {
      const feed = new Feed({});
      feed.messages(5_000, share, 200);
      const { holdMs } = feed.window;
      assert.ok(holdMs >= 120 && holdMs <= 241, `${holdMs} ms at ${share}`);
    }
  });
  it('follows a step up within 10 late messages, and a step down within 150', () => {
    const { window } = new Feed({});
    const late = (count: number, ms: number): void => {
      for (let nth = 0; nth < count; nth += 1) {
        window.came(0);
        window.wasLate(ms);
      }
    };
    late(500, 50);
    isAbout(window.holdMs, 50);
    late(10, 800);
    isAbout(window.holdMs, 800);
    late(500, 800);
    late(150, 50);
    isAbout(window.holdMs, 50);
  });
  it('closes within 4,000 messages once nothing is late any more', () => {
    const feed = new Feed({});
    feed.messages(20_000, 0.5, 900);
    assert.ok(feed.window.holdMs > 500);
    feed.messages(4_000);
    assert.equal(feed.window.holdMs, 0);
  });
  it('does not grow for what it could not cover', () => {
    const feed = new Feed({ maxHold: 100 });
    for (let nth = 0; nth < 1_000; nth += 1) {
      feed.window.came(0);
      feed.window.wasLate(nth % 2 === 0 ? 20 : 5_000);
    }
    isAbout(feed.window.holdMs, 20);
  });
  it('covers as many of a hundred as it is told', () => {
    const random = seededRandom(3);
    const holds = [50, 80, 99].map((percentile) => {
      const { window } = new Feed({ percentile });
      for (let nth = 0; nth < 5_000; nth += 1) {
        window.came(0);
        window.wasLate(1 + random.next() * 400);
      }
      return window.holdMs;
    });
    const [half = 0, most = 0, nearlyAll = 0] = holds;
    assert.ok(half >= 120 && half <= 320, `${half}`);
    assert.ok(half < most && most <= nearlyAll, holds.join(' '));
  });
});

describe('the window by p99', () => {
  it('covers the delay beyond the fastest, in order or not', () => {
    const feed = new Feed({ mode: 'p99' });
    feed.delays(2_000, 300);
    const { holdMs } = feed.window;
    assert.ok(holdMs >= 280 && holdMs <= 361, `${holdMs}`);
  });
  it('follows a step up within 20 messages, and a step down within 1,500', () => {
    const feed = new Feed({ mode: 'p99' });
    feed.delays(1_000, 20);
    feed.delays(20, 900);
    assert.ok(feed.window.holdMs > 600);
    feed.delays(1_000, 900);
    feed.delays(1_500, 20);
    assert.ok(feed.window.holdMs <= 25, `${feed.window.holdMs}`);
  });
});

describe('a window', () => {
  it('is what it is set to in the mode `fixed`', () => {
    const feed = new Feed({ mode: 'fixed', hold: 250, minHold: 300 });
    feed.messages(1_000, 0.5, 900);
    feed.delays(1_000, 900);
    assert.equal(feed.window.holdMs, 250);
  });
  it('is never beyond its bounds, whatever comes', () => {
    const time = fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constant(undefined));
    const come = fc.array(fc.record({ late: fc.boolean(), ms: time }), {
      maxLength: 300,
      size: 'max',
    });
    const property = fc.property(come, fc.constantFrom('p99', 'lateness'), (messages, mode) => {
      const { window } = new Feed({ mode, minHold: 30, maxHold: 400 });
      for (const { late, ms } of messages) {
        window.came(ms);
        if (late && ms !== undefined) window.wasLate(ms);
        assert.ok(window.holdMs >= 30 && window.holdMs <= 400 && Number.isInteger(window.holdMs));
      }
    });
    fc.assert(property, { numRuns: 50 });
  });
});

describe('a sketch of quantiles', () => {
  it('answers a fifth too much at most, and never too little', () => {
    const samples = fc.array(fc.integer({ min: 1, max: 60_000 }), {
      minLength: 1,
      maxLength: 300,
      size: 'max',
    });
    const percentiles = fc.constantFrom(50, 90, 95, 99);
    const property = fc.property(samples, percentiles, (values, percentile) => {
      const sketch = new QuantileSketch();
      values.forEach((ms) => sketch.add(ms));
      const sorted = values.toSorted((a, b) => a - b);
      const beyond = Math.floor((values.length * (100 - percentile)) / 100 + 1e-9);
      const exact = sorted[sorted.length - 1 - beyond] ?? 0;
      const answer = sketch.quantile(percentile, 0);
      assert.ok(answer >= exact * 0.999 && answer <= exact * 1.2, `${answer} for ${exact}`);
    });
    fc.assert(property, { numRuns: 100 });
  });
  it('forgets, for as long as one likes', () => {
    const sketch = new QuantileSketch();
    for (let nth = 0; nth < 200_000; nth += 1) {
      sketch.forget(0.99);
      sketch.add(nth < 199_000 ? 10_000 : 10);
    }
    const answer = sketch.quantile(95, 1);
    assert.ok(answer >= 10 && answer <= 12, `${answer}`);
    for (let nth = 0; nth < 10_000; nth += 1) sketch.forget(0.99);
    assert.equal(sketch.quantile(95, 1), 0);
  });
});
