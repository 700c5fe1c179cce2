/** A node of a pair that is stopped, or handed over, while its store or the other one fails. */
import assert from 'node:assert/strict';
import { ImError, type AnyPlugin, type Component } from 'im-kernel/contract';
import manual from '../../plugins/failover/manual/index.ts';
import conversationOwner from '../../plugins/ordering/conversation-owner/index.ts';
import { SWITCHOVER_KEY, type Switchover } from '../../core/cluster/switchover.ts';
import { inBetween } from './in-between.ts';
import { BEAT_MS, LEASE_MS, Pair, type PairOptions } from './pair-stage.ts';

/** More than every limit of a stop together. */
const LONG_MS = 120_000;
const MANUAL = manual as unknown as AnyPlugin;
const ORDERING = conversationOwner as unknown as AnyPlugin;
const AWAY = new ImError('IM_STORE_AWAY', { why: 'on purpose' });
const BROKEN = new ImError('IM_STORE_BROKEN', { why: 'on purpose' });

describe('a node of a pair', () => {
  let pair: Pair;

  async function open(options: PairOptions = {}): Promise<void> {
    pair = new Pair(options);
    await pair.start();
  }

  /** Stops the owner as it stands; true once it has stopped. */
  async function stopped(withinMs = LONG_MS): Promise<boolean> {
    let done = false;
    void pair.a.stage.node.stop().then(() => (done = true));
    await pair.a.stage.pass(withinMs, 500);
    return done;
  }

  /** Writes a planned change to im-b. */
  async function plan(phase: Switchover['phase']): Promise<void> {
    const { register, ownership } = pair.shared;
    const { shards } = await ownership.look();
    const epoch = shards[0]?.epoch ?? 0;
    const change: Switchover = { to: 'im-b', epoch, phase, by: 'a test', at: 0 };
    const last = await register.read(SWITCHOVER_KEY);
    assert.equal(await register.compareAndSet(SWITCHOVER_KEY, last, JSON.stringify(change)), true);
  }

  /** Lets im-b follow, whose ordering starts so. */
  async function takeOverWith(start: Component['start']): Promise<void> {
    const create: AnyPlugin['create'] = (config, host) =>
      inBetween(ORDERING.create(config, host), { start });
    const ordering = { ...ORDERING, create };
    await open({ orderingOf: (name) => (name === 'im-b' ? ordering : undefined) });
    await pair.pass(11_000);
    pair.a.access.cut = true;
    await pair.pass(LEASE_MS + 2_500);
  }

  afterEach(() => pair.stop());

  it('stops within its limits while the store says nothing', async () => {
    await open();
    await pair.a.stage.join('ann');
    pair.a.access.cut = true;
    assert.equal(await stopped(), true);
  });

  it('stops without a follower that does not answer, as soon as that is clear', async () => {
    await open();
    await pair.pass(1_100);
    pair.b.access.cut = true;
    assert.equal(await stopped(LEASE_MS + 2 * BEAT_MS), true);
  });

  it('stops while its shards cannot be handed over, and tries no more afterwards', async () => {
    await open();
    pair.a.access.takesFail = AWAY;
    assert.equal(await stopped(), true);
    assert.ok(pair.a.access.takes > 1, 'it tried again');
    const { takes } = pair.a.access;
    await pair.pass(5_000);
    assert.equal(pair.a.access.takes, takes);
    assert.equal(pair.b.serves, true);
  });

  it('says so when handing over finds its store broken', async () => {
    await open();
    pair.a.access.takesFail = BROKEN;
    await plan('asked');
    await pair.pass(2_500);
    assert.match(pair.a.stage.failed.join(), /cluster: .*on purpose/);
  });

  it('hands over all the same when an epoch rose meanwhile', async () => {
    await open({ policy: MANUAL });
    const { ownership } = pair.shared;
    const take = ownership.take.bind(ownership);
    let raced = false;
    ownership.take = async (life, takes, force) => {
      if (life.node === 'im-b' && !raced) {
        raced = true;
        const [{ owner, ...first }] = (await ownership.look()).shards as [
          { shard: number; epoch: number; owner: typeof life },
        ];
        await take(owner, [first], false);
      }
      return take(life, takes, force);
    };
    await plan('asked');
    await pair.pass(5_000);
    assert.equal(raced, true);
    assert.deepEqual([pair.a.lives, pair.b.serves], [2, true]);
  });

  it('says which part kept it from serving, and ends', async () => {
    await takeOverWith(() => Promise.reject(new Error('no key')));
    assert.match(pair.b.stage.failed.join(), /^path: .*ordering.*no key/);
    const said = pair.b.stage.lines.filter(({ level }) => level === 'error');
    assert.match(said.map(({ message }) => message).join(), /ordering did not start: no key/);
  });

  it('gives up what it cannot serve, so that the other one serves', async () => {
    await takeOverWith(() => Promise.reject(new Error('no key')));
    const { ownership } = pair.shared;
    const { shards, nodes } = await ownership.look();
    assert.deepEqual([shards[0]?.epoch, nodes.map(({ node }) => node)], [2, ['im-a']]);
    pair.a.access.heal();
    await pair.pass(2 * BEAT_MS);
    assert.deepEqual([pair.a.lives, pair.a.serves], [2, true]);
    assert.equal((await ownership.look()).shards[0]?.epoch, 3);
  });

  it('does not fail for being stopped while it begins to serve', async () => {
    await takeOverWith((signal) => {
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('it was ended')));
      });
    });
    const ordering = pair.b.stage.node.states().find(({ name }) => name === 'ordering');
    assert.equal(ordering?.state, 'starting');
    await pair.b.stop();
    assert.deepEqual(pair.b.stage.failed, []);
  });

  it('lets nobody wait for a change whose owner has died', async () => {
    await open({ policy: MANUAL });
    await plan('prepared');
    pair.a.access.cut = true;
    await pair.pass(LEASE_MS + 2_500);
    const ann = pair.b.stage.connect();
    ann.hello('ann', 'd1');
    await pair.pass(1_000);
    const [moved] = ann.take('moved');
    assert.equal(moved?.reason, 'no node serves for now');
  });
});
