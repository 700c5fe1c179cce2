/** The judge of stores over `postgres`, with one way of committing. */
import type { Persistence } from 'im-kernel/contract';
import { judgePersistence } from '../../kit/persistence-judge.ts';
import { quietHost } from '../../kit/quiet-host.ts';
import postgres from '../../../plugins/persistence/postgres/index.ts';
import { makeDatabase, withoutPostgres, type Database } from '../../postgres-server/databases.ts';
import { emptySchema, nextSchema, settings } from '../../postgres-server/settings.ts';

export function judgeCommit(commit: 'batch' | 'immediate'): void {
  if (withoutPostgres) return;
  let database: Promise<Database> | undefined;
  const schema = nextSchema();
  judgePersistence({
    name: `postgres, commit: ${commit}`,
    together: true,
    async make() {
      database ??= makeDatabase();
      const { url } = await database;
      // Each connection costs the machine some 20 ms, and there are hundreds of openings.
      const config = settings({ url, schema, shards: 8, commit, readers: 2 });
      const open = (): Persistence => postgres.create(config, quietHost());
      return {
        open,
        openBeside: open,
        destroy: () => emptySchema(config),
      };
    },
  });
}
