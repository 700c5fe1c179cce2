import assert from 'node:assert/strict';
import { listed } from '../../../core/admin/desk/rows.ts';

const ROWS = [
  { id: 'a', user: 'ann', queue: 5, slow: false },
  { id: 'b', user: 'bob', queue: 50, slow: true },
  { id: 'c', user: 'ann', queue: 7, slow: true },
  { id: 'd', user: undefined, queue: 7, slow: false },
];

function ids(input: { sort?: string; filter?: string; limit?: number; offset?: number }): string {
  const { rows } = listed(ROWS, { limit: 10, offset: 0, ...input });
  return rows.map(({ id }) => id).join('');
}

describe('a list of rows', () => {
  it('is sorted by a column, either way; what is absent comes last', () => {
    assert.equal(ids({ sort: 'queue' }), 'acdb');
    assert.equal(ids({ sort: '-queue' }), 'bcda');
    assert.equal(ids({ sort: 'user' }), 'acbd');
    assert.equal(ids({ sort: '-user' }).at(-1), 'd');
    assert.equal(ids({ sort: 'no-such-column' }), 'abcd');
  });

  it('is filtered by words, fields and numbers, all of them together', () => {
    assert.equal(ids({ filter: 'ANN' }), 'ac');
    assert.equal(ids({ filter: 'user:bob' }), 'b');
    assert.equal(ids({ filter: 'queue>6 queue<50' }), 'cd');
    assert.equal(ids({ filter: 'queue=5' }), 'a');
    assert.equal(ids({ filter: '!user=ann' }), 'bd');
    assert.equal(ids({ filter: 'user=an' }), '');
    assert.equal(ids({ filter: 'slow:true !ann' }), 'b');
    assert.equal(ids({ filter: '!' }), '');
    assert.equal(ids({ filter: 'queue>x' }), '');
    assert.equal(ids({ filter: '(((' }), '');
  });

  it('is cut, and says how many there are', () => {
    const { total, rows } = listed(ROWS, { limit: 2, offset: 1 });
    assert.deepEqual([total, rows.map(({ id }) => id)], [4, ['b', 'c']]);
  });
});
