import assert from 'node:assert/strict';
import type { RawClient } from './raw-client.ts';
import { closeStages, openStage, type Stage } from './stage.ts';

const WINDOW = 32;
const QUARTER = WINDOW / 4;
const MOST = (WINDOW * 3) / 4;

/** How many deliveries of each conversation a client has taken. */
function counts(client: RawClient): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { conversation } of client.take('deliver')) {
    found[conversation] = (found[conversation] ?? 0) + 1;
  }
  return found;
}

async function fill(stage: Stage, from: string, count: number, device = 'd1'): Promise<RawClient> {
  const client = await stage.join(from, device);
  const name = `d/${[from, 'bob'].sort().join('/')}`;
  const last = Array.from({ length: count }, () => client.send(name, 'x')).at(-1);
  await client.accepted(last!);
  return client;
}

function small(more: object = {}): Promise<Stage> {
  return openStage({ limits: { window: WINDOW, ...more } });
}

describe('the protocol, the window of deliveries (§4)', () => {
  afterEach(closeStages);

  it('gives one conversation alone three quarters of it, live or from the log', async () => {
    const stage = await small();
    const bob = await stage.join('bob');
    await fill(stage, 'ann', 60);
    await stage.rest();
    assert.deepEqual(counts(bob), { 'd/ann/bob': MOST });
    const late = await stage.join('bob', 'd2');
    await stage.rest();
    assert.deepEqual(counts(late), { 'd/ann/bob': MOST });
  });

  it('gives no more than a quarter while another waits that has less', async () => {
    const stage = await small();
    for (const user of ['ann', 'cat', 'dan', 'eve', 'fay']) await fill(stage, user, 40);
    const bob = await stage.join('bob');
    await stage.rest();
    const found = counts(bob);
    assert.equal(Object.values(found).length, 4);
    for (const [name, count] of Object.entries(found)) assert.equal(count, QUARTER, name);
  });

  it('lets a conversation that comes later have its quarter', async () => {
    const stage = await small();
    const bob = await stage.join('bob');
    await fill(stage, 'ann', 60);
    await fill(stage, 'cat', 60);
    await stage.rest();
    assert.deepEqual(counts(bob), { 'd/ann/bob': MOST, 'd/bob/cat': QUARTER });
  });

  it('goes on with those that wait when another makes room and has nothing more', async () => {
    const stage = await small();
    const bob = await stage.join('bob');
    await fill(stage, 'ann', MOST);
    await fill(stage, 'cat', QUARTER);
    await fill(stage, 'dan', 5);
    await stage.rest();
    assert.deepEqual(counts(bob), { 'd/ann/bob': MOST, 'd/bob/cat': QUARTER });
    bob.received('d/ann/bob', MOST);
    await stage.rest();
    assert.deepEqual(counts(bob), { 'd/bob/dan': 5 });
  });

  it('never has more than the window on its way, and loses nobody’s turn', async () => {
    const stage = await small();
    const users = ['ann', 'cat', 'dan', 'eve', 'fay', 'gus'];
    for (const user of users) await fill(stage, user, 30);
    const bob = await stage.join('bob');
    const total: Record<string, number> = {};
    for (let taken = 0; taken < 180;) {
      const { conversation, position } = await bob.next('deliver');
      total[conversation] = (total[conversation] ?? 0) + 1;
      assert.equal(position, total[conversation], 'positions of a conversation ascend');
      taken += 1;
      bob.received(conversation, position);
    }
    assert.deepEqual(Object.values(total), [30, 30, 30, 30, 30, 30]);
  });

  it('holds places in few conversations and still gets through many', async () => {
    const stage = await small({ feedsPerConnection: 16 });
    const users = Array.from({ length: 24 }, (_, at) => `u${at + 10}`);
    const bob = await stage.join('bob');
    for (const user of users) await fill(stage, user, 1);
    await bob.heardOut();
    const seen = new Set<string>();
    while (seen.size < users.length) {
      const { conversation, position } = await bob.next('deliver');
      seen.add(conversation);
      bob.received(conversation, position);
    }
    assert.equal(seen.size, users.length);
  });
});

describe('the protocol, deliveries that are not acknowledged (§4)', () => {
  afterEach(closeStages);

  it('asks with PING and sends the oldest again, each time after twice the wait', async () => {
    const stage = await openStage();
    const bob = await stage.join('bob');
    await fill(stage, 'ann', 3);
    assert.equal((await bob.some('deliver', 3)).length, 3);
    const again: number[] = [];
    for (let second = 1; second <= 40; second += 1) {
      await stage.pass(1_000, 250);
      for (const { position, again: mark, previous } of bob.take('deliver')) {
        assert.deepEqual([position, mark, previous], [1, 1, undefined]);
        const at = bob.log.findLastIndex(({ type }) => type === 'deliver');
        assert.ok(
          bob.log.slice(0, at).some(({ type }) => type === 'ping'),
          'PING comes first',
        );
        again.push(second);
      }
    }
    assert.deepEqual(
      again.map((second) => [3, 7, 15, 31].find((limit) => second <= limit)),
      [3, 7, 15, 31],
    );
  });

  it('begins anew with each RECEIVED that moves a cursor, and not with others', async () => {
    const stage = await openStage();
    const bob = await stage.join('bob');
    await fill(stage, 'ann', 3);
    await bob.some('deliver', 3);
    await stage.pass(1_500, 250);
    bob.received('d/ann/bob', 1);
    await stage.pass(1_500, 250);
    assert.equal(bob.take('deliver').length, 0);
    bob.received('d/ann/bob', 1);
    await stage.pass(1_000, 250);
    assert.deepEqual(
      bob.take('deliver').map(({ position }) => position),
      [2],
    );
  });

  it('is still when everything is acknowledged', async () => {
    const stage = await openStage();
    const bob = await stage.join('bob');
    await fill(stage, 'ann', 3);
    await bob.some('deliver', 3);
    bob.received('d/ann/bob', 3);
    await stage.pass(90_000);
    assert.equal(bob.take('deliver').length, 0);
    assert.equal(bob.wire.closed, false);
  });

  it('closes without a PONG', async () => {
    const stage = await openStage();
    const bob = await stage.join('bob');
    bob.answersPings = false;
    await fill(stage, 'ann', 1);
    await bob.next('deliver');
    await stage.pass(5_900);
    assert.equal(bob.wire.closed, false);
    await stage.pass(600);
    assert.equal(bob.wire.closed, true);
  });

  it('closes after 60 s without progress, though PONGs come', async () => {
    const stage = await openStage();
    const bob = await stage.join('bob');
    await fill(stage, 'ann', 2);
    await bob.next('deliver');
    await stage.pass(40_000);
    bob.received('d/ann/bob', 1);
    await stage.pass(59_500);
    assert.equal(bob.wire.closed, false);
    await stage.pass(1_000);
    assert.equal(bob.wire.closed, true);
  });

  it('does not send to who does not read, and costs others nothing', async () => {
    const stage = await small();
    const bob = await stage.join('bob');
    bob.wire.stalled = true;
    const ann = await fill(stage, 'ann', 10);
    await stage.rest();
    const before = bob.take('deliver').length;
    await ann.accepted(ann.send('d/ann/bob', 'more'));
    await ann.accepted(ann.send('d/ann/cat', 'other'));
    assert.equal(bob.take('deliver').length, 0);
    bob.wire.drain();
    await stage.rest();
    assert.equal(before + bob.take('deliver').length, 11);
  });

  it('piles up no PINGs behind what is not read, and drops who reads nothing for 30 s', async () => {
    const stage = await small();
    const bob = await stage.join('bob');
    bob.wire.stalled = true;
    bob.say({ type: 'ping', id: 1 });
    await stage.pass(29_000);
    bob.wire.drain();
    await stage.rest();
    assert.ok(bob.take('ping').length <= 1);
    bob.wire.stalled = true;
    bob.say({ type: 'ping', id: 2 });
    await stage.pass(29_000);
    assert.equal(bob.wire.closed, false);
    await stage.pass(2_000);
    assert.equal(bob.wire.destroyed, true);
  });
});
