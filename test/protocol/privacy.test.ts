import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Delivery } from '../../core/wire/frames.ts';
import { GroupModel, type GroupAct } from './group-model.ts';
import type { RawClient } from './raw-client.ts';
import { closeStages, openStage, pluck, type Stage } from './stage.ts';

const USERS = ['ann', 'bob', 'cat', 'dan'];

interface Move {
  readonly by: string;
  readonly do: 'send' | 'add' | 'remove' | 'join' | 'leave' | 'return' | 'history' | 'ack';
  readonly whom: string;
  readonly at: number;
}

const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.record({
    by: fc.constantFrom(...USERS),
    do: fc.constantFrom(
      'send',
      'send',
      'send',
      'add',
      'remove',
      'join',
      'leave',
      'return',
      'history',
      'ack',
    ),
    whom: fc.constantFrom(...USERS),
    at: fc.nat({ max: 40 }),
  }),
  { minLength: 20, maxLength: 60 },
);

/** Plays one group and knows, by the model, who was a member at which position. */
class Play {
  readonly stage: Stage;
  readonly group: string;
  readonly model = new GroupModel();
  readonly clients = new Map<string, RawClient>();
  /** Who sees the entry, by position - 1. */
  readonly seers: ReadonlySet<string>[] = [];
  #number = 0;

  constructor(stage: Stage, group: string) {
    this.stage = stage;
    this.group = group;
  }

  async act(by: string, action: string, whom: readonly string[]): Promise<void> {
    const act: GroupAct = { by, action, users: whom, title: undefined, open: true };
    const before = [...this.model.members.keys()];
    const expected = this.model.apply(act);
    const client = this.clients.get(by) as RawClient;
    this.#number += 1;
    const number = this.#number;
    const command =
      action === 'send'
        ? client.send(this.group, `secret ${this.seers.length + 1}`, { number })
        : client.act(this.group, action, {
            number,
            open: 1,
            ...(whom.length > 0 ? { user: whom } : {}),
          });
    assert.equal(await client.fate(command), expected);
    if (expected === 'accepted') {
      // Who comes sees the entry that brought them, who goes the one that ended it.
      this.seers.push(new Set([...before, ...this.model.members.keys()]));
    }
  }

  async move({ by, do: what, whom, at }: Move): Promise<void> {
    const client = this.clients.get(by) as RawClient;
    if (what === 'send') return this.act(by, 'send', []);
    if (what === 'add' || what === 'remove') return this.act(by, `group.${what}`, [whom]);
    if (what === 'join' || what === 'leave') return this.act(by, `group.${what}`, []);
    if (what === 'ack') return client.received(this.group, at);
    if (what === 'history') {
      const more = at % 2 === 0 ? { after: at } : { before: at };
      const { item } = await client.ask('history', { conversation: this.group, limit: 9, ...more });
      return this.check(by, item);
    }
    this.checkHeard(by);
    client.wire.vanish();
    this.clients.set(by, await this.stage.join(by));
  }

  check(user: string, entries: readonly Delivery[]): void {
    for (const { position, conversation } of entries) {
      if (conversation !== this.group) continue;
      const sees = this.seers[position - 1]?.has(user);
      assert.ok(sees, `${user} must not see ${position}`);
    }
  }

  checkHeard(user: string): void {
    const heard = this.clients.get(user)?.log ?? [];
    this.check(
      user,
      heard.filter((frame) => frame.type === 'deliver'),
    );
  }

  /** In the end everybody can look up exactly what was for them. */
  async checkHistory(user: string): Promise<void> {
    const client = this.clients.get(user) as RawClient;
    const all = await client.ask('history', { conversation: this.group, limit: 500 });
    const visible = this.seers.flatMap((seers, at) => (seers.has(user) ? [at + 1] : []));
    if (visible.length === 0) assert.equal(all.code, 'not-found');
    assert.deepEqual(pluck(all.item, 'position'), visible);
    assert.equal(all.firstAvailable, visible[0]);
  }
}

describe('what is said in a group', () => {
  afterEach(closeStages);

  it('reaches members of that time and nobody else, by any path', async () => {
    const stage = await openStage({ limits: { tailEntries: 2 } });
    let count = 0;
    const property = fc.asyncProperty(moves, async (all) => {
      count += 1;
      const play = new Play(stage, `g/p${count}`);
      for (const user of USERS) play.clients.set(user, await stage.join(user));
      await play.act('ann', 'group.create', ['bob']);
      for (const move of all) await play.move(move);
      await stage.rest();
      for (const user of USERS) {
        play.checkHeard(user);
        await play.checkHistory(user);
      }
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('leaves no trace with who was never a member: no receipt, signal, list or presence', async () => {
    const stage = await openStage();
    const clients = [];
    for (const user of USERS) clients.push(await stage.join(user));
    const [ann, bob, , dan] = clients as [RawClient, RawClient, RawClient, RawClient];
    const before = dan.log.length;
    await ann.accepted(ann.act('g/x', 'group.create', { user: ['bob', 'cat'], open: 1 }));
    await ann.accepted(ann.send('g/x', 'secret'));
    await ann.accepted(ann.send('d/ann/bob', 'secret'));
    await ann.accepted(ann.act('d/ann/bob', 'friend.request'));
    await bob.accepted(bob.act('d/ann/bob', 'friend.accept'));
    bob.read('g/x', 2);
    bob.say({ type: 'signal', conversation: 'g/x', kind: 'typing' });
    await bob.heardOut();
    await stage.keepProgress();
    await dan.heardOut();
    assert.deepEqual(pluck(dan.log.slice(before), 'type'), ['pong']);
    assert.deepEqual((await dan.ask('conversations')).item, []);
    assert.deepEqual((await dan.ask('friends')).item, []);
    assert.deepEqual(pluck((await dan.ask('presence', { user: USERS })).item, 'user'), ['dan']);
  });
});
