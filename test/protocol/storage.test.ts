import assert from 'node:assert/strict';
import { ImError, type Persistence } from 'im-kernel/contract';
import { takeShards } from 'im-kernel/kit';
import { shardOf } from '../../core/cluster/shards.ts';
import type { Refused } from '../../core/wire/frames.ts';
import { all, withFault, type Trouble } from './fault.ts';
import { closeStages, pluck } from './stage.ts';

const TALK = 'd/ann/bob';

describe('keeping, when the store is in trouble', () => {
  afterEach(closeStages);

  it('accepts at once what was kept though the answer got lost', async () => {
    const [stage, fault] = await withFault();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    fault.trouble = async (batch, real) => {
      await real(batch);
      return all(batch, 'unknown');
    };
    const sent = ann.send(TALK, 'hi');
    const accepted = await ann.accepted(sent);
    assert.deepEqual([accepted.position, accepted.duplicate], [1, undefined]);
    assert.equal((await bob.next('deliver')).position, 1);
    assert.equal((await ann.accepted(ann.send(TALK, 'next'))).position, 2);
    assert.equal(fault.appends, 2);
  });

  it('writes again what was not kept though that was unknown, each once', async () => {
    const [stage, fault] = await withFault();
    const ann = await stage.join('ann');
    fault.trouble = (batch) => Promise.resolve(all(batch, 'unknown'));
    const sent = [ann.send(TALK, 'one'), ann.send(TALK, 'two')];
    assert.deepEqual(
      pluck([await ann.accepted(sent[0]!), await ann.accepted(sent[1]!)], 'position'),
      [1, 2],
    );
    const { item } = await ann.ask('history', { conversation: TALK });
    assert.deepEqual(pluck(item, 'id'), pluck(sent, 'id'));
  });

  it('asks until the store is back before it says anything of an unknown outcome', async () => {
    for (const kept of [true, false]) {
      const [stage, fault] = await withFault();
      const ann = await stage.join('ann');
      fault.trouble = async (batch, real) => {
        if (kept) await real(batch);
        fault.away = true;
        return all(batch, 'unknown');
      };
      const sent = ann.send(TALK, 'hi');
      await stage.pass(3_000);
      assert.deepEqual([ann.take('accepted'), ann.take('refused')], [[], []]);
      fault.away = false;
      await stage.pass(1_000);
      assert.equal((await ann.accepted(sent)).position, 1);
      assert.deepEqual(stage.failed, []);
      // Once for all the askings, so that an outage does not fill the disk with lines.
      const said = stage.lines.filter(({ message }) => /^the store (is asked|tells)/.test(message));
      assert.deepEqual(pluck(said, 'message'), [
        'the store is asked again about a batch',
        'the store tells again what became of batches',
      ]);
    }
  });

  it('refuses for now what waits behind an unknown outcome, but in its conversations', async () => {
    const [stage, fault] = await withFault();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    fault.trouble = async (batch, real) => {
      await real(batch);
      fault.away = true;
      return all(batch, 'unknown');
    };
    const held = ann.send(TALK, 'one');
    await stage.pass(10);
    const behind = [ann.send('d/ann/cat', 'two'), bob.send('d/bob/cat', 'three')];
    const same = ann.send(TALK, 'four');
    await stage.pass(1_000);
    assert.equal(await ann.fate(behind[0]!), 'busy');
    assert.equal(await bob.fate(behind[1]!), 'busy');
    assert.deepEqual([ann.take('accepted'), ann.take('refused')], [[], []]);
    const late = bob.send('d/bob/cat', 'five');
    await stage.pass(1_000);
    assert.equal(await bob.fate(late), 'busy');
    fault.away = false;
    await stage.pass(1_000);
    assert.equal((await ann.accepted(held)).position, 1);
    assert.equal((await ann.accepted(same)).position, 2);
    for (const [who, command] of [[ann, behind[0]!] as const, [bob, behind[1]!] as const]) {
      who.say(command);
      assert.equal((await who.accepted(command)).position, 1);
    }
    assert.deepEqual(stage.failed, []);
  });

  it('lives through a store that goes away between a stale answer and its reload', async () => {
    const [stage, fault] = await withFault();
    const ann = await stage.join('ann');
    await ann.accepted(ann.send(TALK, 'first'));
    fault.trouble = (batch) => {
      fault.away = true;
      return Promise.resolve(all(batch, 'stale'));
    };
    const sent = ann.send(TALK, 'second');
    await stage.pass(1_000);
    fault.away = false;
    await stage.pass(1_000);
    assert.equal((await ann.accepted(sent)).position, 2);
    assert.deepEqual(stage.failed, []);
  });

  it('plans again on what the store has when its own state is stale', async () => {
    const [stage, fault] = await withFault();
    const ann = await stage.join('ann');
    const id = '0199a0b1-c2d3-7e4f-8a9b-0000000fffff';
    fault.trouble = async (batch, real) => {
      const [part] = batch;
      const [entry] = part!.entries;
      const other = { ...entry!, id, user: 'bob', device: 'd9', number: 77 };
      await real([{ ...part!, entries: [other] }]);
      return all(batch, 'stale');
    };
    assert.equal((await ann.accepted(ann.send(TALK, 'hi'))).position, 2);
    const { item } = await ann.ask('history', { conversation: TALK });
    assert.deepEqual(pluck(item, 'from'), ['bob', 'ann']);
  });

  it('answers a stale state that does not mend with not-ready, and goes on later', async () => {
    const [stage, fault] = await withFault();
    const ann = await stage.join('ann');
    const stubborn: Trouble = (batch) => {
      fault.trouble = stubborn;
      return Promise.resolve(all(batch, 'stale'));
    };
    fault.trouble = stubborn;
    const sent = ann.send(TALK, 'hi');
    assert.equal(await ann.fate(sent), 'not-ready');
    fault.trouble = undefined;
    ann.say(sent);
    assert.equal((await ann.accepted(sent)).position, 1);
  });

  it('refuses as not-ready what belongs to a shard that it lost', async () => {
    const [stage, fault] = await withFault();
    const ann = await stage.join('ann');
    const store = fault.store as Persistence;
    await takeShards(store, 'im-2', [shardOf(TALK, store.shards)]);
    const sent = ann.send(TALK, 'hi');
    assert.equal(await ann.fate(sent), 'not-ready');
    ann.say(sent);
    assert.equal(await ann.fate(sent), 'not-ready');
    assert.equal(fault.appends, 1, 'nothing is written without an epoch');
  });

  it('takes a shard again that its own late take had fenced off', async () => {
    const [stage, fault] = await withFault();
    const ann = await stage.join('ann');
    fault.trouble = (batch) => {
      fault.away = true;
      return Promise.resolve(all(batch, 'unknown'));
    };
    const first = ann.send(TALK, 'one');
    await stage.pass(1_000);
    fault.away = false;
    await stage.pass(1_000);
    await ann.accepted(first);
    fault.trouble = (batch) => Promise.resolve(all(batch, 'fenced'));
    assert.equal((await ann.accepted(ann.send(TALK, 'two'))).position, 2);
  });

  for (const [code, answer] of [
    ['IM_STORE_FULL', 'storage-full'],
    ['IM_STORE_AWAY', 'busy'],
  ] as const) {
    it(`refuses for now as ${answer} when the store says ${code}, and keeps the order`, async () => {
      const [stage, fault] = await withFault();
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      fault.trouble = () => Promise.reject(new ImError(code, { why: 'on purpose' }));
      const sent = [1, 2, 3].map(() => ann.send(TALK, 'x'));
      for (const command of sent) {
        const refused = (await ann.answer(command)) as Refused;
        assert.deepEqual([refused.code, refused.retryAfterMs], [answer, 500]);
      }
      ann.say(sent[1]!);
      assert.equal(await ann.fate(sent[1]!), answer);
      ann.say(...sent);
      for (const [at, command] of sent.entries()) {
        assert.equal((await ann.accepted(command)).position, at + 1);
      }
      assert.deepEqual(pluck(await bob.some('deliver', 3), 'id'), pluck(sent, 'id'));
    });
  }

  it('refuses for now what it cannot judge while the store is away', async () => {
    const [stage, fault] = await withFault();
    const ann = await stage.join('ann');
    fault.away = true;
    const sent = ann.send(TALK, 'hi');
    assert.equal(await ann.fate(sent), 'busy');
    fault.away = false;
    ann.say(sent);
    assert.equal((await ann.accepted(sent)).position, 1);
    assert.deepEqual(stage.failed, []);
  });

  it('takes back what a batch had placed when the batch is not kept', async () => {
    const [stage, fault] = await withFault();
    const ann = await stage.join('ann');
    fault.trouble = () => Promise.reject(new ImError('IM_STORE_FULL', { why: 'on purpose' }));
    const create = ann.act('g/tea', 'group.create', { user: ['bob'] });
    const inside = ann.send('g/tea', 'hi');
    const wrong = ann.act('g/tea', 'group.add', { user: ['bob'] });
    for (const command of [create, inside, wrong]) {
      assert.equal(await ann.fate(command), 'storage-full');
    }
    assert.equal((await ann.ask('members', { conversation: 'g/tea' })).code, 'not-found');
    ann.say(create, inside, wrong);
    assert.equal(await ann.fate(create), 'accepted');
    assert.equal(await ann.fate(inside), 'accepted');
    assert.equal(await ann.fate(wrong), 'already');
  });

  it('lets a number wait again for an earlier one whose coming again was not kept', async () => {
    const [stage, fault] = await withFault();
    const ann = await stage.join('ann');
    fault.trouble = () => Promise.reject(new ImError('IM_STORE_FULL', { why: 'on purpose' }));
    const [one, two] = [ann.send(TALK, 'one'), ann.send(TALK, 'two')];
    for (const command of [one, two]) assert.equal(await ann.fate(command), 'storage-full');
    fault.trouble = (batch) => Promise.resolve(all(batch, 'unknown'));
    ann.say(two, one);
    assert.equal(await ann.fate(two), 'storage-full');
    assert.equal((await ann.accepted(one)).position, 1);
    ann.say(two);
    assert.equal((await ann.accepted(two)).position, 2);
  });

  it('lets nothing wait for ever behind an old answer that a failing batch swallowed', async () => {
    const [stage, fault] = await withFault();
    const ann = await stage.join('ann');
    const wrong = ann.act(TALK, 'friend.accept');
    assert.equal(await ann.fate(wrong), 'not-found');
    await ann.accepted(ann.send(TALK, 'x', { number: 5 }));
    const stale = ann.send(TALK, 'old', { number: 3, id: wrong.id });
    assert.equal(await ann.fate(stale), 'stale');
    fault.trouble = () => Promise.reject(new ImError('IM_STORE_FULL', { why: 'on purpose' }));
    ann.say(wrong, stale);
    const sent = ann.send(TALK, 'y', { number: 6 });
    for (const command of [wrong, stale, sent]) {
      assert.equal(await ann.fate(command), 'storage-full');
    }
    ann.say(wrong, stale, sent);
    assert.equal(await ann.fate(wrong), 'not-found');
    assert.equal(await ann.fate(stale), 'stale');
    assert.equal(await ann.fate(sent), 'accepted');
  });

  it('reports broken and answers nothing when the store cannot be trusted', async () => {
    const broken = [new ImError('IM_STORE_BROKEN', { why: 'sync' }), new TypeError('a bug')];
    for (const error of broken) {
      const [stage, fault] = await withFault();
      const ann = await stage.join('ann');
      fault.trouble = () => Promise.reject(error);
      ann.send(TALK, 'hi');
      ann.send(TALK, 'and more');
      await stage.rest();
      await stage.pass(5_000);
      assert.deepEqual(stage.failed, [`path: ${error.message}`]);
      assert.deepEqual([ann.take('accepted'), ann.take('refused')], [[], []]);
    }
  });
});
