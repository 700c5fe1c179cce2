import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { GroupModel, type GroupAct } from './group-model.ts';
import type { RawClient } from './raw-client.ts';
import { closeStages, openStage, pluck, type Stage } from './stage.ts';

const TEA = 'g/tea';
const USERS = ['ann', 'bob', 'cat', 'dan', 'eve'];
const ACTIONS = [
  'send',
  'group.add',
  'group.add',
  'group.remove',
  'group.join',
  'group.leave',
  'group.rename',
  'group.promote',
  'group.promote',
  'group.demote',
  'group.create',
];

const someAct: fc.Arbitrary<GroupAct> = fc.record({
  by: fc.constantFrom(...USERS),
  action: fc.constantFrom(...ACTIONS),
  users: fc.oneof(
    { weight: 6, arbitrary: fc.array(fc.constantFrom(...USERS), { minLength: 1, maxLength: 1 }) },
    { weight: 2, arbitrary: fc.uniqueArray(fc.constantFrom(...USERS), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...USERS), { maxLength: 3 }) },
  ),
  title: fc.option(fc.constantFrom('Tea', 'Chai', ''), { nil: undefined }),
  open: fc.boolean(),
});

function play(client: RawClient, group: string, act: GroupAct): Promise<string> {
  const { action, users, title, open } = act;
  if (action === 'send') return client.fate(client.send(group, 'hi'));
  const more = {
    ...(users.length > 0 ? { user: users } : {}),
    ...(title === undefined ? {} : { title }),
    ...(open ? { open: 1 } : {}),
  };
  return client.fate(client.act(group, action, more));
}

async function everybody(stage: Stage): Promise<ReadonlyMap<string, RawClient>> {
  const clients = new Map<string, RawClient>();
  for (const user of USERS) clients.set(user, await stage.join(user));
  return clients;
}

describe('the protocol, groups (§3)', () => {
  afterEach(closeStages);

  it('have the rights that the page gives them, whatever is tried in whatever order', async () => {
    const stage = await openStage({ limits: { window: 4_096 } });
    const clients = await everybody(stage);
    const fates = new Set<string>();
    let group = 0;
    const first = someAct.map((act) => ({ ...act, action: 'group.create' }));
    const acts = fc.tuple(first, fc.array(someAct, { minLength: 10, maxLength: 40 }));
    const property = fc.asyncProperty(acts, async ([create, rest]) => {
      group += 1;
      const model = new GroupModel();
      for (const act of [create, ...rest]) {
        const client = clients.get(act.by) as RawClient;
        const expected = model.apply(act);
        assert.equal(await play(client, `g/t${group}`, act), expected, JSON.stringify(act));
        fates.add(`${act.action} ${expected}`);
      }
      const asker = [...model.members.keys()][0];
      if (asker === undefined) return;
      const client = clients.get(asker) as RawClient;
      const { item } = await client.ask('members', { conversation: `g/t${group}` });
      const roles = [...model.members].map(([user, { role, since }]) => [user, role, since]);
      const found = item.map(({ user, role, joined }) => [user, role, joined]);
      assert.deepEqual(
        found,
        roles.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
      );
    });
    await fc.assert(property, { numRuns: 60 });
    for (const fate of ['group.remove forbidden', 'group.leave accepted', 'send not-member']) {
      assert.ok(fates.has(fate), `${fate} was never tried`);
    }
  });

  it('refuse acts of the wrong kind, unknown ones, and names that do not fit, as invalid', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const wrong = [
      [TEA, 'friend.request', {}],
      ['d/ann/bob', 'group.create', {}],
      [TEA, 'group.explode', {}],
      [TEA, '', {}],
      [TEA, 'group.create', { user: ['a/b'] }],
      [TEA, 'group.create', { user: ['bob', 'bob'] }],
      ['d/ann/ann', 'friend.request', {}],
    ] as const;
    for (const [name, action, more] of wrong) {
      assert.equal(await ann.fate(ann.act(name, action, more)), 'invalid', `${name} ${action}`);
    }
  });

  it('keep a taken name taken, a closed one closed, an emptied one too', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await ann.accepted(ann.act(TEA, 'group.create', { open: 1 }));
    assert.equal(await bob.fate(bob.act(TEA, 'group.create')), 'already');
    await ann.accepted(ann.act(TEA, 'group.leave'));
    for (const client of [ann, bob]) {
      assert.equal(await client.fate(client.act(TEA, 'group.join')), 'not-found');
      assert.equal(await client.fate(client.act(TEA, 'group.create')), 'already');
    }
  });

  it('have no more members than they may, by any way', async () => {
    const stage = await openStage({ limits: { groupMembers: 3, actUsers: 4, titleMax: 8 } });
    const ann = await stage.join('ann');
    const dan = await stage.join('dan');
    const create = (user: readonly string[]) => ann.fate(ann.act(TEA, 'group.create', { user }));
    assert.equal(await create(['b', 'c', 'd', 'e', 'f']), 'too-large');
    assert.equal(await create(['b', 'c', 'd']), 'group-full');
    assert.equal(
      await ann.fate(ann.act(TEA, 'group.create', { title: 'x'.repeat(9) })),
      'too-large',
    );
    await ann.accepted(ann.act(TEA, 'group.create', { user: ['ann', 'b', 'c'], open: 1 }));
    assert.equal(await ann.fate(ann.act(TEA, 'group.add', { user: ['d'] })), 'group-full');
    assert.equal(await dan.fate(dan.act(TEA, 'group.join')), 'group-full');
  });

  it('judge each command on what those before it in the same batch did', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const commands = [
      ann.act(TEA, 'group.create', { user: ['bob'] }),
      ann.act(TEA, 'group.promote', { user: ['bob'] }),
      ann.act(TEA, 'group.remove', { user: ['bob'] }),
      ann.act(TEA, 'group.remove', { user: ['bob'] }),
      ann.act(TEA, 'group.add', { user: ['bob'] }),
      ann.act(TEA, 'group.leave'),
      ann.send(TEA, 'too late'),
    ];
    const fates = [];
    for (const command of commands) fates.push(await ann.fate(command));
    const yes = 'accepted';
    assert.deepEqual(fates, [yes, yes, yes, 'not-found', yes, yes, 'not-member']);
    const bob = await stage.join('bob');
    assert.deepEqual(pluck(await bob.some('deliver', 5), 'position'), [1, 2, 3, 4, 5]);
    const { item } = await bob.ask('members', { conversation: TEA });
    assert.deepEqual(
      item.map(({ user, role, joined }) => [user, role, joined]),
      [['bob', 'owner', 4]],
    );
  });
});
