/** A store that takes a commit of which it heard nothing more for done. */
import { definePlugin } from 'im-kernel/contract';
import type { AppendOutcome, ShardAppend } from 'im-kernel/contract';
import { PostgresStore } from '../../../plugins/persistence/postgres/postgres-store.ts';
import { SETTINGS } from '../../../plugins/persistence/postgres/settings.ts';

class HopefulStore extends PostgresStore {
  override async append(batch: readonly ShardAppend[]): Promise<readonly AppendOutcome[]> {
    const outcomes = await super.append(batch);
    return outcomes.map((outcome) => (outcome === 'unknown' ? 'kept' : outcome));
  }
}

export default definePlugin({
  contract: 1,
  role: 'persistence',
  type: 'hopeful-postgres',
  summary: 'Hopes for the best when a commit got no answer: for the controls of the fault rigs.',
  stability: 'experimental',
  config: SETTINGS,
  create: (settings, host) => new HopefulStore(settings, host),
});
