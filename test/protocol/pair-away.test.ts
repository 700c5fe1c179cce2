/** Clients of an owner that lost the store, and for how long nobody serves them. */
import assert from 'node:assert/strict';
import type { AnyPlugin } from 'im-kernel/contract';
import none from '../../plugins/failover/none/index.ts';
import type { Moved } from '../../core/wire/frames.ts';
import { LEASE_MS, Pair, type Member, type PairOptions } from './pair-stage.ts';

const TALK = 'd/ann/bob';
/** The holder's own, on its own clock. */
const SILENT_MS = LEASE_MS * 0.8;
/** The last look of an owner whose lease is over, and a step of the stage. */
const LOOK_MS = 300;

/** What is told whoever comes to a node. */
async function comeTo({ stage }: Member): Promise<Moved> {
  const late = stage.connect();
  late.hello('eve', 'd1');
  return late.next('moved');
}

describe('clients of an owner that is cut off from the store', () => {
  let pair: Pair;

  async function open(options: PairOptions = {}): Promise<void> {
    pair = new Pair(options);
    await pair.start();
    await pair.pass(11_000);
  }
  afterEach(() => pair.stop());

  for (const how of ['cut', 'away'] as const) {
    it(`are sent to who will follow as soon as its lease is over, however it is ${how}`, async () => {
      await open();
      const ann = await pair.a.stage.join('ann');
      pair.a.access[how] = true;
      ann.send(TALK, 'into the cut');
      await pair.pass(SILENT_MS - 1_100);
      assert.deepEqual(ann.take('moved'), [], 'its lease runs');
      await pair.pass(1_000 + LOOK_MS);
      const [moved] = ann.take('moved');
      assert.deepEqual(moved?.address, ['tcp://im-b:7400']);
      assert.ok((moved.retryAfterMs ?? 0) > 0 && (moved.spreadMs ?? 0) > 0, 'not at once');
      assert.deepEqual(ann.take('accepted'), []);
      assert.equal(ann.wire.lingerMs !== undefined, true);
      assert.deepEqual((await comeTo(pair.a)).address, ['tcp://im-b:7400']);
    });
  }

  it('are served again as soon as its lease is over in the store', async () => {
    await open();
    pair.a.access.cut = true;
    await pair.pass(SILENT_MS + LOOK_MS);
    const early = await comeTo(pair.b);
    assert.equal(pair.b.serves, false);
    assert.deepEqual(early.address, ['tcp://im-b:7400'], 'back to who will know, not to im-a');
    assert.ok((early.retryAfterMs ?? 0) > 0);
    await pair.pass(LEASE_MS - SILENT_MS);
    assert.equal(pair.b.serves, true);
    await pair.b.stage.join('ann');
  });

  it('come back to it where it finds the store before anybody followed', async () => {
    await open();
    const ann = await pair.a.stage.join('ann');
    pair.b.access.cut = true;
    pair.a.access.cut = true;
    const { id } = ann.send(TALK, 'held');
    await pair.pass(LEASE_MS + 1_000);
    assert.deepEqual([ann.take('accepted'), ann.take('moved').length], [[], 1]);
    pair.a.access.heal();
    await pair.pass(1_500);
    const again = pair.a.stage.connect();
    again.hello('ann', 'd1', { pending: [TALK] });
    assert.deepEqual((await again.next('welcome')).known, [{ conversation: TALK, number: 1, id }]);
    assert.equal((await again.accepted(again.send(TALK, 'more', { number: 2 }))).position, 2);
    assert.deepEqual([pair.a.serves, pair.a.lives], [true, 1]);
    pair.b.access.heal();
  });

  it('take the next of their own list where it is not clear who follows', async () => {
    await open();
    const ann = await pair.a.stage.join('ann');
    pair.b.access.registryHangs = true;
    await pair.pass(LEASE_MS + 2_000);
    pair.a.access.cut = true;
    await pair.pass(SILENT_MS + LOOK_MS);
    const [moved] = ann.take('moved');
    assert.deepEqual(
      [moved?.address, moved?.reason],
      [undefined, 'the store is out of reach here'],
    );
  });

  it('stay where no other node was lately, and get their answers with the store', async () => {
    await open();
    const ann = await pair.a.stage.join('ann');
    await pair.b.stop();
    await pair.pass(3 * LEASE_MS);
    pair.a.access.cut = true;
    const sent = ann.send(TALK, 'held');
    await pair.pass(LEASE_MS + 1_000);
    assert.deepEqual([ann.take('accepted'), ann.take('moved')], [[], []]);
    pair.a.access.heal();
    await pair.pass(1_500);
    assert.equal((await ann.accepted(sent)).position, 1);
  });

  it('are sent on without leases, too, once another took the shards', async () => {
    await open({ policy: none as unknown as AnyPlugin });
    const ann = await pair.a.stage.join('ann');
    pair.a.access.away = true;
    await pair.pass(LEASE_MS + 1_000);
    assert.deepEqual(ann.take('moved'), [], 'its policy goes without leases');
    await pair.b.stop();
    pair.b.renew();
    await pair.b.start();
    assert.equal(pair.b.serves, true);
    pair.a.access.away = false;
    await pair.pass(2_500);
    assert.deepEqual((await ann.next('moved')).address, ['tcp://im-b:7400']);
    assert.deepEqual((await comeTo(pair.a)).address, ['tcp://im-b:7400']);
    assert.deepEqual([pair.a.lives, pair.b.serves], [1, true], 'it does not take them back');
  });
});
