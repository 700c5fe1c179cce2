import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { systemClock, systemRandom } from '../../../core/kernel/system.ts';

describe('the system clock', () => {
  it('waits longer than a timer of Node can', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const monthMs = 31 * 86_400_000;
      let ran = 0;
      systemClock().after(monthMs, () => (ran += 1));
      mock.timers.tick(2 ** 31 - 1);
      mock.timers.tick(monthMs - 2 ** 31);
      assert.equal(ran, 0);
      mock.timers.tick(1);
      assert.equal(ran, 1);
      mock.timers.tick(monthMs);
      assert.equal(ran, 1);
    } finally {
      mock.timers.reset();
    }
  });
  it('can be told not to wait any more, in any piece, twice and late', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      let ran = 0;
      const cancel = systemClock().after(60 * 86_400_000, () => (ran += 1));
      mock.timers.tick(40 * 86_400_000);
      cancel();
      cancel();
      mock.timers.tick(60 * 86_400_000);
      assert.equal(ran, 0);
      const late = systemClock().after(5, () => (ran += 1));
      mock.timers.tick(5);
      late();
      assert.equal(ran, 1);
    } finally {
      mock.timers.reset();
    }
  });
  it('runs what is wanted soon after the turn, in sequence', async () => {
    const clock = systemClock();
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      clock.soon(() => seen.push('first'));
      clock.soon(resolve);
      seen.push('now');
    });
    assert.deepEqual(seen, ['now', 'first']);
  });
  it('tells the wall clock, and a monotonic one that never falls', () => {
    const clock = systemClock();
    assert.ok(Math.abs(clock.now() - Date.now()) < 1_000);
    const seen = Array.from({ length: 1_000 }, () => clock.monotonic());
    assert.deepEqual(
      seen.toSorted((a, b) => a - b),
      seen,
    );
  });
});

describe('the system’s chance', () => {
  it('gives numbers from 0 up to below 1, spread evenly', () => {
    const random = systemRandom();
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let round = 0; round < 20_000; round += 1) {
      const next = random.next();
      assert.ok(next >= 0 && next < 1);
      const tenth = Math.floor(next * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    // Ten standard deviations off 2,000: a fair source does that once in 10^22 runs.
    for (const count of tenths) assert.ok(Math.abs(count - 2_000) < 425, tenths.join(' '));
  });
  it('gives as many octets as asked for, never the same twice', () => {
    const random = systemRandom();
    const seen = new Set<string>();
    for (const length of [0, 1, 16, 8_192, 8_193, 100_000]) {
      assert.equal(random.bytes(length).length, length);
    }
    for (let round = 0; round < 2_000; round += 1) {
      seen.add(Buffer.from(random.bytes(16)).toString('hex'));
    }
    assert.equal(seen.size, 2_000);
  });
  it('hands out octets of their own, which later draws do not change', () => {
    const random = systemRandom();
    const octets = random.bytes(32);
    const copy = octets.slice();
    for (let round = 0; round < 2_000; round += 1) random.bytes(32);
    assert.deepEqual(octets, copy);
    assert.equal(octets.buffer.byteLength, 32);
  });
});
