import assert from 'node:assert/strict';
import { ImError } from 'im-kernel/contract';
import { standingOf } from '../../core/admin/desk/look-overview.ts';
import { readiness } from '../../core/admin/ready.ts';
import { measured } from './effects-stage.ts';
import { LEASE_MS, Pair, type Member } from './pair-stage.ts';

const TALK = 'd/ann/bob';

/** Whether it serves, the epoch, and how many nodes there are. */
function seen({ stage }: Member): readonly number[] {
  const names = ['im_cluster_serving', 'im_cluster_epoch', 'im_cluster_nodes'];
  return names.map((name) => measured(stage, '', name));
}

describe('two nodes on one store', () => {
  let pair: Pair;
  beforeEach(async () => {
    pair = new Pair();
    await pair.start();
  });
  afterEach(() => pair.stop());

  it('serve at one of them; the other sends clients there', async () => {
    assert.deepEqual([pair.a.serves, pair.b.serves], [true, false]);
    const ann = await pair.a.stage.join('ann');
    assert.equal((await ann.accepted(ann.send(TALK, 'here'))).position, 1);
    const lost = pair.b.stage.connect();
    lost.hello('bob', 'd1');
    await pair.pass(1_100);
    const moved = await lost.next('moved');
    assert.deepEqual(moved.address, ['tcp://im-a:7400']);
  });

  it('let the other take over when the lease of one that is cut off is over', async () => {
    const ann = await pair.a.stage.join('ann');
    await ann.accepted(ann.send(TALK, 'before'));
    await pair.pass(11_000);
    pair.a.access.cut = true;
    ann.send(TALK, 'into the cut');
    await pair.pass(LEASE_MS + 2_500);
    assert.equal(pair.b.serves, true);
    const again = await pair.b.stage.join('ann');
    assert.equal((await again.accepted(again.send(TALK, 'after', { number: 7 }))).position, 2);
    pair.a.access.heal();
    await pair.pass(2_500);
    assert.equal(pair.a.lives, 2);
    assert.deepEqual([pair.a.serves, pair.b.serves], [false, true]);
    assert.deepEqual(ann.take('accepted'), [], 'the old owner answered');
    assert.deepEqual((await ann.next('moved')).address, ['tcp://im-b:7400']);
    assert.equal((await again.accepted(again.send(TALK, 'more', { number: 8 }))).position, 3);
  });

  it('say which of them serves, and why the other does not', async () => {
    const serving = (): unknown =>
      [pair.a, pair.b].map(({ stage: { node } }) => readiness(node.states(), node.standing).why);
    const idle = 'it stands by: another node serves';
    assert.deepEqual(serving(), ['every part runs', idle]);
    await pair.pass(1_100);
    assert.deepEqual(
      [seen(pair.a), seen(pair.b)],
      [
        [1, 1, 2],
        [0, 1, 2],
      ],
    );
    await pair.pass(10_000);
    pair.a.access.cut = true;
    await pair.pass(LEASE_MS + 2_500);
    const over = 'its lease is over: another node may serve';
    assert.deepEqual(serving(), [over, 'every part runs']);
    const standings = [pair.a, pair.b].map(({ stage: { node } }) => {
      return standingOf(node.inside.membership, node.states());
    });
    assert.deepEqual(standings, ['silent', 'active']);
    assert.deepEqual(seen(pair.b), [1, 2, 1]);
  });

  it('let the other take over though its registry hangs', async () => {
    await pair.pass(11_000);
    pair.b.access.registryHangs = true;
    await pair.pass(2 * LEASE_MS);
    pair.a.access.cut = true;
    await pair.pass(LEASE_MS + 4_500);
    assert.equal(pair.b.serves, true);
  });

  it('say nothing more of what they owed once another has followed', async () => {
    const ann = await pair.a.stage.join('ann');
    await pair.pass(11_000);
    pair.a.access.away = true;
    await pair.pass(LEASE_MS + 2_500);
    assert.equal(pair.b.serves, true);
    ann.say({ type: 'ping', id: 1, sentAt: 1 });
    await pair.pass(100);
    pair.a.access.away = false;
    await pair.pass(2_500);
    assert.equal(pair.a.lives, 2);
    assert.deepEqual(ann.take('pong'), []);
  });

  it('hand over when the owner is stopped, without a lease to be waited for', async () => {
    const ann = await pair.a.stage.join('ann');
    await ann.accepted(ann.send(TALK, 'before'));
    await pair.a.stop();
    await pair.pass(100);
    assert.equal(pair.b.serves, true);
    assert.deepEqual((await ann.next('moved')).address, ['tcp://im-b:7400']);
    const again = await pair.b.stage.join('ann');
    assert.equal((await again.accepted(again.send(TALK, 'after', { number: 7 }))).position, 2);
  });

  it('send on who comes while the owner hands over, and after', async () => {
    const { node } = pair.a.stage;
    const come = async (): Promise<readonly string[] | undefined> => {
      const late = pair.a.stage.connect();
      late.hello('ann', 'd1');
      return (await late.next('moved')).address;
    };
    await pair.pass(1_100);
    pair.a.access.takesFail = new ImError('IM_STORE_AWAY', { why: 'on purpose' });
    void node.stop();
    await pair.pass(1_200);
    assert.deepEqual(await come(), ['tcp://im-b:7400']);
    pair.a.access.takesFail = undefined;
    await pair.pass(200);
    assert.equal(pair.b.serves, true);
    assert.deepEqual(await come(), ['tcp://im-b:7400']);
  });
});
