import assert from 'node:assert/strict';
import { MembershipOracle } from './checks/membership.ts';
import { anEntry, CREATE } from './good-history.ts';

describe('the membership oracle', () => {
  it('lets a member see from the entry that brought it to the one that ended it, and each stay apart', () => {
    const oracle = new MembershipOracle('g/tea', [
      CREATE,
      anEntry(2, { kind: 'group.remove', users: ['bob'] }),
      anEntry(3),
      anEntry(4, { kind: 'group.join', user: 'bob' }),
      anEntry(5, { kind: 'group.add', users: ['cat'] }),
      anEntry(6, { kind: 'group.leave', user: 'bob' }),
      anEntry(7),
    ]);
    const seenBy = (user: string) =>
      [1, 2, 3, 4, 5, 6, 7].filter((position) => oracle.sees(user, position));
    assert.deepEqual(seenBy('ann'), [1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(seenBy('bob'), [1, 2, 4, 5, 6]);
    assert.deepEqual(seenBy('cat'), [5, 6, 7]);
    assert.deepEqual(seenBy('eve'), []);
    assert.deepEqual(oracle.users, ['ann', 'bob', 'cat']);
  });

  it('gives a direct conversation to its two users from the beginning', () => {
    const oracle = new MembershipOracle('d/ann/bob', []);
    assert.ok(oracle.sees('ann', 1) && oracle.sees('bob', 1) && !oracle.sees('eve', 1));
  });
});
