import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { isUuid, readUuid, uuidV7, writeUuid } from '../../../core/wire/uuid.ts';

const tenOctets = fc.uint8Array({ minLength: 10, maxLength: 10 });

function refuses(text: string): void {
  assert.ok(!isUuid(text), text);
  assert.throws(() => writeUuid(text, new Uint8Array(16), 0), RangeError, text);
}

describe('a UUID', () => {
  it('of version 7 holds the time, the version and the variant, and else what chance gave', () => {
    // The example of RFC 9562, appendix A.6.
    const chance = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
    assert.equal(uuidV7(0x017f22e279b0, chance), '017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  it('of version 7 sorts by time', () => {
    const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
    fc.assert(
      fc.property(time, time, tenOctets, tenOctets, (a, b, first, second) => {
        fc.pre(a < b);
        assert.ok(uuidV7(a, first) < uuidV7(b, second));
      }),
    );
  });

  it('of version 7 needs a time that fits and ten octets', () => {
    for (const wrong of [-1, 2 ** 48, Number.NaN]) {
      assert.throws(() => uuidV7(wrong, new Uint8Array(10)), RangeError);
    }
    assert.throws(() => uuidV7(0, new Uint8Array(9)), RangeError);
  });

  it('is 16 bytes and back', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(20), (uuid, at) => {
        const bytes = new Uint8Array(40);
        writeUuid(uuid.toUpperCase(), bytes, at);
        assert.equal(
          Buffer.from(bytes.subarray(at, at + 16)).toString('hex'),
          uuid.replaceAll('-', ''),
        );
        assert.equal(readUuid(bytes, at), uuid);
        assert.ok(isUuid(uuid));
      }),
    );
  });

  it('is nothing else', () => {
    const right = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
    const wrong = ['', 'x', right.slice(1), `${right}0`, right.replaceAll('-', ''), `{${right}}`];
    const odd = fc.integer({ min: 0, max: 35 }).chain((at) =>
      fc
        .constantFrom('g', '/', ':', '@', '`', 'G', ' ', 'ı', '\u0130', '－', '\ud800')
        .map((letter) => {
          return right.slice(0, at) + letter + right.slice(at + 1);
        }),
    );
    for (const text of wrong) refuses(text);
    fc.assert(fc.property(odd, refuses));
  });
});
