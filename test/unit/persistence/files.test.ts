/** Files that a sqlite store cannot use, and those that it makes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { never, quietHost } from '../../kit/quiet-host.ts';
import { coded, entryAt, Folder, NODE } from './folder.ts';
import { takeShards } from '../../kit/take-shards.ts';

function altered(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

async function made(folder: Folder): Promise<void> {
  const store = folder.store();
  await store.start(never());
  await store.stop(never());
}

describe('sqlite files', () => {
  it('makes its folder, and leaves one file behind after a clean stop', async () => {
    using folder = new Folder();
    const file = join(folder.path, 'a', 'b', 'im.db');
    const store = folder.store(file);
    assert.equal(existsSync(join(folder.path, 'a')), false);
    await store.start(never());
    await store.stop(never());
    assert.equal(existsSync(file), true);
    assert.equal(existsSync(`${file}-wal`), false);
  });

  it('refuses a file of a newer schema, and says both versions', async () => {
    using folder = new Folder();
    await made(folder);
    altered(folder.file, 'PRAGMA user_version = 99');
    const store = folder.store();
    await assert.rejects(store.start(never()), coded('IM_STORE_NEWER', 'schema 99, known up to 2'));
    await store.stop(never());
  });

  it('refuses a file that is no database', async () => {
    using folder = new Folder();
    writeFileSync(folder.file, 'This is not a database. '.repeat(1_000));
    await assert.rejects(folder.store().start(never()), coded('IM_STORE_OPEN', 'damaged'));
  });

  it('refuses another program’s database, and leaves it as it was', async () => {
    using folder = new Folder();
    altered(folder.file, 'CREATE TABLE theirs (a)');
    await assert.rejects(folder.store().start(never()), coded('IM_STORE_OPEN', 'another program'));
    altered(folder.file, 'PRAGMA user_version = 1');
    await assert.rejects(folder.store().start(never()), coded('IM_STORE_OPEN', 'another program'));
    altered(folder.file, 'SELECT a FROM theirs');
  });

  it('refuses a folder in its file’s place, and a file in its folder’s place', async () => {
    using folder = new Folder();
    mkdirSync(folder.file);
    await assert.rejects(folder.store().start(never()), coded('IM_STORE_OPEN', folder.file));
    const below = join(folder.path, 'plain', 'im.db');
    writeFileSync(join(folder.path, 'plain'), '');
    await assert.rejects(folder.store(below).start(never()), coded('IM_STORE_OPEN', below));
  });

  it('refuses a file that another store or process holds, until that one stops', async () => {
    using folder = new Folder();
    const first = folder.store();
    await first.start(never());
    await assert.rejects(folder.store().start(never()), coded('IM_STORE_OPEN', 'has it open'));
    const other = spawnSync(NODE, folder.appender(1, 1, 1), { encoding: 'utf8' });
    assert.equal(other.stdout, '');
    assert.match(other.stderr, /another process has it open/);
    await first.stop(never());
    await made(folder);
  });

  it('keeps the number of shards that the file was made with, and says so', async () => {
    using folder = new Folder();
    await made(folder);
    altered(folder.file, "UPDATE meta SET value = '5' WHERE key = 'shards'");
    const host = quietHost();
    const store = folder.store(folder.file, host);
    await store.start(never());
    assert.equal(store.shards, 5);
    assert.equal(host.lines.filter((line) => line.level === 'warn').length, 1);
    await store.stop(never());
  });

  it('shows the log to people, with names and texts', async () => {
    using folder = new Folder();
    const store = folder.store();
    await store.start(never());
    const [epoch] = await takeShards(store, 'node-1', [3]);
    const entry = entryAt(1, { conversation: 'd/ann/bob', body: Buffer.from('thé') });
    await store.append([{ shard: 3, epoch: epoch!, entries: [entry], changes: [] }]);
    await store.stop(never());
    const db = new DatabaseSync(folder.file, { readOnly: true });
    const row = db.prepare('SELECT conversation, position, "from", text, accepted FROM log').get();
    db.close();
    assert.deepEqual(Object.values(row!), ['d/ann/bob', 1, 'ann', 'thé', '2026-11-23 03:20:00']);
  });
});
