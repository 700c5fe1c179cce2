import assert from 'node:assert/strict';
import { listed, made, type Fields } from '../../../core/admin/desk/rows.ts';

const ROWS = [
  { id: 'a', user: 'ann', queue: 5, slow: false },
  { id: 'b', user: 'bob', queue: 50, slow: true },
  { id: 'c', user: 'ann', queue: 7, slow: true },
  { id: 'd', user: undefined, queue: 7, slow: false },
];

type Row = (typeof ROWS)[number];
const FIELDS: Fields<Row, Row> = {
  texts: { id: ({ id }) => id, user: ({ user }) => user, slow: ({ slow }) => slow },
  numbers: { queue: ({ queue }) => queue },
};

/** Out of rows that are there, and out of rows that are made as far as they are shown. */
function ids(asked: { sort?: string; filter?: string; limit?: number; offset?: number }): string {
  const input = { limit: 10, offset: 0, ...asked };
  const list = listed(ROWS, input);
  assert.deepEqual(made(ROWS, FIELDS, input), list);
  return list.rows.map(({ id }) => id).join('');
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
    assert.equal(ids({ filter: '5' }), 'ab');
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

  it('is made of no more than what is shown and what is asked for', () => {
    const read: string[] = [];
    const noting = <F extends keyof Row>(field: F): ((row: Row) => Row[F]) => {
      return (row) => {
        read.push(field);
        return row[field];
      };
    };
    const fields: Fields<Row, Row> = {
      texts: { id: noting('id'), user: noting('user'), slow: noting('slow') },
      numbers: { queue: noting('queue') },
    };
    const { rows } = made(ROWS, fields, { sort: 'queue', limit: 1, offset: 0 });
    assert.deepEqual(rows, [ROWS[0]]);
    const times = (field: string): number => read.filter((one) => one === field).length;
    assert.deepEqual(['queue', 'id', 'user', 'slow'].map(times), [ROWS.length + 1, 1, 1, 1]);
  });
});
