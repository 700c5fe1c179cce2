/** Who a bearer token is. Compared by hash, so that time tells nothing of them. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Settings } from '../../config/settings.ts';
import { ImError, reasonOf } from '../../contract/index.ts';
import type { Admin } from '../desk/desk.ts';

const TOKEN_LEAST_CHARS = 32;
const TOKEN_MOST_CHARS = 4_096;

export class Tokens {
  readonly #admins: readonly (Admin & { readonly hash: Buffer })[];

  private constructor(admins: readonly (Admin & { readonly hash: Buffer })[]) {
    this.#admins = admins;
  }

  /** Rejects with IM_ADMIN_TOKENS. */
  static async read(tokens: Settings['admin']['tokens']): Promise<Tokens> {
    const admins = tokens.map(async ({ name, tokenFile, may }) => {
      const token = await read(name, tokenFile);
      return { name, may, hash: hashOf(token) };
    });
    const found = await Promise.all(admins);
    const hashes = found.map(({ hash }) => hash.toString('hex'));
    const twice = hashes.findIndex((hash, at) => hashes.indexOf(hash) < at);
    const name = found[twice]?.name;
    if (name !== undefined) throw refused(name, 'another admin has the same');
    return new Tokens(found);
  }

  /** Of the header `authorization`. */
  adminOf(authorization: string | undefined): Admin | undefined {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined || token.length > TOKEN_MOST_CHARS) return undefined;
    const hash = hashOf(token);
    const known = this.#admins.filter((one) => timingSafeEqual(one.hash, hash));
    return known[0];
  }
}

async function read(name: string, file: string): Promise<string> {
  try {
    const token = (await readFile(file, 'utf8')).trim();
    if (token.length >= TOKEN_LEAST_CHARS && !/\s/.test(token)) return token;
  } catch (error) {
    throw refused(name, reasonOf(error));
  }
  throw refused(name, `${file} holds no token of at least ${TOKEN_LEAST_CHARS} characters`);
}

function refused(name: string, why: string): ImError {
  return new ImError('IM_ADMIN_TOKENS', { name, why, setting: 'admin.tokens' });
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
