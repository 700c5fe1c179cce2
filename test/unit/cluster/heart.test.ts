import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { never } from 'im-kernel/kit';
import { encodeBeat } from '../../../core/cluster/heart/beat-frame.ts';
import { BEAT_MS, peer, PORTS, SUSPECT_MS, World } from './heart-world.ts';

describe('beats over links', () => {
  let world: World;
  beforeEach(() => (world = new World()));
  afterEach(async () => {
    for (const { heart } of world.bodies) await heart.stop();
    assert.equal(world.fake.pending, 0, 'a timer outlives its heart');
    await nextTurn();
    assert.equal(world.network.open, 0, 'a stream outlives its heart');
  });

  it('go both ways, and while they come nobody is suspect and there is nothing to tell', async () => {
    const [a, b] = await world.pair();
    await world.pass(60_000);
    assert.deepEqual([a.told, b.told], [[], []]);
  });

  it('make a silent node suspect after the policy’s time, and not before', async () => {
    const [a] = await world.pair();
    world.network.deaf = true;
    await world.pass(SUSPECT_MS - BEAT_MS / 2);
    assert.deepEqual(a.suspects, []);
    await world.pass(BEAT_MS + 100);
    assert.deepEqual(a.suspects, ['im-b']);
    world.network.deaf = false;
    await world.pass(BEAT_MS);
    assert.deepEqual(a.suspects, []);
  });

  it('make a node suspect at once when its link breaks, which is worth several looks', async () => {
    const [a, b] = await world.pair();
    await b.heart.stop();
    await world.pass(10);
    assert.deepEqual(a.suspects, ['im-b']);
    assert.ok(a.looks >= 1);
    const soon = a.looks;
    await world.pass(1_000);
    assert.equal(a.looks, soon + 4);
    await world.pass(60_000);
    assert.equal(a.looks, soon + 4);
  });

  it('clear a node whose links were cut as soon as it is heard again', async () => {
    const [a, b] = await world.pair();
    world.network.cut();
    await world.pass(10);
    assert.deepEqual([a.suspects, b.suspects], [['im-b'], ['im-a']]);
    await world.pass(3 * BEAT_MS);
    assert.deepEqual([a.suspects, b.suspects], [[], []]);
  });

  it('tell of a loop that stands still, and make the node suspect for it', async () => {
    const [a, b] = await world.pair();
    world.still.add(b);
    await world.pass(SUSPECT_MS - BEAT_MS / 2);
    assert.deepEqual(a.suspects, []);
    await world.pass(BEAT_MS);
    assert.deepEqual(a.suspects, ['im-b']);
    assert.equal(a.told.at(-1)?.links, 2);
    world.still.delete(b);
    await world.pass(BEAT_MS);
    assert.deepEqual(a.suspects, []);
  });

  it('tell at once that a node leaves', async () => {
    const [a, b] = await world.pair();
    b.heart.turn('leaving');
    await world.pass(10);
    assert.equal(a.looks, 1);
    b.heart.turn('leaving');
    await world.pass(BEAT_MS);
    assert.equal(a.looks, 1);
  });

  it('tell that a node has begun another life', async () => {
    const [a, b] = await world.pair();
    await b.heart.stop();
    await world.pass(2_000);
    const looks = a.looks;
    world.bodies.splice(1, 1);
    const again = {
      ...peer('im-b'),
      life: 'im-b-2',
      state: 'standby',
      count: 1,
      ageMs: 0,
    } as const;
    await world.intruder('im-a', encodeBeat(again));
    assert.ok(a.looks > looks);
  });

  it('accuse nobody after a sleep of one’s own', async () => {
    const [a, b] = await world.pair();
    a.ahead = 60_000;
    await world.pass(BEAT_MS);
    assert.deepEqual([a.suspects, b.suspects], [[], []]);
  });

  it('go only where cards say, and forget who has none', async () => {
    const [a] = await world.pair();
    a.heart.know([]);
    await world.pass(BEAT_MS);
    assert.equal(a.told.at(-1)?.links, 1);
    world.network.deaf = true;
    await world.pass(2 * SUSPECT_MS);
    assert.deepEqual(a.suspects, []);
  });

  it('suspect whom no link reaches, and say so when it lasts', async () => {
    const a = await world.start('im-a', peer('im-b'));
    await world.pass(SUSPECT_MS + BEAT_MS);
    assert.deepEqual(a.suspects, ['im-b']);
    assert.equal(a.trouble, undefined);
    await world.pass(5 * BEAT_MS);
    assert.match(a.trouble ?? '', /^IM_LINK_AWAY who listens: it was cut/);
    await world.start('im-b', peer('im-a'));
    await world.pass(3 * BEAT_MS);
    assert.deepEqual([a.suspects, a.trouble], [[], undefined]);
  });

  it('are refused where the secrets differ: counted and told at both ends', async () => {
    const b = world.make('im-b');
    b.secret = 'another';
    await b.heart.start(never());
    const a = await world.start('im-a', peer('im-b'));
    await world.pass(SUSPECT_MS + BEAT_MS);
    assert.match(a.trouble ?? '', /^IM_LINK_REFUSED who listens: the secrets differ/);
    assert.match(b.trouble ?? '', /^IM_LINK_REFUSED /);
    assert.ok(a.refused > 1 && b.refused > 1);
    assert.deepEqual(a.suspects, ['im-b']);
  });

  it('are not taken for another’s where a card names one’s own address', async () => {
    const a = await world.start('im-a', peer('im-b', PORTS['im-a']));
    await world.pass(SUSPECT_MS + BEAT_MS);
    assert.match(a.trouble ?? '', /the card of im-b names it, and this node itself listens there/);
    assert.deepEqual(a.suspects, ['im-b']);
    assert.equal(a.refused, 1);
  });

  it('are not taken for another’s where a card names somebody else’s address', async () => {
    await world.start('im-c');
    const a = await world.start('im-a', peer('im-b', PORTS['im-c']));
    await world.pass(SUSPECT_MS + BEAT_MS);
    assert.match(a.trouble ?? '', /the card of im-b names it, and im-c listens there/);
    assert.deepEqual(a.suspects, ['im-b']);
    a.heart.know([]);
    await world.pass(BEAT_MS);
    assert.deepEqual([a.suspects, a.trouble], [[], undefined]);
  });

  it('name a card whose link is no address', async () => {
    const nowhere = { ...peer('im-b'), link: 'tcp://h' };
    const a = await world.start('im-a', nowhere);
    await world.pass(BEAT_MS);
    assert.match(a.trouble ?? '', /^IM_LINK_REFUSED tcp:\/\/h: it is no address/);
  });

  const frames = {
    nothing: new Uint8Array(),
    'another version': Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 65, 65),
    'a state that is none': Uint8Array.of(1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, 65, 65),
    'no name': Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 65),
    'a name that cannot be shown': Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 65, 27, 91),
    'a life that is longer than all': Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 99, 65, 65),
    'far too much': new Uint8Array(500),
  };
  it('have room for the right ones, however many wrong ones came', async () => {
    await world.pair();
    for (let at = 0; at < 130; at += 1) await world.intruder('im-a', frames.nothing);
    const c = await world.start('im-c', peer('im-a'));
    await world.pass(BEAT_MS);
    assert.deepEqual([c.told.at(-1)?.links, c.refused], [1, 0]);
  });

  for (const [what, bytes] of Object.entries(frames)) {
    it(`refuse who sends ${what}`, async () => {
      const [a] = await world.pair();
      await world.intruder('im-a', bytes);
      assert.ok(a.refused >= 1);
      assert.match(a.trouble ?? '', /^IM_LINK_REFUSED /);
      await world.pass(60_000 + BEAT_MS);
      assert.deepEqual([a.suspects, a.trouble, a.told.at(-1)?.links], [[], undefined, 2]);
    });
  }
});
