import type { Persistence } from 'im-kernel/contract';
import { judgePersistence } from '../kit/persistence-judge.ts';
import { quietHost } from '../kit/quiet-host.ts';
import postgres from '../../plugins/persistence/postgres/index.ts';
import { makeDatabase, withoutPostgres, type Database } from '../postgres-server/databases.ts';
import { emptySchema, nextSchema, settings } from '../postgres-server/settings.ts';

if (!withoutPostgres) {
  let database: Promise<Database> | undefined;
  for (const commit of ['batch', 'immediate'] as const) {
    const schema = nextSchema();
    judgePersistence({
      name: `postgres, commit: ${commit}`,
      together: true,
      async make() {
        database ??= makeDatabase();
        const { url } = await database;
        const config = settings({ url, schema, shards: 8, commit });
        const open = (): Persistence => postgres.create(config, quietHost());
        return {
          open,
          openBeside: open,
          destroy: () => emptySchema(config),
        };
      },
    });
  }
}
