/**
 * A process that beats for a life in a postgres store, for tests that kill it or let it stand
 * still. Arguments: url, schema, node, life, lease in ms. A line for what each beat answered.
 */
import { writeSync } from 'node:fs';
import { reasonOf } from 'im-kernel/contract';
import { PostgresStore } from '../../../plugins/persistence/postgres/postgres-store.ts';
import { never, quietHost } from '../../kit/quiet-host.ts';
import { settings } from '../../postgres-server/settings.ts';

const BEAT_MS = 50;
const [url, schema, node, life, leaseMs] = process.argv.slice(2);

const host = quietHost();
const store = new PostgresStore(settings({ url: url!, schema: schema!, shards: 8 }), host);
await store.start(never());

async function beat(): Promise<void> {
  const answer = await store.ownership
    .beat({ node: node!, life: life! }, Number(leaseMs))
    .catch(reasonOf);
  writeSync(1, `${typeof answer === 'string' ? answer : 'beaten'}\n`);
  host.clock.after(BEAT_MS, () => void beat());
}
await beat();
