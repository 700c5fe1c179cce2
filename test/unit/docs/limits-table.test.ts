import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { LIMITS } from '../../../core/config/limits.ts';

const page = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');

describe('the table of limits for operators', () => {
  it('says of every limit, and of nothing else, what happens when it is reached', () => {
    const limits = page.slice(page.indexOf('## Limits'), page.indexOf('## Counters'));
    const rows = limits.split('\n').filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''),
    );
    assert.deepEqual(named.toSorted(), Object.keys(LIMITS).toSorted());
  });
});
