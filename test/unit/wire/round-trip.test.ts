import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ByteSink } from '../../../core/wire/byte-sink.ts';
import { bytesOf } from '../../../core/wire/bytes.ts';
import { FieldReader } from '../../../core/wire/field-reader.ts';
import { HEADER_BYTES, type FrameSpec, type Side } from '../../../core/wire/field.ts';
import {
  encodeDelivery,
  encodeFrame,
  FrameBuffer,
  writeGeneric,
} from '../../../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../../../core/wire/frame-decoder.ts';
import type { Deliver, Frame, What } from '../../../core/wire/frames.ts';
import { decodeJson, encodeJson } from '../../../core/wire/json.ts';
import { readGeneric } from '../../../core/wire/read-frame.ts';
import { FRAMES } from '../../../core/wire/table.ts';
import { WireError } from '../../../core/wire/wire-error.ts';
import { arbitraryFrame } from './arbitrary-frames.ts';
import { toHex } from './vectors.ts';

const MANY = 2 ** 24;

function sender(spec: FrameSpec): Side {
  return spec.from === 'both' ? 'client' : spec.from;
}

function whatOf(frame: Frame): () => What | undefined {
  return () => (frame.type === 'result' ? frame.what : undefined);
}

function decodeOne(bytes: Uint8Array, spec: FrameSpec, asked?: Frame): Frame | undefined {
  const decoder = new FrameDecoder({
    from: sender(spec),
    framing: 'messages',
    maxFrameBytes: MANY,
    ...(asked && { whatOf: whatOf(asked) }),
  });
  decoder.push(bytes);
  return decoder.next();
}

function readByTable(bytes: Uint8Array, spec: FrameSpec): Frame | undefined {
  const reader = new FieldReader();
  reader.open(bytes, HEADER_BYTES, bytes.length);
  return readGeneric(reader, spec, undefined);
}

/** The frame, or why there is none. */
function outcome(read: typeof readByTable, bytes: Uint8Array, spec: FrameSpec): unknown {
  try {
    return read(bytes, spec);
  } catch (thrown) {
    assert.ok(thrown instanceof WireError);
    return thrown.message;
  }
}

/** The fields of a frame, each with its tag and length. */
function fieldsOf(frame: Uint8Array): Uint8Array[] {
  const fields: Uint8Array[] = [];
  for (let at = HEADER_BYTES; at < frame.length;) {
    let stop = at + 1;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = frame[stop++]!;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    fields.push(frame.slice(at, stop + length));
    at = stop + length;
  }
  return fields;
}

function frameOf(octet: number, fields: readonly Uint8Array[]): Uint8Array {
  const joined = Buffer.concat([Uint8Array.of(octet, 0, 0, 0, 0), ...fields]);
  joined.writeUInt32BE(joined.length - HEADER_BYTES, 1);
  return new Uint8Array(joined);
}

describe('any frame', () => {
  for (const spec of FRAMES) {
    it(`of type ${spec.type} is in TLV what it was`, () => {
      fc.assert(
        fc.property(arbitraryFrame(spec.type), (frame) => {
          assert.deepEqual(decodeOne(encodeFrame(frame), spec, frame), frame);
        }),
      );
    });

    it(`of type ${spec.type} is in JSON what it was`, () => {
      fc.assert(
        fc.property(arbitraryFrame(spec.type), (frame) => {
          const bytes = bytesOf(encodeJson(frame));
          assert.deepEqual(decodeJson(bytes, sender(spec), whatOf(frame)), frame);
        }),
      );
    });
  }
});

describe('the fast ways', () => {
  for (const type of ['send', 'accepted', 'deliver', 'received', 'read'] as const) {
    const spec = FRAMES.find((one) => one.type === type)!;

    it(`write a ${type} as the table does`, () => {
      fc.assert(
        fc.property(arbitraryFrame(type), (frame) => {
          const sink = new ByteSink();
          writeGeneric(sink, frame);
          assert.equal(toHex(encodeFrame(frame)), toHex(sink.take()));
        }),
      );
    });

    it(`refuse a ${type} as the table does, with fields twice, lost, unknown or moved`, () => {
      const shuffle = fc.array(fc.nat(), { minLength: 1, maxLength: 14 });
      fc.assert(
        fc.property(arbitraryFrame(type), shuffle, (frame, picks) => {
          const fields = fieldsOf(encodeFrame(frame));
          fields.push(Uint8Array.of(40, 0));
          const chosen = picks.map((pick) => fields[pick % fields.length]!);
          for (const some of [chosen, [...fields, ...chosen.slice(0, 1)], fields.slice(1)]) {
            const bytes = frameOf(spec.octet, some);
            assert.deepEqual(outcome(decodeOne, bytes, spec), outcome(readByTable, bytes, spec));
          }
        }),
        { numRuns: 300 },
      );
    });

    it(`read a ${type} as the table does`, () => {
      fc.assert(
        fc.property(arbitraryFrame(type), (frame) => {
          const bytes = encodeFrame(frame);
          assert.deepEqual(decodeOne(bytes, spec), readByTable(bytes, spec));
        }),
      );
    });
  }

  it('put a shared delivery into the DELIVER that the table writes', () => {
    const previous = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(arbitraryFrame('deliver'), previous, fc.boolean(), (frame, before, again) => {
        const { again: _again, previous: _previous, ...shared } = frame as Deliver;
        const whole: Deliver = {
          ...shared,
          ...(again && { again: 1 }),
          ...(before !== undefined && { previous: before }),
        };
        const buffer = new FrameBuffer();
        buffer.appendDeliver(encodeDelivery(frame as Deliver), before, again);
        assert.equal(toHex(buffer.take()), toHex(encodeFrame(whole)));
      }),
    );
  });
});
