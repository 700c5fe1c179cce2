/** The examples are tests: each plugin faces its judge, each configuration is read. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSettings } from '../../../core/config/load-settings.ts';
import { discover } from '../../../core/kernel/discover.ts';

const folder = new URL('../../../examples/', import.meta.url);
const env = { IM_PG_URL: 'postgres://im:im@127.0.0.1:5432/im' };
const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (path) => !path.includes('node_modules'),
);

for (const path of paths.filter((one) => one.endsWith('.test.ts'))) {
  await import(new URL(path, folder).href);
}

describe('the examples', () => {
  it('are there', () => assert.ok(paths.some((path) => path.endsWith('.test.ts'))));

  for (const path of paths.filter((one) => one.endsWith('.yaml'))) {
    it(`have no problem in ${path}`, async () => {
      const file = join(fileURLToPath(folder), path);
      const settings = await loadSettings(file, { env, find: discover });
      assert.ok(settings.transports.length > 0);
    });
  }
});
