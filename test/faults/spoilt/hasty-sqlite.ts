/** A store that breaks the first rule: it says `kept` at once, and writes a little later. */
import { definePlugin, path } from 'im-kernel/contract';
import type { AppendOutcome, Host, ShardAppend } from 'im-kernel/contract';
import {
  SqliteStore,
  type SqliteSettings,
} from '../../../plugins/persistence/sqlite/sqlite-store.ts';

const LATER_MS = 100;

class HastyStore extends SqliteStore {
  readonly #host: Host;

  constructor(settings: SqliteSettings, host: Host) {
    super(settings, host);
    this.#host = host;
  }

  override append(batch: readonly ShardAppend[]): Promise<readonly AppendOutcome[]> {
    const lost = (why: unknown): void =>
      this.#host.log.warn('said to be kept, and lost', { why: String(why) });
    this.#host.clock.after(LATER_MS, () => void super.append(batch).catch(lost));
    return Promise.resolve(batch.map((): AppendOutcome => 'kept'));
  }
}

export default definePlugin({
  contract: 1,
  role: 'persistence',
  type: 'hasty-sqlite',
  summary: 'Acknowledges what it has not kept: for the controls of the fault rigs.',
  stability: 'experimental',
  config: { file: path({ help: 'The file.' }) },
  create: ({ file }, host) => new HastyStore({ file, shards: 64 }, host),
});
