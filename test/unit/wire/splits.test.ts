import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { bytesOf } from '../../../core/wire/bytes.ts';
import { encodeFrame } from '../../../core/wire/frame-buffer.ts';
import type { Frame } from '../../../core/wire/frames.ts';
import { decodeJson, encodeJson } from '../../../core/wire/json.ts';
import { WireError } from '../../../core/wire/wire-error.ts';
import { arbitraryFrames } from './arbitrary-frames.ts';
import { decodeAll } from './vectors.ts';

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Cuts at these shares of the whole; a cut twice at one place gives an empty piece. */
function cut(bytes: Uint8Array, shares: readonly number[]): Uint8Array[] {
  const places = shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b);
  const from = [0, ...places];
  const to = [...places, bytes.length];
  return from.map((start, i) => bytes.slice(start, to[i]));
}

/** A frame, then a field of an unknown tag put at its end. */
function withUnknownField(frame: Uint8Array, tag: number, value: Uint8Array): Uint8Array {
  const grown = join([frame, Uint8Array.of(tag, value.length), value]);
  new DataView(grown.buffer).setUint32(1, grown.length - 5);
  return grown;
}

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
const sides = ['client', 'server'] as const;

/** What comes of bytes: frames, then at most one error; bodies are compared as bytes. */
function outcome(pieces: readonly Uint8Array[], from: 'client' | 'server'): unknown {
  try {
    return decodeAll(pieces, from, 'members');
  } catch (thrown) {
    if (thrown instanceof WireError) return thrown.code;
    throw thrown;
  }
}

describe('a stream', () => {
  for (const from of sides) {
    it(`from a ${from} decodes the same however it is split or merged`, () => {
      fc.assert(
        fc.property(arbitraryFrames(from), shares, (frames, cuts) => {
          const bytes = join(frames.map(encodeFrame));
          assert.deepEqual(decodeAll([bytes], from, 'members'), frames);
          assert.deepEqual(decodeAll(cut(bytes, cuts), from, 'members'), frames);
        }),
        { numRuns: 300 },
      );
    });

    it(`from a ${from} decodes the same in single bytes`, () => {
      fc.assert(
        fc.property(arbitraryFrames(from), (frames) => {
          const bytes = join(frames.map(encodeFrame)).slice(0, 3000);
          const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
          assert.deepEqual(outcome(single, from), outcome([bytes], from));
        }),
        { numRuns: 50 },
      );
    });

    it(`from a ${from} that is damaged fails the same however it is split, by WireError`, () => {
      const damage = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(arbitraryFrames(from), damage, shares, (frames, changes, cuts) => {
          const bytes = join(frames.map(encodeFrame));
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          assert.deepEqual(outcome(cut(bytes, cuts), from), outcome([bytes], from));
        }),
        { numRuns: 500 },
      );
    });

    it(`from a ${from} may hold fields of unknown tags`, () => {
      const tag = fc.integer({ min: 17, max: 255 });
      const value = fc.uint8Array({ maxLength: 100 });
      fc.assert(
        fc.property(arbitraryFrames(from), tag, value, (frames, unknown, data) => {
          const parts = frames.map((one) => withUnknownField(encodeFrame(one), unknown, data));
          assert.deepEqual(decodeAll([join(parts)], from, 'members'), frames);
        }),
      );
    });

    it(`from a ${from} in JSON fails by WireError alone, when damaged`, () => {
      const damage = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(arbitraryFrames(from), damage, (frames, changes) => {
          const bytes = bytesOf(encodeJson(frames[0]!));
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          readOrRefuse(bytes, from);
        }),
        { numRuns: 500 },
      );
    });
  }

  it('is nothing but WireErrors when it is noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...sides), (bytes, from) => {
        outcome([bytes], from);
        readOrRefuse(bytes, from);
      }),
      { numRuns: 1000 },
    );
  });
});

function readOrRefuse(bytes: Uint8Array, from: 'client' | 'server'): Frame | undefined {
  try {
    return decodeJson(bytes, from, () => 'members');
  } catch (thrown) {
    assert.ok(thrown instanceof WireError, String(thrown));
    return undefined;
  }
}
