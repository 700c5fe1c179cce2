/** The alarms for Prometheus are of what a node counts, and the page lists all of them. */
import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { readText } from '../../tidy/tree.ts';
import { made } from './made-metrics.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly act: string };
}

const { groups } = parse(readText('docs/prometheus-alerts.yml')) as {
  groups: { rules: Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

describe('the alarms for Prometheus', () => {
  it('ask only for metrics that there are', () => {
    for (const { alert, expr } of rules) {
      const bare = expr.replace(/\{[^}]*\}|\b(?:by|on) \([^)]*\)/g, ' ');
      const names = bare.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? [];
      const metrics = names.filter((name) => name !== 'histogram_quantile');
      assert.ok(metrics.length > 0 || /\bup\b/.test(bare), alert);
      for (const name of metrics) {
        const { kind } = made.get(name.replace(/_bucket$/, '')) ?? assert.fail(`${alert}: ${name}`);
        const grows = kind !== 'gauge';
        assert.equal(new RegExp(`(?:rate|increase)\\(${name}\\b`).test(bare), grows, alert);
      }
    }
  });
  it('say how bad it is, what it is, and what to do', () => {
    for (const { alert, labels, annotations } of rules) {
      assert.ok(['critical', 'warning'].includes(labels.severity), alert);
      assert.ok(annotations.summary.length > 10, alert);
      assert.match(annotations.act, /\.$/, alert);
    }
  });
  it('are those of the page, one for one', () => {
    const page = readText('docs/operating.md').matchAll(/^\| `(Im[A-Z]\w+)` +\| \S/gm);
    assert.deepEqual(
      Array.from(page, ([, name]) => name),
      rules.map(({ alert }) => alert),
    );
  });
});
