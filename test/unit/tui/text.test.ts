import assert from 'node:assert/strict';
import stringWidth from 'string-width';
import { cells, clean, fit, widthOf } from '../../../tui/draw/text.ts';
import { age, bytes, count, ms, short } from '../../../tui/draw/format.ts';
import { HOSTILE } from '../../tui/fake-sessions.ts';

describe('text of strangers', () => {
  it('has nothing in it that a terminal would obey', () => {
    for (const name of HOSTILE) {
      assert.doesNotMatch(clean(name), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
    assert.equal(clean('\u001b[2J\u001b[Hgone'), 'gone');
    assert.equal(clean('a\nb\r\tc'), 'a b c');
    assert.equal(clean('evil\u202egnp.exe'), 'evilgnp.exe');
    assert.equal(clean('🇩🇪'), 'DE');
  });

  it('takes one cell for each sign of a frame, which is not looked at one by one', () => {
    for (let code = 0x2500; code <= 0x259f; code++) {
      const sign = String.fromCodePoint(code);
      assert.equal(stringWidth(sign), 1, sign);
      assert.equal(clean(sign), sign);
      assert.equal(widthOf(sign), 1, sign);
    }
  });

  it('is cut by the cells that it takes, never in the middle of a character', () => {
    assert.equal(widthOf('王小明'), 6);
    assert.equal(fit('王小明', 5, '…'), '王小…');
    assert.equal(fit('王小明', 4, '…'), '王 …');
    assert.equal(fit('abc', 5, '…', true), '  abc');
    assert.equal(cells('王小明', 1, 5), ' 小 ');
    for (const name of HOSTILE) {
      for (let columns = 1; columns < 12; columns++) {
        assert.equal(widthOf(fit(clean(name), columns, '…')), columns, name);
      }
    }
  });
});

describe('numbers', () => {
  it('are written as people read them, and a dash where nothing is known', () => {
    assert.equal(count(88_204_113), '88,204,113');
    assert.equal(short(34_200), '34.2k');
    assert.equal(short(0.25), '0.3');
    assert.equal(bytes(412_000_000), '412 MB');
    assert.deepEqual([0.44, 18, 1_840, 61_000].map(ms), ['0.4 ms', '18 ms', '1.84 s', '1m01s']);
    assert.equal(age(76 * 3_600_000), '3d04h');
    assert.deepEqual(
      [count, short, bytes, ms, age].map((text) => text(undefined)),
      ['-', '-', '-', '-', '-'],
    );
  });
});
