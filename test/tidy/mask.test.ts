import assert from 'node:assert/strict';
import { mask } from './mask.ts';

describe('masking', () => {
  it('blanks comments and the insides of strings, and keeps every column and line', () => {
    const text = 'a(\'b\'); // c\n/* d\ne */ f("g\\"h");';
    assert.equal(mask(text).bare, 'a(\' \');     \n    \n     f("    ");');
    assert.equal(mask(text).uncommented, 'a(\'b\');     \n    \n     f("g\\"h");');
  });
  it('keeps the code in the holes of a template, however deep', () => {
    const text = 'x = `a ${b({ c: `d ${e} f` })} g` + h; // i';
    assert.equal(mask(text).bare, 'x = `   {b({ c: `   {e}  ` })}  ` + h;     ');
  });
  it('knows a regular expression from a division', () => {
    assert.equal(
      mask("x = /['/]a/.test(y); z = a / b / c;").bare,
      'x = /     /.test(y); z = a / b / c;',
    );
  });
});
