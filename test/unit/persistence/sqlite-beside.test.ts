/** Two stores on one sqlite file: what one remembers, and the other changes. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import type { Persistence, Progress } from 'im-kernel/contract';
import { never, quietHost } from '../../kit/quiet-host.ts';
import { takeShards } from '../../kit/take-shards.ts';
import { coded, entryAt, Folder } from './folder.ts';

async function started(folder: Folder, together: boolean): Promise<Persistence> {
  const store = folder.store(folder.file, quietHost({ together }));
  await store.start(never());
  return store;
}

async function keep(store: Persistence, epoch: number, position: number): Promise<string> {
  const part = { shard: 0, epoch, entries: [entryAt(position)], changes: [] };
  return (await store.append([part]))[0]!;
}

function moved(cursor: number): Progress {
  const move = { conversation: 'g/tea', user: 'ann', device: 'pad', cursor };
  return { cursors: [move], marks: [], seen: [] };
}

describe('two stores on one sqlite file', () => {
  it('go on from each other’s positions, under each other’s epochs', async () => {
    using folder = new Folder();
    const [one, other] = [await started(folder, true), await started(folder, true)];
    const [first] = await takeShards(one, 'im-a', [0]);
    assert.equal(await keep(one, first!, 1), 'kept');
    const [second] = await takeShards(other, 'im-b', [0]);
    assert.equal(await keep(one, first!, 2), 'fenced');
    assert.equal(await keep(other, second!, 2), 'kept');
    const [third] = await takeShards(one, 'im-a', [0]);
    assert.equal(await keep(other, second!, 3), 'fenced');
    assert.equal(await keep(one, third!, 2), 'stale');
    assert.equal(await keep(one, third!, 3), 'kept');
    const record = await other.loadConversation('g/tea');
    assert.equal(record?.position, 3);
    await Promise.all([one.stop(never()), other.stop(never())]);
  });

  it('let a cursor go as far as the other wrote', async () => {
    using folder = new Folder();
    const [one, other] = [await started(folder, true), await started(folder, true)];
    const [epoch] = await takeShards(one, 'im-a', [0]);
    await keep(one, epoch!, 1);
    await other.saveProgress(moved(1));
    await keep(one, epoch!, 2);
    await other.saveProgress(moved(2));
    assert.equal((await one.loadCursor('g/tea', 'ann', 'pad')).cursor, 2);
    await Promise.all([one.stop(never()), other.stop(never())]);
  });

  it('make the file together, and agree on its name', async () => {
    using folder = new Folder();
    const hosts = Array.from({ length: 4 }, () => quietHost({ together: true }));
    const stores = hosts.map((host) => folder.store(folder.file, host));
    await Promise.all(stores.map((store) => store.start(never())));
    assert.equal(new Set(stores.map(({ log }) => log)).size, 1);
    await Promise.all(stores.map((store) => store.stop(never())));
  });

  it('are no two where one of them is to be alone', async () => {
    using folder = new Folder();
    const one = await started(folder, true);
    await assert.rejects(started(folder, false), coded('IM_STORE_OPEN', 'has it open'));
    await one.stop(never());
    const alone = await started(folder, false);
    await assert.rejects(started(folder, true), coded('IM_STORE_OPEN', 'for itself alone'));
    await alone.stop(never());
  });

  it('hold a small file for each life, which is gone when the life has left', async () => {
    using folder = new Folder();
    const alive = (): number => {
      return readdirSync(folder.path).filter((name) => name.endsWith('.alive')).length;
    };
    for (const together of [true, false]) {
      const store = await started(folder, together);
      const life = { node: 'im-a', life: 'a-1' };
      await store.ownership.beat(life, 1_000);
      assert.equal(alive(), 1);
      await store.ownership.leave(life);
      assert.equal(alive(), 0);
      await store.stop(never());
    }
    assert.equal(existsSync(`${folder.file}.beats`), false, 'alone, nothing is left of beats');
  });
});
