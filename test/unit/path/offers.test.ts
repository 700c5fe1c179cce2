import assert from 'node:assert/strict';
import type { Conversation } from '../../../core/chat/conversation.ts';
import type { Attendants } from '../../../core/path/attendants.ts';
import { Offers } from '../../../core/path/offers.ts';
import { fakeClock } from '../../kit/fake-clock.ts';

/** As much of a conversation as offers look at. */
function group(name: string, users: readonly string[]): Conversation {
  const members = new Map(users.map((user) => [user, {}]));
  return { name, members } as unknown as Conversation;
}

function crowd(size: number): string[] {
  return Array.from({ length: size }, (_, at) => `u${at}`);
}

/** Offers of which a test runs one turn after the other. */
function stage(perTurn: number, isHere = (_user: string): boolean => true) {
  const told: string[] = [];
  const looks = { count: 0 };
  let planned: (() => void)[] = [];
  const attendants = {
    offer: (user: string, { name }: Conversation): number => {
      looks.count += 1;
      if (!isHere(user)) return 0;
      told.push(`${name} ${user}`);
      return 1;
    },
  } as unknown as Attendants;
  const clock = { ...fakeClock(), soon: (run: () => void) => void planned.push(run) };
  const offers = new Offers({ attendants, clock, bound: { perTurn } });
  return {
    offers,
    told,
    looks,
    /** Runs the next turn; false: none is planned. */
    turn: (): boolean => {
      const [next, ...more] = planned;
      assert.equal(more.length, 0, 'one turn is planned at a time');
      planned = [];
      next?.();
      return next !== undefined;
    },
  };
}

describe('offers', () => {
  it('tell a small conversation at once, and plan nothing', () => {
    const { offers, told, turn } = stage(8);
    offers.add(group('d/ann/bob', ['ann', 'bob']), []);
    offers.run();
    assert.deepEqual(told, ['d/ann/bob ann', 'd/ann/bob bob']);
    assert.equal(turn(), false);
    assert.equal(offers.size, 0);
  });

  it('tell everybody of a large one, once each, and no more in a turn than they may', () => {
    const { offers, told, turn } = stage(500);
    offers.add(group('g/all', crowd(10_000)), []);
    offers.run();
    let [before, turns] = [told.length, 1];
    assert.ok(before > 0 && before <= 500);
    while (turn()) {
      turns += 1;
      assert.ok(told.length - before <= 500, `${told.length - before} in one turn`);
      before = told.length;
    }
    assert.deepEqual(
      told,
      crowd(10_000).map((user) => `g/all ${user}`),
    );
    assert.ok(turns >= 20 && turns <= 25, `${turns} turns`);
  });

  it('look for many more who are not here, but not for all in one turn', () => {
    const { offers, looks, turn } = stage(500, () => false);
    offers.add(group('g/all', crowd(10_000)), []);
    offers.run();
    assert.equal(looks.count, 8_000);
    turn();
    assert.equal(looks.count, 10_000);
  });

  it('let a small conversation pass a large one that was first', () => {
    const { offers, told, turn } = stage(64);
    offers.add(group('g/all', crowd(10_000)), []);
    offers.run();
    offers.add(group('d/ann/bob', ['ann', 'bob']), []);
    offers.run();
    assert.ok(!told.includes('d/ann/bob bob'), 'nothing more in a turn that is over');
    turn();
    assert.ok(told.includes('d/ann/bob bob'));
  });

  it('begin once more, and once only, where something new comes in between', () => {
    const { offers, told, turn } = stage(16);
    const all = group('g/all', crowd(100));
    offers.add(all, []);
    offers.run();
    for (let more = 0; more < 5; more += 1) offers.add(all, [`gone${more}`, 'u1']);
    offers.run();
    while (turn());
    const times = (user: string): number => told.filter((one) => one === `g/all ${user}`).length;
    assert.equal(times('u0'), 2);
    assert.equal(times('u99'), 2);
    assert.equal(times('u1'), 2, 'who came back is told as a member');
    for (let more = 0; more < 5; more += 1) assert.ok(times(`gone${more}`) >= 1);
    assert.equal(offers.size, 0);
  });
});
