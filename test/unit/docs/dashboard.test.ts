/** The dashboard for Grafana asks for nothing that a node does not count. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { made } from './made-metrics.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
  }[];
}
interface Dashboard {
  readonly schemaVersion: number;
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition?: string }[];
  };
}

const page = new URL('../../../docs/grafana-dashboard.json', import.meta.url);
const dashboard = JSON.parse(readFileSync(page, 'utf8')) as Dashboard;
const charts = dashboard.panels.filter(({ type }) => type !== 'row');
const asked = [
  ...charts.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
];

const FUNCTIONS = new Set([
  'sum',
  'max',
  'count',
  'rate',
  'increase',
  'changes',
  'vector',
  'or',
  'by',
]);
const OVER_COUNTERS = new Set(['rate', 'increase']);

/** The metric that a name in an expression is of, and the kind of that series. */
function seriesOf(name: string): { readonly metric: string; readonly kind: string } {
  const metric = name.replace(/_(?:bucket|sum|count)$/, '');
  const kind = made.get(name)?.kind;
  if (kind !== undefined) return { metric: name, kind };
  assert.equal(made.get(metric)?.kind, 'histogram', `nobody counts ${name}`);
  return { metric, kind: 'counter' };
}

/** The names that are metrics: what is no function, label, string or time. */
function metricsIn(expr: string): readonly { readonly name: string; readonly within: string }[] {
  const bare = expr.replace(/\{[^}]*\}|\bby \([^)]*\)/g, ' ').replace(/\[[^\]]*\]/g, '[]');
  const words = [...bare.matchAll(/(?:(\w+)\()?\b([a-z_][a-z0-9_]*)\b(?!\()/g)];
  const metrics = words.map(([, within = '', name = '']) => ({ name, within }));
  return metrics.filter(({ name }) => !FUNCTIONS.has(name));
}

describe('the dashboard for Grafana', () => {
  it('is of a version of the format that Grafana 9 to 12 read, with panels in their places', () => {
    assert.ok(dashboard.schemaVersion >= 36 && dashboard.schemaVersion <= 41);
    assert.match(dashboard.uid, /^[a-z-]{1,40}$/);
    assert.ok(charts.length > 30, `${charts.length} panels`);
    const ids = dashboard.panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const cells = dashboard.panels.flatMap(({ title, gridPos: { x, y, w, h } }) => {
      assert.ok(x >= 0 && x + w <= 24 && w > 0 && h > 0, title);
      return Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`);
    });
    assert.equal(new Set(cells).size, cells.length, 'panels lie over each other');
  });
  it('gives each panel a sentence, a source and a legend', () => {
    for (const { title, type, description = '', datasource, targets = [] } of charts) {
      assert.ok(['stat', 'timeseries', 'state-timeline'].includes(type), title);
      assert.match(description, /\.$/, title);
      assert.deepEqual(datasource, { type: 'prometheus', uid: '${datasource}' }, title);
      assert.ok(targets.length > 0, title);
      assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
      for (const { expr, legendFormat } of targets) {
        assert.equal(expr.split('(').length, expr.split(')').length, `brackets of ${expr}`);
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
          const aggregated = / by \(/.test(expr);
          assert.ok(!aggregated || new RegExp(` by \\([^)]*\\b${label}\\b`).test(expr), expr);
        }
      }
    }
  });
  it('asks only for metrics that there are, each as its kind allows', () => {
    assert.ok(made.size > 60, `${made.size} metrics were found in the source`);
    for (const expr of asked) {
      const found = metricsIn(expr);
      assert.ok(found.length > 0, expr);
      for (const { name, within } of found) {
        const { kind } = seriesOf(name);
        assert.equal(OVER_COUNTERS.has(within), kind === 'counter', `${name} in ${expr}`);
      }
    }
  });
  it('groups only by labels that those metrics have', () => {
    for (const expr of asked) {
      for (const [, labels = '', rest = ''] of expr.matchAll(/\bby \(([^)]*)\) \((.*)/g)) {
        const [{ name } = { name: '' }] = metricsIn(rest);
        const { metric } = seriesOf(name);
        const has = new Set(['node', 'part', made.get(metric)?.by, name === metric ? '' : 'le']);
        for (const label of labels.split(', ')) assert.ok(has.has(label), `${label} in ${expr}`);
      }
    }
  });
  it('looks at one node or all, in each question', () => {
    for (const expr of asked) {
      const selectors = expr.match(/\{[^}]*\}/g) ?? [];
      assert.equal(selectors.length, metricsIn(expr).length, expr);
      assert.deepEqual([...new Set(selectors)], ['{node=~"$node"}'], expr);
    }
    const names = dashboard.templating.list.map(({ name }) => name);
    assert.deepEqual(names, ['datasource', 'node']);
    assert.equal(dashboard.templating.list[1]?.definition, 'label_values(im_live, node)');
    assert.ok(made.has('im_live'));
  });
});
