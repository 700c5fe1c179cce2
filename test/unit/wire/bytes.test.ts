import assert from 'node:assert/strict';
import { isUtf8 as nodeIsUtf8 } from 'node:buffer';
import * as fc from 'fast-check';
import { fromBase64, toBase64 } from '../../../core/wire/base64.ts';
import {
  codec,
  fastCodec,
  isUtf8,
  portableCodec,
  textOf,
  utf8Length,
} from '../../../core/wire/bytes.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 50 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 100 }).map((units) => {
    return String.fromCharCode(...units);
  }),
);
const nearlyText = fc.oneof(
  fc.uint8Array({ maxLength: 100 }),
  fc
    .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }), fc.nat(), fc.nat(255))
    .map(([text, at, value]) => {
      const bytes = new TextEncoder().encode(text);
      bytes[at % bytes.length] = value;
      return bytes;
    }),
);

describe('text as bytes', () => {
  it('goes by the native calls on Node', () => {
    assert.ok(fastCodec !== undefined);
    assert.equal(codec, fastCodec);
  });

  for (const [name, one] of [
    ['portable', portableCodec],
    ['native', fastCodec!],
  ] as const) {
    it(`is well-formed or not as Node says, the ${name} way`, () => {
      fc.assert(
        fc.property(nearlyText, fc.nat(5), (bytes, margin) => {
          const padded = new Uint8Array(bytes.length + 2 * margin).fill(0xff);
          padded.set(bytes, margin);
          const text = one.decode(padded, margin, margin + bytes.length);
          const expected = nodeIsUtf8(bytes) ? Buffer.from(bytes).toString('utf8') : undefined;
          assert.equal(text, expected);
        }),
        { numRuns: 2000 },
      );
    });

    it(`is written and counted the same, the ${name} way`, () => {
      fc.assert(
        fc.property(anyText, (text) => {
          const expected = Buffer.from(text, 'utf8');
          assert.equal(utf8Length(text), expected.length);
          const target = new Uint8Array(expected.length + 3);
          assert.equal(one.encodeInto(text, target, 3), expected.length);
          assert.deepEqual(Buffer.from(target.subarray(3)), expected);
        }),
        { numRuns: 1000 },
      );
    });

    it(`keeps a byte order mark and a replacement character, the ${name} way`, () => {
      for (const text of ['\ufeffhi', '\ufffd', `${'x'.repeat(100)}\ufffd`]) {
        const bytes = new TextEncoder().encode(text);
        assert.equal(one.decode(bytes, 0, bytes.length), text);
      }
    });

    it(`takes bytes for letters, the ${name} way`, () => {
      const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i & 255);
      assert.equal(
        one.latin1(bytes, 1, 9999),
        Buffer.from(bytes.subarray(1, 9999)).toString('latin1'),
      );
    });
  }

  it('of a body is looked at whole', () => {
    fc.assert(
      fc.property(nearlyText, (bytes) => {
        assert.equal(isUtf8(bytes), nodeIsUtf8(bytes));
        assert.equal(textOf(bytes) !== undefined, nodeIsUtf8(bytes));
      }),
    );
  });
});

describe('base64', () => {
  it('is what Node writes, and read back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9000 }), (bytes) => {
        const text = toBase64(bytes);
        assert.equal(text, Buffer.from(bytes).toString('base64'));
        assert.deepEqual(fromBase64(text), bytes);
      }),
    );
  });

  it('is refused in any but its one form', () => {
    for (const text of [
      'a',
      'aGk',
      'aGk= ',
      ' aGk=',
      'aG\nk=',
      'aGl=',
      'aGk==',
      '=',
      'a_-=',
      'é',
    ]) {
      assert.equal(fromBase64(text), undefined, JSON.stringify(text));
    }
  });
});
