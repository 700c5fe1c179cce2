/**
 * Reads the text format of Prometheus 0.0.4 more strictly than Prometheus does: whatever the format
 * forbids or leaves to chance is an error that names the line.
 */
import assert from 'node:assert/strict';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}
interface Open extends Family {
  readonly name: string;
  readonly samples: Sample[];
}

const HEAD = /^# HELP ([a-z][a-z0-9_]*) ((?:[^\\\n]|\\\\|\\n)+)$/;
const TYPE = /^# TYPE ([a-z][a-z0-9_]*) (counter|gauge|histogram)$/;
const SAMPLE = /^([a-z][a-z0-9_]*)(?:\{(.+)\})? (\S+)$/;
const LABEL = /([a-z][a-z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,(?=.)|$)/y;
const VALUE = /^(?:NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

/** By name. @throws AssertionError at the first thing that is not as it must be. */
export function readPrometheus(text: string): ReadonlyMap<string, Family> {
  assert.ok(text === '' || text.endsWith('\n'), 'the last line has no end');
  const families = new Map<string, Open>();
  let open: Open | undefined;
  const lines = text.split('\n').slice(0, -1);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, name, help = ''] = HEAD.exec(line) ?? [];
    if (name !== undefined) {
      const [, typed, type = ''] = TYPE.exec(lines[(at += 1)] ?? '') ?? [];
      assert.equal(typed, name, `no type after: ${line}`);
      assert.ok(!families.has(name), `twice: ${line}`);
      families.set(name, (open = { name, type, help: unescaped(help), samples: [] }));
    } else if (open) open.samples.push(readSample(line, open));
    else assert.fail(`not of any metric: ${line}`);
  }
  for (const family of families.values()) judge(family);
  return families;
}

function readSample(line: string, { name: family, type }: Open): Sample {
  const [, name = '', inside = '', value = ''] = SAMPLE.exec(line) ?? assert.fail(`odd: ${line}`);
  const ends = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  assert.ok(
    ends.some((end) => name === family + end),
    `not of ${family}: ${line}`,
  );
  assert.match(value, VALUE, line);
  return {
    name,
    labels: readLabels(inside, line),
    value: Number(value.replace('Inf', 'Infinity')),
  };
}

function readLabels(inside: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < inside.length) {
    const [, name = '', value = ''] = LABEL.exec(inside) ?? assert.fail(`odd labels: ${line}`);
    assert.ok(!(name in labels) && !name.startsWith('__'), `the label ${name}: ${line}`);
    labels[name] = unescaped(value);
  }
  return labels;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one));
}

function judge({ name, type, samples }: Open): void {
  assert.ok(samples.length > 0, `${name} has no samples`);
  const keys = samples.map((one) => seriesOf(one.name, one.labels));
  assert.equal(new Set(keys).size, keys.length, `${name} has a series twice`);
  if (type === 'counter') {
    assert.match(name, /_total$/);
    for (const { value } of samples) assert.ok(value >= 0, `${name} is ${value}`);
  }
  if (type !== 'histogram') return;
  const parts = Map.groupBy(samples, ({ labels }) => seriesOf('', { ...labels, le: '' }));
  for (const part of parts.values()) judgeHistogram(name, part);
}

/** Buckets ascend to +Inf, which holds all; sum and count stand behind them. */
function judgeHistogram(name: string, samples: readonly Sample[]): void {
  const [sum, count] = samples.slice(-2);
  const buckets = samples.slice(0, -2);
  assert.deepEqual([sum?.name, count?.name], [`${name}_sum`, `${name}_count`]);
  assert.ok(buckets.length > 1 && buckets.every((one) => one.name === `${name}_bucket`), name);
  const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('Inf', 'Infinity')));
  const values = buckets.map(({ value }) => value);
  assert.deepEqual(
    bounds,
    [...new Set(bounds)].toSorted((a, b) => a - b),
    `bounds of ${name}`,
  );
  assert.deepEqual(
    values,
    values.toSorted((a, b) => a - b),
    `buckets of ${name}`,
  );
  assert.deepEqual([bounds.at(-1), values.at(-1)], [Infinity, count?.value], name);
}

function seriesOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, ...Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
