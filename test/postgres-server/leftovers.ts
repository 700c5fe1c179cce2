/** Servers whose test process was killed before it could end them: ended and removed later. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../kit/quiet-host.ts';

export const FOLDER_PREFIX = 'im-postgres-';
/** In each server's folder: the process that it serves. */
export const OWNER_FILE = 'owner';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function numberIn(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return Number(text.split('\n')[0]) || undefined;
}

/** Its process number may be another program's by now: only one that names the folder is it. */
async function serves(pid: number, folder: string): Promise<boolean> {
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return words.includes(folder);
}

async function removeLeftover(folder: string): Promise<void> {
  const owner = await numberIn(join(folder, OWNER_FILE));
  if (owner === undefined || isAlive(owner)) return;
  const pid = await numberIn(join(folder, 'data', 'postmaster.pid'));
  if (pid !== undefined && (await serves(pid, folder))) {
    process.kill(pid, 'SIGQUIT');
    await until(async () => !(await serves(pid, folder)), `the end of the old server ${pid}`);
  }
  await rm(folder, { recursive: true, force: true });
}

export async function removeLeftovers(): Promise<void> {
  const names = await readdir(tmpdir());
  const folders = names.filter((name) => name.startsWith(FOLDER_PREFIX));
  for (const name of folders) await removeLeftover(join(tmpdir(), name));
}
