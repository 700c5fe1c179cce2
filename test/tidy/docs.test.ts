import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { CATALOGUE } from 'im-kernel/contract';
import { errorsPage } from './errors-page.ts';
import { files, readText, root, sources } from './tree.ts';

const pages = files.filter((path) => path.endsWith('.md'));
const decisions = files.filter((path) => path.startsWith('docs/decisions/'));

describe('the documentation', () => {
  it('of errors is what the catalogue says', () => {
    const hint = 'run node --conditions=im-src test/tidy/errors-page.ts';
    assert.equal(readText('docs/errors.md'), errorsPage(), hint);
  });

  it('has no error that nothing raises, and no error is raised that it lacks', () => {
    const used = new Set<string>();
    for (const { path, text } of sources)
      if (!/^core\/contract\/catalogue(?:-cluster)?\.ts$/.test(path) && !path.startsWith('test/'))
        for (const [code] of text.matchAll(/\bIM_[A-Z_]+\b/g)) used.add(code);
    used.add('IM_BUG');
    const unused = Object.keys(CATALOGUE).filter((code) => !used.has(code));
    assert.deepEqual(unused, [], 'raise it or remove it');
  });

  it('links only to files that exist', () => {
    const broken = pages.flatMap((page) =>
      [...readText(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map(([, target = '']) => posix.join(posix.dirname(page), target))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${page} -> ${target}`),
    );
    assert.deepEqual(broken, [], 'mend the link');
  });

  it('lists every page of docs in its map', () => {
    const map = readText('docs/README.md');
    const missing = pages
      .filter((page) => /^docs\/[^/]+\.md$/.test(page) && page !== 'docs/README.md')
      .filter((page) => !map.includes(`(${posix.basename(page)})`));
    assert.deepEqual(missing, [], 'add a line to docs/README.md');
  });

  it('numbers its decisions without a gap, and dates each', () => {
    const numbers = decisions.map((path) => Number(posix.basename(path).slice(0, 4)));
    assert.deepEqual(
      numbers,
      numbers.map((_, i) => i + 1),
    );
    for (const path of decisions) {
      const number = posix.basename(path).slice(0, 4);
      const head = new RegExp(`^# ${number} .+\\n\\n\\d{4}-\\d{2}-\\d{2}\\n`);
      assert.match(readText(path), head, `${path}: "# ${number} Title", then the date`);
    }
  });
});
