import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { generated } from '../../../cli/generate.ts';
import { LIMITS } from '../../../core/config/limits.ts';
import { im } from './rig.ts';

describe('what is made from the settings', () => {
  for (const path of ['im.config.yaml', 'im.schema.json', 'docs/configuration.md']) {
    it(`${path} is as the settings are now`, async () => {
      const now = (await generated())[path];
      const hint = 'run: node --conditions=im-src cli/generate.ts';
      assert.equal(await readFile(path, 'utf8'), now, hint);
    });
  }

  it('the configuration names its schema first, and every limit', async () => {
    const text = await readFile('im.config.yaml', 'utf8');
    assert.match(text, /^# yaml-language-server: \$schema=\.\/im\.schema\.json\n/);
    for (const name of Object.keys(LIMITS)) assert.match(text, new RegExp(`^ {2}${name}: `, 'm'));
  });

  it('the reference page is what im explain prints', async () => {
    const { out } = await im(['explain', '--markdown']);
    assert.equal(`${out}\n`, await readFile('docs/configuration.md', 'utf8'));
  });
});
