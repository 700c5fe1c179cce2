import assert from 'node:assert/strict';
import { prometheusText } from '../../../core/admin/prometheus.ts';
import { MetricsRegistry } from '../../../core/kernel/metrics.ts';
import { readPrometheus, type Sample } from '../../read-prometheus.ts';

function bucket(le: string, value: number): string {
  return `h_bucket{le="${le}"} ${value}\n`;
}

describe('metrics as Prometheus reads them', () => {
  let registry: MetricsRegistry;
  beforeEach(() => {
    registry = new MetricsRegistry();
  });
  function text(): string {
    return prometheusText(registry.snapshot(), { node: 'im-1' });
  }
  function samples(name: string): readonly Sample[] {
    return readPrometheus(text()).get(name)?.samples ?? [];
  }

  it('are written as the format says, octet for octet', () => {
    registry.counter('im_refused_total', 'Refused, by code.', 'code').add(2, 'busy');
    registry.of('tcp').gauge('transport_connections', 'Open now.', () => 3);
    assert.equal(
      text(),
      [
        '# HELP im_refused_total Refused, by code.',
        '# TYPE im_refused_total counter',
        'im_refused_total{node="im-1",code="busy"} 2',
        '# HELP transport_connections Open now.',
        '# TYPE transport_connections gauge',
        'transport_connections{node="im-1",part="tcp"} 3',
        '',
      ].join('\n'),
    );
  });
  it('stand under one head per name, each part with its own series', () => {
    for (const part of ['tcp', 'web']) registry.of(part).counter('in_bytes_total', 'In.').add(4);
    registry.counter('in_bytes_total', 'In.').add(1);
    const said = samples('in_bytes_total').map(({ labels, value }) => [labels['part'], value]);
    assert.deepEqual(said, [
      [undefined, 1],
      ['tcp', 4],
      ['web', 4],
    ]);
    assert.equal(text().match(/# TYPE in_bytes_total/g)?.length, 1);
  });
  it('add up: what was counted without a label is a series of its own', () => {
    const odd = registry.counter('odd_total', 'Odd.', 'reason');
    assert.deepEqual(samples('odd_total'), [
      { name: 'odd_total', labels: { node: 'im-1' }, value: 0 },
    ]);
    odd.add(2, 'late');
    assert.deepEqual(
      samples('odd_total').map(({ labels, value }) => [labels['reason'], value]),
      [['late', 2]],
    );
    odd.add(5);
    odd.add(1, 'slow');
    assert.deepEqual(
      samples('odd_total').map(({ labels, value }) => [labels['reason'], value]),
      [
        [undefined, 5],
        ['late', 2],
        ['slow', 1],
      ],
    );
  });
  it('say how many values of a histogram were at most as high as each bound', () => {
    const commit = registry.histogram('commit_ms', 'Commits.');
    for (const value of [0, 0.0625, 1, 1.5, 4, 4.01, 2 ** 17, 2 ** 17 + 1, 1e300]) {
      commit.record(value);
    }
    const read = samples('commit_ms');
    const atMost = (le: string) => read.find(({ labels }) => labels['le'] === le)?.value;
    const wanted = { '0.0625': 2, '0.5': 2, '1': 3, '2': 4, '4': 5, '8': 6, '131072': 7 };
    for (const [le, count] of Object.entries(wanted)) assert.equal(atMost(le), count, le);
    assert.equal(atMost('+Inf'), 9);
    assert.equal(read.at(-1)?.value, 9);
  });
  it('have the same bounds before anything was recorded, and sum what was', () => {
    const wait = registry.of('hook').histogram('wait_ms', 'Waits.');
    const bounds = (): unknown[] => samples('wait_ms').map(({ labels }) => labels['le']);
    const before = bounds();
    assert.equal(before.length, 25);
    for (const value of [2, 3.5]) wait.record(value);
    assert.deepEqual(bounds(), before);
    assert.equal(samples('wait_ms').find(({ name }) => name === 'wait_ms_sum')?.value, 5.5);
  });
  it('let no label, part or help break out of its place', () => {
    const evil = 'a"} 1\nim_forged_total 9 \\';
    registry.of(evil).counter('odd_total', `Help:\nim_forged_total 9 \\n`, 'code').add(1, evil);
    const families = readPrometheus(text());
    assert.deepEqual([...families.keys()], ['odd_total']);
    const [sample] = families.get('odd_total')?.samples ?? [];
    assert.deepEqual(sample?.labels, { node: 'im-1', part: evil, code: evil });
    assert.equal(families.get('odd_total')?.help, `Help:\nim_forged_total 9 \\n`);
  });
  it('give odd numbers as Prometheus writes them', () => {
    const odd: readonly (readonly [string, number])[] = [
      ['NaN', NaN],
      ['+Inf', Infinity],
      ['-Inf', -Infinity],
      ['1e+21', 1e21],
      ['-0.5', -0.5],
    ];
    for (const [at, [, value]] of odd.entries()) registry.gauge(`odd_${at}`, 'Odd.', () => value);
    for (const [at, [printed]] of odd.entries()) {
      assert.ok(text().includes(`\nodd_${at}{node="im-1"} ${printed}\n`), printed);
    }
    readPrometheus(text());
  });
});

describe('the strict reader of tests', () => {
  const head = '# HELP a_total A.\n# TYPE a_total counter\n';
  const histogram = '# HELP h H.\n# TYPE h histogram\n';
  const wrong: Readonly<Record<string, string>> = {
    'no end of the last line': `${head}a_total 1`,
    'no head': 'a_total 1\n',
    'no type': '# HELP a_total A.\na_total 1\n',
    'a head twice': `${head}a_total 1\n${head}a_total{x="y"} 2\n`,
    'another name below a head': `${head}b_total 1\n`,
    'a series twice': `${head}a_total{x="y",z="1"} 1\na_total{z="1",x="y"} 2\n`,
    'a label twice': `${head}a_total{x="y",x="z"} 1\n`,
    'a quote in a label': `${head}a_total{x="y"z"} 1\n`,
    'a comma too many': `${head}a_total{x="y",} 1\n`,
    'a value that is none': `${head}a_total undefined\n`,
    'a counter below zero': `${head}a_total -1\n`,
    'a counter without _total': '# HELP a A.\n# TYPE a counter\na 1\n',
    'an empty line': `${head}\na_total 1\n`,
    'no samples': head,
    'buckets that fall': `${histogram}${bucket('1', 2)}${bucket('+Inf', 1)}h_sum 1\nh_count 1\n`,
    'no last bucket': `${histogram}${bucket('1', 1)}${bucket('2', 1)}h_sum 1\nh_count 1\n`,
    'another count': `${histogram}${bucket('1', 1)}${bucket('+Inf', 1)}h_sum 1\nh_count 2\n`,
    'no count': `${histogram}${bucket('1', 1)}${bucket('+Inf', 1)}h_sum 1\n`,
  };
  for (const [what, text] of Object.entries(wrong)) {
    it(`refuses ${what}`, () => assert.throws(() => readPrometheus(text), assert.AssertionError));
  }
  it('takes nothing at all, and what is right', () => {
    assert.equal(readPrometheus('').size, 0);
    const right = `${histogram}${bucket('1', 1)}${bucket('+Inf', 2)}h_sum 4.5\nh_count 2\n`;
    assert.equal(readPrometheus(`${head}a_total{x="\\"\\n"} 1e+21\n${right}`).size, 2);
  });
});
