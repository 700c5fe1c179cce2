import assert from 'node:assert/strict';
import { ImError, type Entry, type Replay as Moment, type ShardPage } from 'im-kernel/contract';
import { fakeClock, quietHost } from 'im-kernel/kit';
import { Awaited } from '../../../core/path/awaited.ts';
import { Replay } from '../../../core/path/replay.ts';
import { concernedBy } from '../../../core/path/unfinished.ts';

/** A shard's log of the users who wrote it, in one conversation; pages of at most `page`. */
function store(authors: readonly string[], members: readonly string[] = [], page = 64) {
  const entries = authors.map((user, at) => ({ user, conversation: 'g/tea', position: at + 1 }));
  const stays = members.map((user) => ({ user, from: 1, role: 'member' as const }));
  return {
    readShard: (_shard: number, after: number, limit: number): Promise<ShardPage> => {
      const found = entries.slice(after, after + Math.min(limit, page)) as Entry[];
      return Promise.resolve({ entries: found, upTo: after + found.length });
    },
    loadConversation: () => Promise.resolve({ members: stays } as never),
  };
}

describe('what consumers had not taken', () => {
  const asked = { shard: 0, whom: 'authors', most: 100 } as const;

  it('is what lies behind each of them, page after page', async () => {
    const log = store(['ann', 'bob', 'cat', 'dan', 'eve'], [], 2);
    const of = async (...places: { after: number; skip: number }[]): Promise<string[]> => {
      return [...((await concernedBy(log, { ...asked, places })) ?? ['too much'])];
    };
    assert.deepEqual(await of({ after: 0, skip: 3 }), ['dan', 'eve']);
    assert.deepEqual(await of({ after: 3, skip: 0 }, { after: 4, skip: 0 }), ['dan', 'eve']);
    assert.deepEqual(await of({ after: 4, skip: 0 }, { after: 2, skip: 2 }), ['eve']);
    assert.deepEqual(await of({ after: 5, skip: 0 }), []);
  });

  it('concerns who is a member now, and who wrote it', async () => {
    const log = store(['ann'], ['bob', 'cat']);
    const left = { user: 'dan', from: 1, to: 1, role: 'member' as const };
    const record = (await log.loadConversation()) as { members: object[] };
    record.members.push(left);
    const places = [{ after: 0, skip: 0 }];
    const users = await concernedBy(log, { ...asked, whom: 'members', places });
    assert.deepEqual([...(users ?? [])], ['ann', 'bob', 'cat']);
  });

  it('is not looked at beyond the bound, be it entries or users', async () => {
    const places = [{ after: 0, skip: 0 }];
    const ask = { shard: 0, places, most: 2 };
    const three = store(['ann', 'ann', 'ann']);
    assert.equal(await concernedBy(three, { ...ask, whom: 'authors' }), undefined);
    const crowd = store(['ann'], ['bob', 'cat']);
    assert.equal(await concernedBy(crowd, { ...ask, whom: 'members' }), undefined);
    assert.equal((await concernedBy(crowd, { ...ask, whom: 'authors' }))?.size, 1);
  });
});

describe('users who are awaited', () => {
  it('free a shard when all are back, or when one is', () => {
    const [all, any] = [new Awaited('all'), new Awaited('any')];
    for (const awaited of [all, any]) {
      awaited.add(1, new Set(['ann', 'bob']));
      awaited.add(2, new Set(['bob']));
      assert.equal(awaited.size, 3);
    }
    assert.deepEqual([all.back('eve'), any.back('eve')], [[], []]);
    assert.deepEqual([all.back('ann'), any.back('ann')], [[], [1]]);
    assert.deepEqual([all.back('ann'), any.back('ann')], [[], []]);
    assert.deepEqual([all.back('bob'), any.back('bob')], [[1, 2], [2]]);
    assert.deepEqual([all.size, any.size], [0, 0]);
  });

  it('are forgotten with their shard', () => {
    const awaited = new Awaited('all');
    awaited.add(1, new Set(['ann', 'bob']));
    awaited.back('ann');
    awaited.drop(1);
    assert.deepEqual([awaited.size, awaited.back('bob')], [0, []]);
  });
});

async function rest(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

function make(replay: Moment, log: object, more: { most?: number; here?: string } = {}) {
  const host = quietHost();
  const clock = fakeClock();
  const released: number[] = [];
  const replayer = new Replay({
    rule: { leased: true, priority: 1, suspectAfterMs: 1, replay, replayWithinMs: 5_000 },
    persistence: log as never,
    clock,
    log: host.log,
    metrics: host.metrics,
    most: more.most ?? 100,
    isHere: (user) => user === more.here,
  });
  const hold = (...shards: number[]): void =>
    replayer.hold({
      shards,
      placesOf: () => [{ after: 0, skip: 0 }],
      release: (shard) => void released.push(shard),
    });
  const counted = (reason: string): number => host.counted('im_replay_released_total', reason);
  return { replayer, clock, released, hold, counted };
}

describe('replay', () => {
  it('holds nothing when it is eager', () => {
    const { replayer, hold } = make('eager', store(['ann']));
    hold(1, 2);
    assert.equal(replayer.isHeld(1), false);
  });

  it('does not wait for who is here already', async () => {
    const { hold, released, replayer } = make('on-reconnect', store(['ann', 'bob']), {
      here: 'ann',
    });
    hold(1);
    await rest();
    assert.deepEqual(released, []);
    replayer.welcomed('bob');
    assert.deepEqual(released, [1]);
  });

  it('lets go what it cannot look at, and what would wait for too many', async () => {
    const away = { readShard: () => Promise.reject(new ImError('IM_STORE_AWAY', { why: 'x' })) };
    const failing = make('per-client', away);
    failing.hold(1);
    await rest();
    assert.deepEqual([failing.released, failing.counted('unread')], [[1], 1]);
    const crowded = make('on-reconnect', store(['ann', 'bob']), { most: 3 });
    crowded.hold(1, 2);
    await rest();
    assert.deepEqual([crowded.released, crowded.counted('too many')], [[2], 1]);
  });

  it('lets each shard go once, whatever comes together', async () => {
    const { hold, released, replayer, clock, counted } = make('on-reconnect', store(['ann']));
    hold(1, 2);
    // Before it has looked at anything.
    clock.advance(5_000);
    replayer.welcomed('ann');
    await rest();
    clock.advance(5_000);
    assert.deepEqual([released, counted('limit')], [[1, 2], 2]);
  });

  it('lets nothing go once the node stops', async () => {
    const { hold, released, replayer, clock } = make('on-reconnect', store(['ann']));
    hold(1);
    replayer.stop();
    await rest();
    clock.advance(10_000);
    replayer.welcomed('ann');
    assert.deepEqual(released, []);
    assert.equal(replayer.isHeld(1), false);
  });
});
