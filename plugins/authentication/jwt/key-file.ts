/** The secret key of this node: one line of base64url in a file that only its user can read. */
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname } from 'node:path';
import type { CryptoKey } from 'jose';
import { ImError, reasonOf, type Host } from 'im-kernel/contract';
import type { Keys } from './jwt-authentication.ts';

/**
 * As many octets as HS256's hash has: a shorter key would be its weakest part (RFC 7518, section
 * 3.2).
 */
const keyMinBytes = 32;
const othersMask = 0o077;
const draftBytes = 8;

export class KeyFile implements Keys {
  readonly issues = true;
  readonly #file: string;
  readonly #host: Host;
  #secret: CryptoKey | undefined;

  constructor(file: string, host: Host) {
    this.#file = file;
    this.#host = host;
  }

  get secret(): CryptoKey | undefined {
    return this.#secret;
  }

  async start(signal: AbortSignal): Promise<void> {
    const octets = await this.#readOrMake();
    signal.throwIfAborted();
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    this.#secret = await crypto.subtle.importKey('raw', octets, algorithm, false, [
      'sign',
      'verify',
    ]);
  }

  stop(): Promise<void> {
    this.#secret = undefined;
    return Promise.resolve();
  }

  readonly find = async (): Promise<CryptoKey> => {
    if (!this.#secret) throw new Error('the key is not loaded');
    return this.#secret;
  };

  async #readOrMake(): Promise<Uint8Array<ArrayBuffer>> {
    try {
      await this.#makeIfMissing();
      await this.#warnIfOpen();
      return this.#decoded(await readFile(this.#file, 'utf8'));
    } catch (cause) {
      if (cause instanceof ImError) throw cause;
      throw this.#unusable(reasonOf(cause), cause);
    }
  }

  /**
   * Of two nodes that start at once, one makes the key and both read it: it gets its name only when
   * it is whole, and none that has the name already is replaced.
   */
  async #makeIfMissing(): Promise<void> {
    if (existsSync(this.#file)) return;
    await mkdir(dirname(this.#file), { recursive: true });
    const text = Buffer.from(this.#host.random.bytes(keyMinBytes)).toString('base64url');
    const { random } = this.#host;
    const draft = `${this.#file}.${Buffer.from(random.bytes(draftBytes)).toString('hex')}`;
    try {
      await writeFile(draft, `${text}\n`, { flag: 'wx', mode: 0o600, flush: true });
      await link(draft, this.#file);
      this.#host.log.info('made a new key', { file: this.#file });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  async #warnIfOpen(): Promise<void> {
    if (platform() === 'win32') return;
    const { mode } = await stat(this.#file);
    if ((mode & othersMask) === 0) return;
    const why = 'others can read the key: whoever has it can be any user (chmod 600)';
    this.#host.log.warn(why, { file: this.#file });
  }

  #decoded(text: string): Uint8Array<ArrayBuffer> {
    const line = text.trim();
    if (!/^[A-Za-z0-9_-]+$/.test(line)) throw this.#unusable('it is not one line of base64url');
    const octets = Uint8Array.from(Buffer.from(line, 'base64url'));
    if (octets.length >= keyMinBytes) return octets;
    throw this.#unusable(`it holds ${octets.length} octets, ${keyMinBytes} are needed`);
  }

  #unusable(why: string, cause?: unknown): ImError {
    return new ImError('IM_AUTH_KEY', { file: this.#file, setting: 'secretFile', why }, { cause });
  }
}
