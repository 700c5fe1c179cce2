import assert from 'node:assert/strict';
import { LogBuckets } from '../../../core/kernel/log-buckets.ts';
import { MetricsRegistry, type MetricSnapshot } from '../../../core/kernel/metrics.ts';

function near(read: number, truth: number): void {
  assert.ok(read >= truth && read <= truth * 1.1, `${read} for ${truth}`);
}

describe('metrics', () => {
  let registry: MetricsRegistry;
  beforeEach(() => {
    registry = new MetricsRegistry();
  });
  function find(name: string, instance = ''): MetricSnapshot | undefined {
    return registry.snapshot().find((one) => one.name === name && one.instance === instance);
  }

  it('count, by label and altogether', () => {
    const refused = registry.counter('refused_total', 'Refused commands.');
    refused.add();
    refused.add(2, 'busy');
    refused.add(1, 'stale');
    refused.add(undefined, 'busy');
    assert.deepEqual(find('refused_total'), {
      name: 'refused_total',
      help: 'Refused commands.',
      instance: '',
      kind: 'counter',
      value: 5,
      by: 'label',
      labels: { busy: 3, stale: 1 },
    });
  });
  it('keep each instance apart under one name', () => {
    registry.of('tcp').counter('bytes_total', 'Bytes.').add(1);
    registry.of('web').counter('bytes_total', 'Bytes.').add(2);
    registry.of('tcp').counter('bytes_total', 'Bytes.').add(4);
    const values = registry.snapshot().map((one) => 'value' in one && [one.instance, one.value]);
    assert.deepEqual(values, [
      ['tcp', 5],
      ['web', 2],
    ]);
  });
  it('bound the labels: those that come late are counted as other', () => {
    const counter = registry.counter('odd_total', 'Odd.');
    for (let index = 0; index < 1_000; index += 1) counter.add(1, `label-${index}`);
    counter.add(1, 'label-3');
    const found = find('odd_total');
    assert.ok(found?.kind === 'counter');
    assert.equal(Object.keys(found.labels).length, 101);
    assert.equal(found.labels['other'], 900);
    assert.equal(found.labels['label-3'], 2);
    assert.equal(found.value, 1_001);
  });
  it('read a gauge when somebody looks, and the newest one of a name', () => {
    let reads = 0;
    registry.gauge('depth', 'Depth.', () => assert.fail('this one was replaced'));
    registry.gauge('depth', 'Depth.', () => (reads += 1));
    assert.equal(reads, 0);
    const found = find('depth');
    assert.ok(found?.kind === 'gauge' && found.value === 1);
  });
  it('are of one kind for ever', () => {
    registry.counter('a_total', 'A.');
    assert.throws(() => registry.gauge('a_total', 'A.', () => 1), { code: 'IM_BUG' });
    assert.throws(() => registry.histogram('a_total', 'A.'), { code: 'IM_BUG' });
    assert.throws(() => registry.of('tcp').gauge('a_total', 'A.', () => 1), { code: 'IM_BUG' });
    assert.throws(() => registry.of('tcp').counter('a_total', 'A.', 'code'), { code: 'IM_BUG' });
  });
  it('have names and labels that every reader takes', () => {
    for (const name of ['', 'a-b', 'A', '1a', 'a b', 'a_sum', 'a_count', 'a_bucket']) {
      assert.throws(() => registry.counter(name, 'A.'), { code: 'IM_BUG' }, name);
    }
    for (const by of ['', 'a-b', 'node', 'part', 'le']) {
      assert.throws(() => registry.counter('a_total', 'A.', by), { code: 'IM_BUG' }, by);
    }
    assert.deepEqual(registry.snapshot(), []);
  });
  it('are shown all the same when one of them cannot be read', () => {
    registry.gauge('bad', 'Bad.', () => assert.fail('a plugin’s own fault'));
    registry.counter('good_total', 'Good.').add();
    const values = registry.snapshot().map((one) => 'value' in one && one.value);
    assert.deepEqual(values, [NaN, 1]);
  });
  it('measure with quantiles at most a tenth too high, never above the highest value', () => {
    const histogram = registry.histogram('commit_ms', 'Commits.');
    for (let value = 1; value <= 1_000; value += 1) histogram.record(value);
    const found = find('commit_ms');
    assert.ok(found?.kind === 'histogram');
    assert.deepEqual([found.count, found.sum, found.max], [1_000, 500_500, 1_000]);
    near(found.p50, 500);
    near(found.p90, 900);
    near(found.p99, 990);
  });
});

describe('the buckets of a histogram', () => {
  it('take any number without growing or failing', () => {
    const buckets = new LogBuckets();
    for (const value of [0, -1, NaN, Infinity, 1e-300, 1e300, 2 ** 40, 0.5]) buckets.record(value);
    const read = buckets.read();
    assert.equal(read.count, 8);
    assert.equal(read.max, 1e300);
    assert.ok(read.p50 <= 0.5 && read.p99 <= 2 ** 41);
  });
  it('say nothing but zeros when empty', () => {
    const { atMost, ...read } = new LogBuckets().read();
    assert.deepEqual(read, { count: 0, sum: 0, max: 0, p50: 0, p90: 0, p99: 0 });
    assert.ok(atMost.every((count) => count === 0));
  });
  it('give one value back as it was', () => {
    const buckets = new LogBuckets();
    buckets.record(3.7);
    assert.deepEqual([buckets.read().p50, buckets.read().p99], [3.7, 3.7]);
  });
});
