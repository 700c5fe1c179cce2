/** What becomes after a takeover of what the last owner had accepted and not finished. */
import assert from 'node:assert/strict';
import type { Replay } from 'im-kernel/contract';
import { until } from 'im-kernel/kit';
import { shardOf } from '../../core/cluster/shards.ts';
import { TALK, upTo } from './consumer-stage.ts';
import { aConsumer, measured, Notebook } from './effects-stage.ts';
import { LEASE_MS, Pair, type PairOptions } from './pair-stage.ts';
import type { RawClient } from './raw-client.ts';
import { heardBy, pluck } from './stage.ts';

const SHARDS = 8;
const WITHIN_MS = 20_000;
const SAID = 10;
/** A conversation of others in the shard of TALK, and one in another shard. */
const BESIDE = conversationOf((shard) => shard === shardOf(TALK, SHARDS));
const ELSEWHERE = conversationOf((shard) => shard !== shardOf(TALK, SHARDS));

function conversationOf(fits: (shard: number) => boolean): string {
  for (let at = 0; ; at += 1) {
    const name = `d/eve/fay${at}`;
    if (fits(shardOf(name, SHARDS))) return name;
  }
}

describe('after a takeover', () => {
  let pair: Pair;
  /** What the first owner's consumer took, and the second's. */
  let before: Notebook;
  let after: Notebook;

  afterEach(() => pair.stop());

  async function open(replay: Replay, more: PairOptions = {}): Promise<void> {
    before = new Notebook();
    after = new Notebook();
    const consumersOf = (name: string) => {
      return [aConsumer('hook', (name === 'im-a' ? before : after).consume, { from: 'start' })];
    };
    pair = new Pair({ replay, replayWithin: WITHIN_MS, consumersOf, ...more });
    await pair.start();
    // So that the end of a lease is acted upon at once.
    await pair.pass(11_000);
  }

  const join = (user: string): Promise<RawClient> => pair.b.stage.join(user);
  const held = (): number => measured(pair.b.stage, '', 'im_replay_held_shards');
  const released = (reason: string): number =>
    measured(pair.b.stage, '', 'im_replay_released_total', reason);

  const cursor = (): Promise<string | undefined> =>
    pair.shared.register.read(`consumer/hook/${shardOf(TALK, SHARDS)}`);

  /** Ann and bob say four things; the consumer took two of them when the owner is cut off. */
  async function die(): Promise<void> {
    before.trouble = ({ position }) => (position > 2 ? new Promise(() => undefined) : undefined);
    const ann = await pair.a.stage.join('ann');
    const bob = await pair.a.stage.join('bob');
    for (const [who, text] of [
      [ann, 'one'],
      [bob, 'two'],
      [ann, 'three'],
      [bob, 'four'],
    ] as const) {
      await who.accepted(who.send(TALK, text));
    }
    await until(() => before.calls.length === 3, 'the third is begun');
    await pair.pass(200);
    pair.a.access.cut = true;
    await pair.pass(LEASE_MS + 2_500);
    assert.equal(pair.b.serves, true);
  }

  describe('eagerly', () => {
    it('the consumers go on at once, in order, behind what was taken', async () => {
      await open('eager');
      await die();
      assert.deepEqual(after.taken, [`${TALK} 3`, `${TALK} 4`]);
      assert.equal(held(), 0);
    });

    it('the last owner’s consumers are handed nothing more once its lease is over', async () => {
      await open('eager');
      const ann = await pair.a.stage.join('ann');
      const { promise: first, resolve: go } = Promise.withResolvers<void>();
      before.trouble = () => first;
      for (const text of ['one', 'two', 'three']) await ann.accepted(ann.send(TALK, text));
      await until(() => before.calls.length === 1, 'the first is begun');
      await pair.pass(1_000);
      pair.a.access.cut = true;
      await pair.pass(LEASE_MS + 2_500);
      assert.deepEqual(after.taken, upTo(3));
      const kept = await cursor();
      go();
      await pair.pass(1_000);
      pair.a.access.heal();
      await pair.pass(2_500);
      assert.deepEqual(before.calls, [`${TALK} 1 1`], 'behind the next owner’s back');
      assert.deepEqual([pair.a.lives, await cursor()], [2, kept]);
    });

    it('they end before a planned change, and what they did is not done again', async () => {
      await open('eager', { limits: { progressEvery: 5_000 } });
      before.trouble = (_entry, { signal }) =>
        new Promise((resolve, reject) => {
          pair.clock.after(150, resolve);
          signal.addEventListener('abort', () => reject(new Error('it is ended')));
        });
      const ann = await pair.a.stage.join('ann');
      for (let at = 1; at <= SAID; at += 1) await ann.accepted(ann.send(TALK, 'more'));
      // Its client is slow to go.
      ann.wire.end = () => undefined;
      await pair.a.stop();
      await pair.pass(1_000);
      assert.ok(before.taken.length < SAID && after.taken.length > 0, 'it came in the middle');
      assert.deepEqual([...before.taken, ...after.taken], upTo(SAID));
    });

    it('what was taken and not noted is taken again, and nothing is skipped', async () => {
      await open('eager');
      const ann = await pair.a.stage.join('ann');
      for (const text of ['one', 'two', 'three']) await ann.accepted(ann.send(TALK, text));
      await until(() => before.entries.length === 3, 'all are taken');
      pair.a.access.cut = true;
      await pair.pass(LEASE_MS + 2_500);
      assert.deepEqual(after.taken, upTo(3));
    });
  });

  describe('on reconnect', () => {
    beforeEach(async () => {
      await open('on-reconnect');
      await die();
    });

    it('a shard waits for all authors of what is left, others go on', async () => {
      assert.deepEqual([after.taken, held(), released('nothing')], [[], 1, SHARDS - 1]);
      const eve = await join('eve');
      await eve.accepted(eve.send(ELSEWHERE, 'not held'));
      await eve.accepted(eve.send(BESIDE, 'behind the rest'));
      await join('ann');
      await until(() => after.entries.length === 1, 'the other shard goes on');
      await pair.pass(1_000);
      assert.deepEqual(after.taken, [`${ELSEWHERE} 1`]);
      await join('bob');
      await until(() => after.entries.length === 4, 'the rest');
      assert.deepEqual(after.taken.slice(1), [`${TALK} 3`, `${TALK} 4`, `${BESIDE} 1`]);
      assert.deepEqual([held(), released('back')], [0, 1]);
    });

    it('and goes on without those who stay away for too long', async () => {
      await join('ann');
      await pair.pass(WITHIN_MS - 4_000);
      assert.deepEqual(after.taken, []);
      await pair.pass(4_000);
      assert.deepEqual(after.taken, [`${TALK} 3`, `${TALK} 4`]);
      assert.deepEqual([held(), released('limit')], [0, 1]);
    });
  });

  describe('per client', () => {
    beforeEach(async () => {
      await open('per-client');
      await die();
    });

    it('a shard waits for one member, for as long as it takes', async () => {
      await join('eve');
      await pair.pass(3 * WITHIN_MS);
      assert.deepEqual([after.taken, held()], [[], 1]);
      await join('bob');
      await until(() => after.entries.length === 2, 'what was left');
      assert.deepEqual(after.taken, [`${TALK} 3`, `${TALK} 4`]);
      assert.deepEqual([held(), released('back')], [0, 1]);
    });

    it('or for a new entry, which comes behind the rest', async () => {
      const eve = await join('eve');
      await eve.accepted(eve.send(BESIDE, 'new'));
      await until(() => after.entries.length === 3, 'all three');
      assert.deepEqual(after.taken, [`${TALK} 3`, `${TALK} 4`, `${BESIDE} 1`]);
      assert.deepEqual([held(), released('kept')], [0, 1]);
    });
  });

  for (const replay of ['eager', 'on-reconnect', 'per-client'] as const) {
    it(`members who were away get all of it, and commands their answers (${replay})`, async () => {
      await open(replay);
      before.trouble = () => new Promise(() => undefined);
      const ann = await pair.a.stage.join('ann');
      const sent = ann.send(TALK, 'one');
      const { position } = await ann.accepted(sent);
      pair.a.access.cut = true;
      const lost = ann.send(TALK, 'into the cut');
      await pair.pass(LEASE_MS + 2_500);
      const back = await join('ann');
      back.say({ ...sent, attempt: 2 }, { ...lost, attempt: 2 });
      assert.equal((await back.accepted(sent)).position, position);
      assert.equal((await back.accepted(lost)).position, position + 1);
      const bob = await join('bob');
      assert.deepEqual(pluck(await heardBy(pair.b.stage, bob), 'position'), [1, 2]);
      await until(() => after.entries.length === 2, 'the effects');
      assert.deepEqual(after.taken, upTo(2));
    });
  }

  it('too much to look at is not waited for', async () => {
    await open('per-client', { limits: { replayLook: 1 } });
    await die();
    assert.deepEqual(after.taken, [`${TALK} 3`, `${TALK} 4`]);
    assert.equal(released('too many'), 1);
  });

  it('nothing waits on a node that is started again', async () => {
    await open('per-client');
    before.trouble = () => new Promise(() => undefined);
    const ann = await pair.a.stage.join('ann');
    await ann.accepted(ann.send(TALK, 'one'));
    await pair.b.stop();
    await pair.a.stop();
    before.trouble = () => undefined;
    pair.a.renew();
    await pair.a.start();
    await until(() => before.entries.length === 1, 'the effect');
    assert.equal(measured(pair.a.stage, '', 'im_replay_held_shards'), 0);
  });
});
