/** The tests that `attacks.md` names are there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const SHOWN = /`([^`]+)` ("[^"]+"(?:, "[^"]+")*)/g;

/** Each attack of the page, in a line of its own. */
function attacks(): readonly string[] {
  const page = readFileSync(join(import.meta.dirname, 'attacks.md'), 'utf8');
  return page.split('\n').filter((line) => line.startsWith('- **'));
}

/** What a line names and is not there; undefined: it names nothing. */
function missing(line: string): readonly string[] | undefined {
  const shown = [...line.matchAll(SHOWN)];
  if (shown.length === 0) return undefined;
  return shown.flatMap(([, file = '', titles = '']) => {
    const path = join(root, file);
    if (!existsSync(path)) return [file];
    const source = readFileSync(path, 'utf8').replaceAll("\\'", "'");
    const words = [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title);
    return words.filter((title) => !source.includes(title)).map((title) => `${file}: ${title}`);
  });
}

describe('the page of attacks', () => {
  it('names tests that exist, for every one', () => {
    const lines = attacks();
    assert.ok(lines.length > 40, `only ${lines.length} attacks were read`);
    for (const line of lines) assert.deepEqual(missing(line), [], line);
  });

  it('would be noticed without its tests', () => {
    assert.deepEqual(missing('- **A.** B. `rigs/none.test.ts` "x".'), ['rigs/none.test.ts']);
    assert.deepEqual(missing('- **A.** B. `rigs/kill.test.ts` "no such title".'), [
      'rigs/kill.test.ts: no such title',
    ]);
    assert.equal(missing('- **A.** B.'), undefined);
  });
});
