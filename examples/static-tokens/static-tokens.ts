/**
 * Users come with a fixed token, for a small team or for bots: a file names the SHA-256 of each
 * token and whose it is. The file holds no token, so whoever reads it can be nobody.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  definePlugin,
  ImError,
  path,
  reasonOf,
  type Authentication,
  type Identity,
} from 'im-kernel/contract';

const tokenMaxLength = 1024;
const LINE = /^(?<hash>[0-9a-f]{64}) +(?<user>[A-Za-z0-9._@+-]{1,64})$/;

class StaticTokens implements Authentication {
  readonly #file: string;
  #users: ReadonlyMap<string, string> = new Map();

  constructor(file: string) {
    this.#file = file;
  }

  async start(signal: AbortSignal): Promise<void> {
    try {
      this.#users = usersOf(await readFile(this.#file, { encoding: 'utf8', signal }));
    } catch (cause) {
      const details = { file: this.#file, why: reasonOf(cause) };
      throw new ImError('IM_AUTH_KEY', details, { cause });
    }
  }

  stop(): Promise<void> {
    this.#users = new Map();
    return Promise.resolve();
  }

  /**
   * A hash is looked up, never a token compared: how long that takes tells nothing about a token.
   */
  authenticate(token: string): Promise<Identity | { readonly refused: string }> {
    if (token.length > tokenMaxLength) return Promise.resolve({ refused: 'too long' });
    const user = this.#users.get(createHash('sha256').update(token).digest('hex'));
    return Promise.resolve(user === undefined ? { refused: 'unknown token' } : { user });
  }
}

/** Empty lines and lines that begin with # say nothing; any other must name a hash and a user. */
function usersOf(text: string): Map<string, string> {
  const users = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const { hash, user } = LINE.exec(line.trim())?.groups ?? {};
    if (hash === undefined || user === undefined) {
      throw new Error(`line ${index + 1} is not "<SHA-256 in hex> <user>"`);
    }
    users.set(hash, user);
  }
  return users;
}

export default definePlugin({
  contract: 1,
  role: 'authentication',
  type: 'static-tokens',
  summary: 'Fixed tokens from a file of hashes, for a small team or for bots.',
  stability: 'experimental',
  config: {
    file: path({ help: 'One line for each token: its SHA-256 in hex, and the user.' }),
  },
  create: ({ file }) => new StaticTokens(file),
});
