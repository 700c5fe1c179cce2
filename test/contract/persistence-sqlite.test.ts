import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Persistence } from 'im-kernel/contract';
import { judgePersistence } from '../kit/persistence-judge.ts';
import { quietHost } from '../kit/quiet-host.ts';
import sqlite from '../../plugins/persistence/sqlite/index.ts';

function judge(name: string, together: boolean): void {
  judgePersistence({
    name,
    together,
    async make() {
      const folder = await mkdtemp(join(tmpdir(), 'im-sqlite-'));
      const config = { file: join(folder, 'im.db'), shards: 8 };
      const open = (): Persistence => sqlite.create(config, quietHost({ together }));
      return {
        open,
        ...(together && { openBeside: open }),
        destroy: () => rm(folder, { recursive: true }),
      };
    },
  });
}

judge('sqlite', false);
judge('sqlite, where several use the file', true);
