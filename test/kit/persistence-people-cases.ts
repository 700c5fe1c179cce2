/**
 * What the contract says of devices, cursors, marks, lists of conversations, friends, and when who
 * was last seen.
 */
import assert from 'node:assert/strict';
import type { CursorMove, FriendLine, Friendship, Marks, Progress } from 'im-kernel/contract';
import type { Bench, Cases } from './persistence-bench.ts';

const NOTHING: Progress = { cursors: [], marks: [], seen: [] };
const NOWHERE = { cursor: 0, start: 0 };

function moves(...cursors: CursorMove[]): Progress {
  return { ...NOTHING, cursors };
}
function move(conversation: string, cursor: number, device = 'phone'): CursorMove {
  return { conversation, user: 'bob', device, cursor };
}
async function mark(bench: Bench, conversation: string, user: string, marks: Marks): Promise<void> {
  await bench.store.saveProgress({ ...NOTHING, marks: [{ conversation, user, marks }] });
}
async function befriend(bench: Bench, other: string, friendship: Friendship): Promise<void> {
  const conversation = ['bob', other].sort().join('/');
  const position = ((await bench.store.loadConversation(`d/${conversation}`))?.position ?? 0) + 1;
  const change = { conversation: `d/${conversation}`, friendship };
  await bench.keep([bench.entry(`d/${conversation}`, position)], [change]);
}
async function names(bench: Bench, user: string, after = '', limit = 10): Promise<string[]> {
  const lines = await bench.store.conversationsOf(user, after, limit);
  return lines.map((line) => line.conversation);
}

const PROGRESS_CASES: Cases = {
  'keeps the larger cursor, whatever comes later': async (bench) => {
    await bench.keep(bench.run('g/tea', 1, 9));
    await bench.store.saveProgress(moves(move('g/tea', 3), move('g/tea', 7), move('g/tea', 5)));
    assert.equal((await bench.store.loadCursor('g/tea', 'bob', 'phone')).cursor, 7);
    await bench.store.saveProgress(moves(move('g/tea', 6)));
    assert.equal((await bench.store.loadCursor('g/tea', 'bob', 'phone')).cursor, 7);
    assert.deepEqual(await bench.store.loadCursor('g/tea', 'bob', 'tablet'), NOWHERE);
  },

  'never lets a cursor pass its conversation’s last': async (bench) => {
    await bench.keep(bench.run('g/tea', 1, 4));
    await bench.store.saveProgress(moves(move('g/tea', 99), move('g/none', 5)));
    assert.equal((await bench.store.loadCursor('g/tea', 'bob', 'phone')).cursor, 4);
    assert.deepEqual(await bench.store.loadCursor('g/none', 'bob', 'phone'), NOWHERE);
    await bench.keep(bench.run('g/tea', 5, 1));
    assert.equal((await bench.store.loadCursor('g/tea', 'bob', 'phone')).cursor, 4);
  },

  'keeps the larger of each mark, those of former members too': async (bench) => {
    const conversation = 'g/tea';
    const stay = { user: 'bob', from: 1, to: 5, role: 'member' as const };
    await bench.keep(bench.run(conversation, 1, 9), [{ conversation, members: [stay] }]);
    await mark(bench, conversation, 'bob', { received: 4, read: 2 });
    await mark(bench, conversation, 'bob', { received: 3, read: 3 });
    await mark(bench, conversation, 'ann', { received: 1, read: 0 });
    await mark(bench, conversation, 'cat', { received: 0, read: 0 });
    const record = await bench.store.loadConversation(conversation);
    const marks = [...record!.marks].sort(([a], [b]) => (a < b ? -1 : 1));
    assert.deepEqual(marks, [
      ['ann', { received: 1, read: 0 }],
      ['bob', { received: 4, read: 3 }],
    ]);
  },

  'remembers when a user was last seen, the later time': async (bench) => {
    const see = (bob: number, ann: number): Promise<void> => {
      const seen = [
        { user: 'bob', at: bob },
        { user: 'ann', at: ann },
      ];
      return bench.store.saveProgress({ ...NOTHING, seen });
    };
    await see(500, 100);
    await see(300, 200);
    assert.deepEqual(await bench.store.lastSeen(['ann', 'cat', 'bob', 'ann']), [200, 0, 500, 200]);
    assert.deepEqual(await bench.store.lastSeen([]), []);
  },

  'takes progress that says nothing': async (bench) => {
    await bench.store.saveProgress(NOTHING);
    assert.deepEqual(await bench.store.lastSeen(['ann']), [0]);
  },
};

const DEVICE_CASES: Cases = {
  'starts a new device at its user’s received marks, and only once': async (bench) => {
    const stays = [{ user: 'bob', from: 2, to: 4, role: 'member' as const }];
    await bench.gather('g/now', ['bob']);
    await bench.keep(bench.run('g/now', 2, 5));
    await bench.keep(bench.run('g/was', 1, 6), [{ conversation: 'g/was', members: stays }]);
    await bench.keep(bench.run('g/never', 1, 6));
    await mark(bench, 'g/now', 'bob', { received: 3, read: 1 });
    await mark(bench, 'g/was', 'bob', { received: 4, read: 4 });
    assert.equal(await bench.store.registerDevice('bob', 'phone'), true);
    const at = (name: string) => bench.store.loadCursor(name, 'bob', 'phone');
    assert.deepEqual(await at('g/now'), { cursor: 3, start: 3 });
    assert.deepEqual(await at('g/was'), { cursor: 4, start: 4 });
    assert.deepEqual(await at('g/never'), NOWHERE);
    await mark(bench, 'g/now', 'bob', { received: 5, read: 5 });
    assert.equal(await bench.store.registerDevice('bob', 'phone'), false);
    assert.deepEqual(await at('g/now'), { cursor: 3, start: 3 });
    assert.equal(await bench.store.registerDevice('bob', 'tablet'), true);
    assert.deepEqual(await bench.store.loadCursor('g/now', 'bob', 'tablet'), {
      cursor: 5,
      start: 5,
    });
  },

  'starts a device at 0 in conversations that begin later, and keeps its start': async (bench) => {
    assert.equal(await bench.store.registerDevice('bob', 'phone'), true);
    await bench.gather('g/later', ['bob']);
    await bench.keep(bench.run('g/later', 2, 3));
    await mark(bench, 'g/later', 'bob', { received: 2, read: 2 });
    assert.deepEqual(await bench.store.loadCursor('g/later', 'bob', 'phone'), NOWHERE);
    await bench.store.saveProgress(moves(move('g/later', 3)));
    assert.equal(await bench.store.registerDevice('bob', 'phone'), false);
    assert.deepEqual(await bench.store.loadCursor('g/later', 'bob', 'phone'), {
      cursor: 3,
      start: 0,
    });
  },

  'says once that a device is new, however many ask at the same time': async (bench) => {
    const asked = Array.from({ length: 20 }, () => bench.store.registerDevice('bob', 'phone'));
    const answers = await Promise.all(asked);
    assert.equal(answers.filter(Boolean).length, 1);
    assert.equal(await bench.store.registerDevice('ann', 'phone'), true);
  },

  'lists as backlog what lies above the device’s cursor in any stay': async (bench) => {
    for (const name of ['g/c', 'g/a', 'g/b', 'g/B']) await bench.gather(name, ['bob']);
    await bench.keep(bench.run('g/b', 2, 3));
    await bench.gather('g/others', ['cat']);
    const wait = (after = '', limit = 10) => bench.store.backlog('bob', 'phone', after, limit);
    assert.deepEqual(await wait(), ['g/B', 'g/a', 'g/b', 'g/c']);
    assert.deepEqual(await wait('g/a'), ['g/b', 'g/c']);
    assert.deepEqual(await wait('g/B', 2), ['g/a', 'g/b']);
    assert.deepEqual(await wait('', 0), []);
    await bench.store.saveProgress(moves(move('g/a', 1), move('g/b', 3), move('g/c', 1, 'watch')));
    assert.deepEqual(await wait(), ['g/B', 'g/b', 'g/c']);
    await bench.store.saveProgress(moves(move('g/b', 4)));
    assert.deepEqual(await wait(), ['g/B', 'g/c']);
  },

  'counts as backlog of a former stay only what it showed': async (bench) => {
    const members = [{ user: 'bob', from: 1, to: 3, role: 'member' as const }];
    await bench.keep(bench.run('g/was', 1, 8), [{ conversation: 'g/was', members }]);
    const wait = () => bench.store.backlog('bob', 'phone', '', 10);
    assert.deepEqual(await wait(), ['g/was']);
    await bench.store.saveProgress(moves(move('g/was', 3)));
    assert.deepEqual(await wait(), []);
    const back = [{ user: 'bob', from: 9, role: 'member' as const }];
    await bench.keep(bench.run('g/was', 9, 1), [{ conversation: 'g/was', members: back }]);
    assert.deepEqual(await wait(), ['g/was']);
  },
};

const LIST_CASES: Cases = {
  'lists a user’s conversations of now, in byte order, with last, from and marks': async (
    bench,
  ) => {
    const conversation = 'g/tea';
    const members = [
      { user: 'bob', from: 1, to: 2, role: 'member' as const },
      { user: 'bob', from: 4, role: 'member' as const },
      { user: 'cat', from: 1, to: 3, role: 'member' as const },
    ];
    await bench.keep(bench.run(conversation, 1, 6), [{ conversation, title: 'Tea', members }]);
    await bench.gather('g/Zoo', ['bob']);
    await mark(bench, conversation, 'bob', { received: 5, read: 4 });
    assert.deepEqual(await bench.store.conversationsOf('bob', '', 10), [
      { conversation: 'g/Zoo', last: 1, from: 1, title: undefined, received: 0, read: 0 },
      { conversation, last: 6, from: 4, title: 'Tea', received: 5, read: 4 },
    ]);
    assert.deepEqual(await names(bench, 'cat'), []);
  },

  'goes on after a name, and ends at the limit': async (bench) => {
    const all = ['d/ann/bob', 'g/.', 'g/A', 'g/Z', 'g/_', 'g/a', 'g/ab', 'g/b'];
    for (const name of all.toReversed()) await bench.gather(name, ['bob']);
    assert.deepEqual(await names(bench, 'bob'), all);
    assert.deepEqual(await names(bench, 'bob', 'g/Z', 3), ['g/_', 'g/a', 'g/ab']);
    assert.deepEqual(await names(bench, 'bob', 'g/aa'), ['g/ab', 'g/b']);
    assert.deepEqual(await names(bench, 'bob', '', 0), []);
  },

  'shows a friendship to both sides, each its own': async (bench) => {
    const of = (user: string): Promise<readonly FriendLine[]> =>
      bench.store.friendsOf(user, '', 10);
    await befriend(bench, 'ann', { state: 'requested', by: 'bob' });
    assert.deepEqual(await of('bob'), [{ user: 'ann', state: 'requested' }]);
    assert.deepEqual(await of('ann'), [{ user: 'bob', state: 'asked' }]);
    const record = await bench.store.loadConversation('d/ann/bob');
    assert.deepEqual(record?.friendship, { state: 'requested', by: 'bob' });
    await befriend(bench, 'ann', { state: 'requested', by: 'ann' });
    assert.deepEqual(await of('bob'), [{ user: 'ann', state: 'asked' }]);
    assert.deepEqual(await of('ann'), [{ user: 'bob', state: 'requested' }]);
    await befriend(bench, 'ann', { state: 'friends' });
    assert.deepEqual(await of('bob'), [{ user: 'ann', state: 'friend' }]);
    assert.deepEqual(await of('ann'), [{ user: 'bob', state: 'friend' }]);
    await bench.keep(bench.run('d/ann/bob', 4, 1));
    assert.equal((await bench.store.loadConversation('d/ann/bob'))?.friendship.state, 'friends');
    await befriend(bench, 'ann', { state: 'none' });
    assert.deepEqual([await of('bob'), await of('ann')], [[], []]);
    assert.deepEqual((await bench.store.loadConversation('d/ann/bob'))?.friendship, {
      state: 'none',
    });
  },

  'lists friends in byte order, after a name, up to the limit': async (bench) => {
    for (const other of ['zoe', 'cat', 'Zoe', 'ann']) {
      await befriend(bench, other, { state: 'friends' });
    }
    const of = async (after: string, limit: number) =>
      (await bench.store.friendsOf('bob', after, limit)).map((line) => line.user);
    assert.deepEqual(await of('', 10), ['Zoe', 'ann', 'cat', 'zoe']);
    assert.deepEqual(await of('Zoe', 2), ['ann', 'cat']);
    assert.deepEqual(await of('', 0), []);
    assert.deepEqual(await bench.store.friendsOf('nobody', '', 10), []);
  },
};

export const PEOPLE_CASES: Cases = { ...PROGRESS_CASES, ...DEVICE_CASES, ...LIST_CASES };
