import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { CODES, PASSING } from '../../../core/wire/codes.ts';
import {
  compareNames,
  directConversation,
  isName,
  isTextMedia,
  parseConversation,
} from '../../../core/wire/names.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@+-';
const name = fc.string({
  unit: fc.constantFrom(...LETTERS.split('')),
  minLength: 1,
  maxLength: 64,
});

describe('names', () => {
  it('are 1 to 64 of the allowed characters', () => {
    for (const letter of LETTERS) assert.ok(isName(letter), letter);
    assert.ok(isName('x'.repeat(64)));
    for (const wrong of ['', 'x'.repeat(65), 'a b', 'a/b', 'ä', 'a\n', '\u0000', 'a:b', '😀']) {
      assert.ok(!isName(wrong), JSON.stringify(wrong));
    }
  });

  it('of direct conversations hold their users in byte order, whoever is named first', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const conversation = directConversation(a, b);
        assert.equal(directConversation(b, a), conversation);
        const users = [a, b].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
        assert.deepEqual(parseConversation(conversation), { kind: 'd', users });
        assert.equal(Math.sign(compareNames(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('of groups are taken apart', () => {
    assert.deepEqual(parseConversation('g/tea'), { kind: 'g', name: 'tea' });
  });

  it('of notes to self name the user twice', () => {
    assert.deepEqual(parseConversation('d/ann/ann'), { kind: 'd', users: ['ann', 'ann'] });
  });

  it('that do not fit are none', () => {
    const long = 'x'.repeat(65);
    const wrong = ['', 'd', 'd/', 'd//', 'd/ann', 'd/ann/', 'd//bob', 'd/bob/ann', 'd/a/b/c', 'g'];
    const more = ['g/', 'g/a/b', `g/${long}`, `d/a/${long}`, 'h/tea', 'D/ann/bob', ' d/ann/bob'];
    const last = ['d/ann/Ann', 'g/tea ', 'g/t\u00e9', 'd/ann/bob\n'];
    for (const text of [...wrong, ...more, ...last]) {
      assert.equal(parseConversation(text), undefined, text);
    }
  });

  it('of text media begin with text/, in either case; none is text', () => {
    for (const text of [undefined, 'text/plain', 'TEXT/HTML', 'Text/', 'text/plain; charset=x']) {
      assert.ok(isTextMedia(text), String(text));
    }
    for (const other of ['', 'text', 'texts/x', 'image/png', ' text/plain', 'application/text/']) {
      assert.ok(!isTextMedia(other), other);
    }
  });
});

describe('codes', () => {
  it('that pass are four, and codes of the protocol', () => {
    assert.deepEqual([...PASSING].sort(), ['busy', 'not-ready', 'rate-limited', 'storage-full']);
    for (const code of PASSING) assert.ok((CODES as readonly string[]).includes(code));
  });
});
