import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgePersistence } from '../kit/persistence-judge.ts';
import { quietHost } from '../kit/quiet-host.ts';
import sqlite from '../../plugins/persistence/sqlite/index.ts';

judgePersistence({
  name: 'sqlite',
  async make() {
    const folder = await mkdtemp(join(tmpdir(), 'im-sqlite-'));
    const config = { file: join(folder, 'im.db'), shards: 8 };
    return {
      open: () => sqlite.create(config, quietHost()),
      destroy: () => rm(folder, { recursive: true }),
    };
  },
});
