/** What all rigs of a run share: one key, and a token for each user, made once. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../scenes/server-process.ts';
import { undoneAtExit } from './undone.ts';

export class Ground {
  readonly folder = mkdtempSync(join(tmpdir(), 'im-faults-'));
  readonly keyFile = join(this.folder, 'auth.key');
  readonly #undone = undoneAtExit(() => this.#remove());
  readonly #tokens = new Map<string, string>();

  constructor() {
    // PostgreSQL passes through it as another user.
    chmodSync(this.folder, 0o711);
  }

  /** The first asking makes the key; so one after the other. */
  async begin(users: readonly string[]): Promise<void> {
    const server = new ServerProcess(this.folder, this.keyFile);
    for (const user of users) this.#tokens.set(user, await server.token(user));
  }

  /** Throws if `begin` was not told of this user. */
  token(user: string): string {
    const token = this.#tokens.get(user);
    if (token === undefined) throw new Error(`no token was made for ${user}`);
    return token;
  }

  clear(): void {
    this.#remove();
    this.#undone();
  }

  #remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
