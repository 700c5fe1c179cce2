/**
 * One writer per file: a lock file that says which process holds it, and that a dead process does
 * not keep.
 */
import { readFileSync } from 'node:fs';
import { open, readFile, unlink } from 'node:fs/promises';

/**
 * When the process began, in clock ticks since the machine did (proc(5), field 22): a process
 * number alone comes back, in containers nearly always. Empty where the system does not say.
 */
function birthOf(processId: number): string {
  try {
    const fields = readFileSync(`/proc/${processId}/stat`, 'latin1');
    return fields.slice(fields.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(owner: string): boolean {
  const [number = '', birth = ''] = owner.trim().split(' ');
  const processId = Number(number);
  // Half-written: whoever was at it may still be.
  if (!Number.isInteger(processId) || processId <= 0) return owner !== '';
  try {
    process.kill(processId, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return birth === '' || birth === birthOf(processId);
}

async function create(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(text);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function ownerOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Takes the lock, and resolves to what gives it back. Rejects if another client holds it. */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const lock = `${path}.lock`;
  const own = `${process.pid} ${birthOf(process.pid)}`;
  const release = (): Promise<void> => unlink(lock);
  if (await create(lock, own)) return release;
  const owner = await ownerOf(lock);
  if (isAlive(owner)) throw new Error(`${path} is in use by process ${owner.split(' ')[0]}`);
  // Only one takes over from the dead: a second one would remove the first one's new lock.
  const takeover = `${lock}.takeover`;
  if (!(await create(takeover, own))) {
    throw new Error(`${path}: another client is taking it over; if none is, remove ${takeover}`);
  }
  try {
    if ((await ownerOf(lock)) === owner) await unlink(lock).catch(() => undefined);
    if (await create(lock, own)) return release;
  } finally {
    await unlink(takeover);
  }
  throw new Error(`${path} is in use by process ${(await ownerOf(lock)).split(' ')[0]}`);
}
