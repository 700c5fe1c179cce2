import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { COUNTED } from '../../../client/counts.ts';

const page = readFileSync(new URL('../../../docs/client.md', import.meta.url), 'utf8');

describe('the table of what a client counts', () => {
  it('names every count, and nothing else', () => {
    const table = page.slice(page.indexOf('| count '));
    const rows = table.slice(0, table.indexOf('\n\n')).split('\n').slice(2);
    const named = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''),
    );
    assert.deepEqual(named.toSorted(), [...COUNTED].toSorted());
  });
});
