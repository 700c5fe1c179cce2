/** A store that breaks the first rule: it says `kept` at once, and writes a little later. */
import { definePlugin } from 'im-kernel/contract';
import type { AppendOutcome, Host, ShardAppend } from 'im-kernel/contract';
import { PostgresStore } from '../../../plugins/persistence/postgres/postgres-store.ts';
import { SETTINGS, type Settings } from '../../../plugins/persistence/postgres/settings.ts';

const LATER_MS = 100;

class HastyStore extends PostgresStore {
  readonly #host: Host;

  constructor(settings: Settings, host: Host) {
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
  type: 'hasty-postgres',
  summary: 'Acknowledges what it has not kept: for the controls of the fault rigs.',
  stability: 'experimental',
  config: SETTINGS,
  create: (settings, host) => new HastyStore(settings, host),
});
