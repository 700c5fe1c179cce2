/** Several processes on one sqlite file, one of which is killed or stopped. */
import assert from 'node:assert/strict';
import type { NodeLife, Persistence } from 'im-kernel/contract';
import { never, quietHost, until } from '../../kit/quiet-host.ts';
import { coded, entryAt, Folder } from './folder.ts';
import { isLocked, Neighbour } from './neighbour.ts';

const US: NodeLife = { node: 'im-b', life: 'b-1' };
const LONG_MS = 60_000;

async function beside(folder: Folder, host = quietHost({ together: true })): Promise<Persistence> {
  const store = folder.store(folder.file, host);
  await store.start(never());
  return store;
}

async function takeFirst(store: Persistence, life: NodeLife, force: boolean): Promise<number> {
  const { shards } = await store.ownership.look();
  const [taken] = await store.ownership.take(life, [{ shard: 0, epoch: shards[0]!.epoch }], force);
  assert.deepEqual(taken!.owner, life);
  return taken!.epoch;
}

async function lastOf(store: Persistence, conversation: string): Promise<number> {
  return (await store.loadConversation(conversation))?.position ?? 0;
}

describe('processes that share a sqlite file', () => {
  it('know at once that one was killed, and take what it owned with all that it kept', async () => {
    using folder = new Folder();
    const store = await beside(folder);
    await using owner = new Neighbour(folder, 'im-a', LONG_MS);
    await owner.works();
    const [living] = (await store.ownership.look()).nodes;
    assert.equal(living?.gone, false);
    const { epoch } = (await store.ownership.look()).shards[0]!;
    const [refused] = await store.ownership.take(US, [{ shard: 0, epoch }], false);
    assert.equal(refused?.owner?.node, 'im-a', 'its lease runs');

    await owner.kill();
    const [gone] = (await store.ownership.look()).nodes;
    assert.deepEqual([gone?.life, gone?.gone], [owner.life, true]);
    assert.ok(gone!.leaseLeftMs > LONG_MS / 2, 'its lease still runs');
    await takeFirst(store, US, false);
    assert.ok((await lastOf(store, 'g/im-a')) >= owner.acknowledged);
    const reborn = await store.ownership.beat({ node: 'im-a', life: 'a-2' }, LONG_MS);
    assert.ok(reborn !== 'taken');
    assert.deepEqual(
      reborn.nodes.map(({ life }) => life),
      ['a-2'],
    );
    await store.stop(never());
  }).timeout(30_000);

  it('end one that was stopped while it wrote, once its lease is over, and say so', async () => {
    using folder = new Folder();
    const host = quietHost({ together: true });
    const store = await beside(folder, host);
    await using owner = new Neighbour(folder, 'im-a', 2_500);
    await owner.works();
    await owner.stopInWrite();
    const { nodes, shards } = await store.ownership.look();
    assert.ok(nodes[0]!.leaseLeftMs > 0, 'its lease runs');
    const takes = [{ shard: 0, epoch: shards[0]!.epoch }];
    const [refused] = await store.ownership.take(US, takes, false);
    assert.equal(refused?.owner?.node, 'im-a');
    assert.notEqual(await store.ownership.beat(US, LONG_MS), 'taken', 'its beats wait for nobody');
    assert.equal(owner.signal, undefined);

    const over = async (): Promise<boolean> => {
      return (await store.ownership.look()).nodes[0]!.leaseLeftMs <= 0;
    };
    await until(over, 'its lease is over');
    assert.ok(isLocked(folder.file));
    const [taken] = await store.ownership.take(US, takes, false);
    assert.deepEqual(taken!.owner, US);
    await owner.hasEnded();
    assert.equal(owner.signal, 'SIGKILL');
    assert.equal(host.counted('store_holders_ended_total'), 1);
    const line = host.lines.find(({ message }) => message.startsWith('ended a process'));
    assert.deepEqual([line?.fields['node'], line?.fields['pid']], ['im-a', owner.pid]);
    const noted = async (): Promise<boolean> => {
      const value = await store.register.read('sqlite/ended/im-a');
      return value !== undefined && Number(JSON.parse(value).pid) === owner.pid;
    };
    await until(noted, 'the register names it');
    assert.ok((await lastOf(store, 'g/im-a')) >= owner.acknowledged);
    await store.stop(never());
  }).timeout(60_000);

  it('may start beside one that was stopped while it wrote, and end it', async () => {
    using folder = new Folder();
    await using owner = new Neighbour(folder, 'im-a', 1);
    await owner.works();
    await owner.stopInWrite();
    const store = await beside(folder);
    await takeFirst(store, US, true);
    await owner.hasEnded();
    assert.equal(owner.signal, 'SIGKILL');
    await store.stop(never());
  }).timeout(30_000);

  it('go on by themselves when one that owns nothing was stopped while it wrote', async () => {
    using folder = new Folder();
    const host = quietHost({ together: true });
    const store = await beside(folder, host);
    await using other = new Neighbour(folder, 'im-a', 1);
    await other.works();
    const epoch = await takeFirst(store, US, true);
    await other.stopInWrite();
    const entries = [entryAt(1)];
    const kept = async (): Promise<boolean> => {
      try {
        const outcomes = await store.append([{ shard: 0, epoch, entries, changes: [] }]);
        return outcomes[0] === 'kept';
      } catch (error) {
        assert.ok(coded('IM_STORE_AWAY', 'another process holds the file')(error));
        return false;
      }
    };
    assert.equal(await kept(), false);
    assert.equal(host.reports.at(-1)?.state, 'degraded');
    await until(kept, 'the append comes in', 20_000);
    assert.equal(host.reports.at(-1)?.state, 'running');
    assert.equal(host.counted('store_holders_ended_total'), 1);
    await store.stop(never());
  }).timeout(60_000);
});
