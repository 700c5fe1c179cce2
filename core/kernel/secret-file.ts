/** A secret that programs share: one line of base64url in a file that only its user can read. */
import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname } from 'node:path';
import { ImError, reasonOf, type Log, type Random } from '../contract/index.ts';

/** As many octets as the hash has: a shorter key would be its weakest part (RFC 2104). */
const secretMinBytes = 32;
const othersMask = 0o077;
const draftBytes = 8;

interface Around {
  readonly random: Random;
  readonly log: Log;
}

/** Signs with HMAC-SHA-256. */
export interface Signer {
  sign(bytes: Uint8Array): Uint8Array;
}

/** Rejects with IM_LINK_SECRET. `make`: makes the file, with its folder, if it is absent. */
export async function readSecret(
  file: string,
  how: 'read' | 'make',
  around: Around,
): Promise<Signer> {
  try {
    if (how === 'make') await makeIfMissing(file, around);
    await warnIfOpen(file, around.log);
    const octets = decoded(await readFile(file, 'utf8'));
    return { sign: (bytes) => createHmac('sha256', octets).update(bytes).digest() };
  } catch (cause) {
    throw new ImError('IM_LINK_SECRET', { file, why: reasonOf(cause) }, { cause });
  }
}

/**
 * Of two programs that start at once, one makes it and both read it: it gets its name only when it
 * is whole, and none that has the name already is replaced.
 */
async function makeIfMissing(file: string, { random, log }: Around): Promise<void> {
  if (existsSync(file)) return;
  await mkdir(dirname(file), { recursive: true });
  const text = Buffer.from(random.bytes(secretMinBytes)).toString('base64url');
  const draft = `${file}.${Buffer.from(random.bytes(draftBytes)).toString('hex')}`;
  try {
    await writeFile(draft, `${text}\n`, { flag: 'wx', mode: 0o600, flush: true });
    await link(draft, file);
    log.info('made a new secret for links', { file });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function warnIfOpen(file: string, log: Log): Promise<void> {
  if (platform() === 'win32') return;
  const { mode } = await stat(file);
  if ((mode & othersMask) === 0) return;
  log.warn('others can read the secret of links (chmod 600)', { file });
}

function decoded(text: string): Uint8Array {
  const line = text.trim();
  if (!/^[A-Za-z0-9_-]+$/.test(line)) throw new Error('it is not one line of base64url');
  const octets = Buffer.from(line, 'base64url');
  if (octets.length >= secretMinBytes) return octets;
  throw new Error(`it holds ${octets.length} octets, ${secretMinBytes} are needed`);
}
