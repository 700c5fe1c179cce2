/** `im` as an installed package has it: compiled, so that nothing is translated as it starts. */
import { execFile } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Into an empty folder; resolves to its launcher. */
export async function built(folder: string): Promise<string> {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const project = join(root, 'tsconfig.build.json');
  await run(tsc, ['-p', project, '--outDir', join(folder, 'dist')], { cwd: root });
  for (const part of ['bin', 'package.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'bin', 'im.js');
}
