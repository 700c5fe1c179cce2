import assert from 'node:assert/strict';
import { peakOf, ringAt, RING_SECONDS, sampled } from '../../../tui/model/history.ts';
import { spark } from '../../../tui/draw/spark.ts';

describe('a history of values', () => {
  it('has one a second, the higher of two', () => {
    const ring = sampled(sampled(sampled(undefined, 1_000, 3), 1_500, 7), 2_000, 1);
    assert.deepEqual(ring.values, [7, 1]);
    assert.equal(peakOf(ring), 7);
  });

  it('has gaps where nothing was known, before and at the end', () => {
    const ring = sampled(sampled(undefined, 1_000, 5), 4_000, 6);
    assert.deepEqual(ring.values, [5, undefined, undefined, 6]);
    assert.deepEqual(ringAt(ring, 6_000), [5, undefined, undefined, 6, undefined]);
    assert.equal(spark([5, undefined, 0, 5], 4), '█ ▁█');
  });

  it('is a minute long', () => {
    let ring = sampled(undefined, 0, 0);
    for (let second = 1; second < 200; second++) ring = sampled(ring, second * 1_000, second);
    assert.equal(ring.values.length, RING_SECONDS);
    assert.equal(sampled(ring, 10_000_000, 1).values.length, RING_SECONDS);
  });
});
