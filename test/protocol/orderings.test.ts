import assert from 'node:assert/strict';
import type { Persistence } from 'im-kernel/contract';
import { inBetween } from './in-between.ts';
import { Moody } from './moody.ts';
import type { RawClient } from './raw-client.ts';
import { closeStages, JSON_MESSAGES, openStage, pluck, TLV, type Stage } from './stage.ts';

const TALK = 'd/ann/bob';
const BINDINGS = {
  'TLV stream': TLV,
  'TLV messages': { encoding: 'tlv', framing: 'messages' },
  'JSON messages': JSON_MESSAGES,
} as const;

const direct = { strategy: 'of-two', holdMs: 0, maxHoldMs: 900, kind: 'd' };
const group = { strategy: 'of-many', holdMs: 0, maxHoldMs: 900, kind: 'g' };

class World {
  readonly ofTwo = new Moody('of-two');
  readonly ofMany = new Moody('of-many');

  open(): Promise<Stage> {
    const { ofTwo, ofMany } = this;
    return openStage({ orderings: { direct: ofTwo.plugin, group: ofMany.plugin } });
  }
}

async function makeTea(ann: RawClient): Promise<void> {
  await ann.accepted(ann.act('g/tea', 'group.create', { user: ['bob'] }));
}

describe('the protocol, an ordering for each kind of conversation', () => {
  let world: World;
  beforeEach(() => (world = new World()));
  afterEach(closeStages);

  for (const [name, binding] of Object.entries(BINDINGS)) {
    it(`tells both rules in WELCOME and ORDERING: ${name}`, async () => {
      const stage = await world.open();
      const ann = stage.connect(binding);
      ann.hello('ann');
      assert.deepEqual((await ann.next('welcome')).ordering, [direct, group]);
      world.ofMany.holdMs = 70;
      world.ofMany.announce();
      const news = [direct, { ...group, holdMs: 70 }];
      assert.deepEqual((await ann.next('ordering')).ordering, news);
      const bob = stage.connect(binding);
      bob.hello('bob');
      assert.deepEqual((await bob.next('welcome')).ordering, news);
    });

    it(`asks the ordering of its kind for each command's place: ${name}`, async () => {
      const stage = await world.open();
      const ann = await stage.join('ann', 'd1', binding);
      await makeTea(ann);
      world.ofTwo.gives = [41];
      world.ofMany.gives = [7, 8];
      const sent = [ann.send('g/tea', 'a'), ann.send(TALK, 'b'), ann.send('g/tea', 'c')];
      const answers = await Promise.all(sent.map((one) => ann.accepted(one)));
      assert.deepEqual(pluck(answers, 'order'), [7, 41, 8]);
      assert.deepEqual(world.ofTwo.asked, [[TALK]]);
      assert.deepEqual(world.ofMany.asked, [['g/tea'], ['g/tea', 'g/tea']]);
    });
  }

  it('asks an ordering for all conversations once, and tells one rule without a kind', async () => {
    const one = new Moody();
    const stage = await openStage({ ordering: one.plugin });
    const ann = await stage.join('ann');
    await makeTea(ann);
    const sent = [ann.send('g/tea', 'a'), ann.send(TALK, 'b')];
    await Promise.all(sent.map((command) => ann.accepted(command)));
    assert.deepEqual(one.asked, [['g/tea'], ['g/tea', TALK]]);
  });

  it('shows an ordering one standing of a conversation until it is read from the store', async () => {
    const one = new Moody();
    let stale = false;
    const between = (store: Persistence): Persistence =>
      inBetween(store, {
        append: (batch) => {
          const answer = stale ? Promise.resolve(batch.map(() => 'stale' as const)) : undefined;
          stale = false;
          return answer ?? store.append(batch);
        },
      });
    const stage = await openStage({ ordering: one.plugin, between });
    const ann = await stage.join('ann');
    const first = await ann.accepted(ann.send(TALK, 'a'));
    await ann.accepted(ann.send(TALK, 'b'));
    stale = true;
    await ann.accepted(ann.send(TALK, 'c'));
    await ann.accepted(ann.send(TALK, 'd'));
    const [begun, known, held, anew, last] = one.standings;
    assert.ok(begun === known && known === held && anew === last && held !== anew);
    assert.equal(one.standings.length, 5);
    assert.ok((anew?.acceptedAt ?? 0) >= first.acceptedAt && first.acceptedAt > 0);
  });

  it('refuses one kind for now while its ordering does not answer, and takes the other', async () => {
    const stage = await world.open();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await makeTea(ann);
    world.ofMany.fails = true;
    const [tea, talk] = [ann.send('g/tea', 'later'), ann.send(TALK, 'now')];
    assert.equal(await ann.fate(tea), 'busy');
    assert.equal((await ann.accepted(talk)).position, 1);
    await stage.rest();
    const texts = pluck(await bob.some('deliver', 2), 'conversation');
    assert.deepEqual(texts, ['g/tea', TALK]);
    world.ofMany.fails = false;
    ann.say(tea);
    assert.equal((await ann.accepted(tea)).position, 2);
    assert.deepEqual(stage.failed, []);
  });

  it('says once that an ordering gives no places, and once that it does again', async () => {
    const stage = await world.open();
    const ann = await stage.join('ann');
    world.ofTwo.fails = true;
    const sent = ann.send(TALK, 'hi');
    for (let time = 0; time < 3; time += 1) {
      if (time > 0) ann.say(sent);
      assert.equal(await ann.fate(sent), 'busy');
    }
    world.ofTwo.fails = false;
    ann.say(sent);
    await ann.accepted(sent);
    const said = stage.lines.filter(({ message }) => message.startsWith('the ordering gave no'));
    assert.deepEqual(pluck(said, 'fields'), [{ strategy: 'of-two', why: 'not now' }]);
    assert.ok(stage.lines.some(({ message }) => message === 'the ordering gives places again'));
    const counted = stage.node.metrics
      .snapshot()
      .find((one) => one.name === 'im_placings_failed_total');
    assert.ok(counted?.kind === 'counter' && counted.value === 3);
  });

  it('has a part of its own for each, in health and at the stop', async () => {
    const stage = await world.open();
    const names = pluck(stage.node.states(), 'name');
    const orderings = names.filter((name) => name.startsWith('ordering'));
    assert.deepEqual(orderings, ['ordering.direct', 'ordering.group']);
  });
});
