/** The pair of `examples/` on one file, as its page and the first page show it. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { freshCopy, linesOf, play, readPage } from './pair-script.ts';
import { commandsOn } from './typed.ts';

describe('the pair of the examples', function () {
  this.timeout(120_000);
  let folder = '';
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('goes on when the active is killed, and is moved back', async () => {
    folder = await freshCopy('pair');
    await play(folder, linesOf('pair'), {});
  });

  it('is what the first page shows', () => {
    const shown = commandsOn(readPage('README.md')).filter((line) => line.includes('/pair/'));
    assert.deepEqual(shown, Object.values(linesOf('pair')));
  });
});
