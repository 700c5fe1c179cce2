/**
 * Writes what is made from the settings' descriptions: im.config.yaml, im.schema.json and
 * docs/configuration.md. Run it after a change of a setting; a test compares.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultFile } from '../core/config/default-file.ts';
import { referencePage } from '../core/config/reference-page.ts';
import { jsonSchema } from '../core/config/schema.ts';
import { knownPlugins } from '../core/kernel/discover.ts';
import { packageRoot } from './plugin-files.ts';

/** By path within the package. */
export async function generated(): Promise<Readonly<Record<string, string>>> {
  const plugins = await knownPlugins();
  return {
    'im.config.yaml': defaultFile(),
    'im.schema.json': `${JSON.stringify(jsonSchema(plugins), undefined, 2)}\n`,
    'docs/configuration.md': referencePage(plugins),
  };
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(await generated())) {
    await writeFile(join(packageRoot(), path), text);
  }
}
