import assert from 'node:assert/strict';
import { ImError } from 'im-kernel/contract';
import { inBetween } from './in-between.ts';
import { Moody } from './moody.ts';
import { closeStages, openStage } from './stage.ts';

describe('the protocol, where plugins take part', () => {
  afterEach(closeStages);

  it('tells the ordering in WELCOME, and everybody when it changes', async () => {
    const moody = new Moody();
    const stage = await openStage({ ordering: moody.plugin });
    const ann = stage.connect();
    ann.hello('ann');
    const rule = { strategy: 'moody', holdMs: 0, maxHoldMs: 900 };
    assert.deepEqual((await ann.next('welcome')).ordering, [rule]);
    const shy = stage.connect();
    moody.holdMs = 300;
    moody.announce();
    assert.deepEqual((await ann.next('ordering')).ordering, [{ ...rule, holdMs: 300 }]);
    await stage.rest();
    assert.deepEqual(shy.log, []);
  });

  it('tells in ACCEPTED, DELIVER and a repeat the order that was given', async () => {
    const stage = await openStage({ ordering: new Moody().plugin });
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    const sent = ann.send('d/ann/bob', 'hi');
    ann.say(sent);
    assert.equal((await ann.accepted(sent)).order, 10);
    assert.deepEqual((await ann.accepted(sent)).order, 10);
    assert.equal((await bob.next('deliver')).order, 10);
  });

  it('refuses for now while the ordering does not answer, and goes on after it', async () => {
    const moody = new Moody();
    const stage = await openStage({ ordering: moody.plugin });
    const ann = await stage.join('ann');
    moody.fails = true;
    const sent = ann.send('d/ann/bob', 'hi');
    assert.equal(await ann.fate(sent), 'busy');
    moody.fails = false;
    ann.say(sent);
    assert.equal((await ann.accepted(sent)).position, 1);
    assert.deepEqual(stage.failed, []);
  });

  it('lets no order into the log that could never be told', async () => {
    const moody = new Moody();
    const stage = await openStage({ ordering: moody.plugin });
    const ann = await stage.join('ann');
    moody.gives = [];
    const sent = ann.send('d/ann/bob', 'hi');
    assert.equal(await ann.fate(sent), 'busy');
    for (const gives of [[0], [2 ** 48], [1.5], [Number.NaN], [1, 2]]) {
      moody.gives = gives;
      ann.say(sent);
      assert.equal(await ann.fate(sent), 'busy', String(gives));
    }
    moody.gives = undefined;
    ann.say(sent);
    assert.equal((await ann.accepted(sent)).order, 10);
    assert.deepEqual(stage.failed, []);
  });

  it('welcomes a device only when what an older session handed in is settled', async () => {
    const moody = new Moody();
    let go: (() => void) | undefined;
    const stage = await openStage({ ordering: moody.plugin });
    moody.slow = new Promise((resolve) => (go = resolve));
    const older = await stage.join('ann');
    const sent = older.send('d/ann/bob', 'on its way');
    await stage.rest();
    const newer = stage.connect();
    newer.hello('ann', 'd1', { pending: ['d/ann/bob'] });
    assert.equal(await older.lastWord(), 'session-replaced');
    await stage.rest();
    assert.deepEqual(newer.log, []);
    go?.();
    const { known } = await newer.next('welcome');
    assert.deepEqual(known, [{ conversation: 'd/ann/bob', number: 1, id: sent.id }]);
  });

  it('says not-ready to a greeting that comes while the store is away', async () => {
    let away = true;
    const stage = await openStage({
      between: (store) =>
        inBetween(store, {
          registerDevice: (user, device) =>
            away
              ? Promise.reject(new ImError('IM_STORE_AWAY', { why: 'on purpose' }))
              : store.registerDevice(user, device),
        }),
    });
    const ann = stage.connect();
    ann.hello('ann');
    assert.equal(await ann.lastWord(), 'not-ready');
    assert.equal((await ann.next('error')).retryAfterMs, 500);
    away = false;
    await stage.join('ann');
  });

  it('says not-ready to a question that the store cannot answer', async () => {
    const stage = await openStage({
      between: (store) =>
        inBetween(store, {
          conversationsOf: () =>
            Promise.reject(new ImError('IM_STORE_AWAY', { why: 'on purpose' })),
        }),
    });
    const ann = await stage.join('ann');
    assert.equal((await ann.ask('conversations')).code, 'not-ready');
  });
});
