/**
 * A unix socket that this user alone may open. It is bound in a folder that nobody else can enter,
 * and moved to its place when its mode is set: there is no moment at which another user could
 * connect. The folder is there for one at a time, so that of two who come at once one gets the
 * place, and the other sees it.
 */
import { chmod, lstat, mkdir, rename, rm, unlink } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Clock, Random } from '../contract/index.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
}

/** What the system takes as the path of a unix socket, without the octet behind it. */
const PATH_MAX_BYTES = 107;
const MODE = 0o600;
const FOLDER_MODE = 0o700;
/** Whoever took longer to bind a socket is no more. */
const CLAIM_MAX_MS = 3_000;
const WAIT_MAX_MS = 6_000;
const LOOK_MS = 20;

/**
 * `listen` listens at the path that it is handed. Resolves to what gives the place free; rejects
 * with the reason, and then whoever listens is to stop.
 */
export async function claimSocket(
  path: string,
  listen: (at: string) => Promise<unknown>,
  { clock, random }: Surroundings,
): Promise<() => Promise<void>> {
  const folder = `${path}.new`;
  // Of a name of its own: who comes too late must not move another one's.
  const own = join(folder, Buffer.from(random.bytes(3)).toString('hex'));
  if (Buffer.byteLength(own) > PATH_MAX_BYTES) {
    const roomBytes = PATH_MAX_BYTES - (own.length - path.length);
    throw new Error(`its path has more than ${roomBytes} octets`);
  }
  await enter(folder, clock);
  try {
    const taken = await takenBy(path);
    if (taken !== undefined) throw new Error(taken);
    await listen(own);
    await chmod(own, MODE);
    await rename(own, path);
    const { ino } = await lstat(path);
    return () => release(path, ino);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes the folder; waits for another one that has it. */
async function enter(folder: string, clock: Clock): Promise<void> {
  const begunMs = clock.monotonic();
  for (;;) {
    try {
      return await mkdir(folder, { mode: FOLDER_MODE });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const waitedMs = clock.monotonic() - begunMs;
    if (waitedMs > WAIT_MAX_MS) throw new Error(`another process is about to listen: ${folder}`);
    const { mtimeMs = Infinity } = (await lstat(folder).catch(() => undefined)) ?? {};
    if (clock.now() - mtimeMs > CLAIM_MAX_MS) await rm(folder, { recursive: true, force: true });
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
}

/**
 * Who or what is there; undefined: nothing is any more. Only the socket that a killed process left
 * is nobody's: what answers is another node's, and a file is somebody's who did not mean this.
 */
async function takenBy(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return undefined;
  if (!found.isSocket()) return 'something else is there, which is no socket';
  const code = await codeOfConnecting(path);
  if (code === undefined) return 'another process answers there';
  const isNobodys = code === 'ECONNREFUSED' || code === 'ENOENT';
  return isNobodys ? undefined : `another process may be there: ${code}`;
}

/** Undefined: it can be connected to. */
function codeOfConnecting(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => resolve(code));
  });
}

/** What is there by now may be another one's. */
async function release(path: string, ino: number): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.ino === ino) await unlink(path).catch(() => undefined);
}
