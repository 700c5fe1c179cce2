import assert from 'node:assert/strict';
import { jsonLine } from '../../../cli/json-line.ts';
import { table } from '../../../cli/table.ts';

const HOSTILE = '\u009b2J \u202egnp \u001b]52;c;AA==\u0007 \u2028 \ufeff é 漢 \u007f\n';
// oxlint-disable-next-line no-control-regex -- these are what a terminal would obey
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u2028\u202e\ufeff]/;

describe('a line of JSON', () => {
  it('holds nothing that a terminal obeys, and reads as the same', () => {
    const value = { [HOSTILE]: [HOSTILE, 1, undefined, { text: '\\u009b' }] };
    const text = jsonLine(value);
    assert.doesNotMatch(text, OBEYED);
    assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    assert.match(text, /é 漢/);
  });
});

describe('a table', () => {
  it('holds nothing that a terminal obeys, whoever told it, and a row is a line', () => {
    const [head, row, ...more] = table(
      ['node', 'addresses'],
      [['im-a', `tcp://a${HOSTILE}\ntcp://b`]],
      { bold: (text) => text },
    ).split('\n');
    assert.deepEqual([head, more], ['node  addresses', []]);
    assert.match(row ?? '', /^im-a {2}tcp:\/\/a.* tcp:\/\/b$/);
    assert.doesNotMatch(row ?? '', OBEYED);
  });
});
