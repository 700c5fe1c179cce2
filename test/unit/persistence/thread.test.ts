/** How a sqlite store takes wrong requests, and the end of its thread. */
import assert from 'node:assert/strict';
import type { Persistence } from 'im-kernel/contract';
import { never, quietHost, until } from '../../kit/quiet-host.ts';
import { coded, entryAt, Folder } from './folder.ts';
import { takeShards } from '../../kit/take-shards.ts';

async function started(folder: Folder, host = quietHost()): Promise<[Persistence, number]> {
  const store = folder.store(folder.file, host);
  await store.start(never());
  const [epoch] = await takeShards(store, 'node-1', [0]);
  return [store, epoch!];
}

describe('the thread of a sqlite store', () => {
  it('rejects a wrong request alone, though it shares a transaction with right ones', async () => {
    using folder = new Folder();
    const [store, epoch] = await started(folder);
    const friendship = { conversation: 'g/tea', friendship: { state: 'friends' as const } };
    const parts = (position: number) => ({ shard: 0, epoch, entries: [entryAt(position)] });
    const [one, wrong, two, shard] = await Promise.allSettled([
      store.append([{ ...parts(1), changes: [] }]),
      store.append([{ ...parts(2), changes: [friendship] }]),
      store.append([{ ...parts(2), changes: [] }]),
      store.ownership.take({ node: 'node-1', life: 'x' }, [{ shard: 8, epoch: 0 }], true),
    ]);
    assert.deepEqual(one, { status: 'fulfilled', value: ['kept'] });
    assert.equal(wrong.status === 'rejected' && coded('IM_BUG', 'g/tea')(wrong.reason), true);
    assert.deepEqual(two, { status: 'fulfilled', value: ['kept'] });
    assert.equal(shard.status === 'rejected' && coded('IM_BUG', 'no shard 8')(shard.reason), true);
    await store.stop(never());
  });

  it('rejects an entry whose id is no UUID', async () => {
    using folder = new Folder();
    const [store, epoch] = await started(folder);
    for (const id of ['', 'x', '0199A0B1-c2d3-7e4f-8a9b-0c1d2e3f4051', 'é'.repeat(36)]) {
      const part = { shard: 0, epoch, entries: [entryAt(1, { id })], changes: [] };
      await assert.rejects(store.append([part]), coded('IM_BUG', 'no UUID'));
    }
    await store.stop(never());
  });

  it('reports that it failed, and rejects what is pending, when the thread dies', async () => {
    using folder = new Folder();
    const host = quietHost();
    const [store] = await started(folder, host);
    // No caller of ours says this: it throws where the thread expects nothing to throw.
    await assert.rejects(store.saveProgress(undefined as never), coded('IM_STORE_BROKEN'));
    await until(() => host.reports.at(-1)?.state === 'failed', 'the failure is reported');
    await assert.rejects(store.lastSeen(['ann']), coded('IM_STORE_AWAY'));
    await store.stop(never());
    const [again] = await started(folder);
    await again.stop(never());
  });

  it('settles everything at a stop that may not wait, and keeps what it acknowledged', async () => {
    using folder = new Folder();
    const [store, epoch] = await started(folder);
    const appends = Array.from({ length: 2_000 }, (_, at) =>
      store.append([{ shard: 0, epoch, entries: [entryAt(at + 1)], changes: [] }]),
    );
    const settled = Promise.allSettled(appends);
    await appends[0];
    await store.stop(AbortSignal.abort());
    const kept = (await settled).filter((one) => one.status === 'fulfilled').length;
    for (const one of await settled) {
      if (one.status === 'rejected') assert.ok(coded('IM_STORE_BROKEN')(one.reason));
    }
    const [again] = await started(folder);
    const position = (await again.loadConversation('g/tea'))?.position ?? 0;
    assert.ok(position >= kept && kept >= 1, `${position} are there, ${kept} were acknowledged`);
    await again.stop(never());
  });
});
