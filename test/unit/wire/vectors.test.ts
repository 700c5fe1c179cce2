import assert from 'node:assert/strict';
import { bytesOf } from '../../../core/wire/bytes.ts';
import { encodeFrame } from '../../../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../../../core/wire/frame-decoder.ts';
import { decodeJson, encodeJson } from '../../../core/wire/json.ts';
import { FRAMES } from '../../../core/wire/table.ts';
import { WireError } from '../../../core/wire/wire-error.ts';
import * as vectors from './vectors.ts';

function decodeOne(vector: { from: 'client' | 'server'; tlv: string; what?: never }) {
  const frames = vectors.decodeAll([vectors.fromHex(vector.tlv)], vector.from);
  assert.equal(frames.length, 1);
  return frames[0]!;
}

describe('the wire vectors', () => {
  for (const vector of vectors.FRAME_VECTORS) {
    it(`read and write ${vector.name} in both bindings`, () => {
      const { from, tlv, json, what } = vector;
      const frames = vectors.decodeAll([vectors.fromHex(tlv)], from, what);
      assert.equal(frames.length, 1);
      const frame = frames[0]!;
      assert.equal(vectors.toHex(encodeFrame(frame)), tlv);
      assert.deepEqual(JSON.parse(encodeJson(frame)), json);
      const read = decodeJson(bytesOf(JSON.stringify(json)), from, () => what);
      assert.deepEqual(read, frame);
      assert.equal(vectors.toHex(encodeFrame(read)), tlv);
    });
  }

  it('hold every frame type', () => {
    const held = new Set(vectors.FRAME_VECTORS.map((vector) => vector.json['type']));
    assert.deepEqual(
      FRAMES.filter((spec) => !held.has(spec.type)),
      [],
    );
  });

  for (const vector of vectors.ALIKE_VECTORS) {
    it(`read ${vector.name} as if it were written the short way`, () => {
      const plain = decodeOne({ from: vector.from, tlv: vector.same });
      assert.deepEqual(decodeOne(vector), plain);
      assert.equal(vectors.toHex(encodeFrame(plain)), vector.same);
    });
  }

  for (const vector of vectors.REFUSED_VECTORS) {
    it(`refuse ${vector.name}`, () => {
      const { from, code, framing = 'stream' } = vector;
      const decoder = new FrameDecoder({ from, framing, maxFrameBytes: vectors.MAX_FRAME });
      decoder.push(vectors.fromHex(vector.tlv));
      const read = (): void => {
        while (decoder.next() !== undefined);
      };
      const fits = (thrown: unknown): boolean =>
        thrown instanceof WireError && thrown.code === code;
      assert.throws(read, fits);
      assert.throws(read, fits, 'and stays broken');
    });
  }

  for (const vector of vectors.REFUSED_JSON_VECTORS) {
    it(`refuse ${vector.name} in JSON`, () => {
      const bytes = bytesOf(vector.json);
      assert.throws(() => decodeJson(bytes, vector.from), { name: 'WireError', code: 'malformed' });
    });
  }
});
