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
import { arbitraryFrame } from './arbitrary-frames.ts';
import { toHex } from './vectors.ts';

const MANY = 2 ** 24;

function sender(spec: FrameSpec): Side {
  return spec.from === 'both' ? 'client' : spec.from;
}

function whatOf(frame: Frame): () => What | undefined {
  return () => (frame.type === 'result' ? frame.what : undefined);
}

function decodeOne(bytes: Uint8Array, spec: FrameSpec, frame: Frame): Frame | undefined {
  const decoder = new FrameDecoder({
    from: sender(spec),
    framing: 'messages',
    maxFrameBytes: MANY,
    whatOf: whatOf(frame),
  });
  decoder.push(bytes);
  return decoder.next();
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

    it(`read a ${type} as the table does`, () => {
      fc.assert(
        fc.property(arbitraryFrame(type), (frame) => {
          const bytes = encodeFrame(frame);
          const reader = new FieldReader();
          reader.open(bytes, HEADER_BYTES, bytes.length);
          assert.deepEqual(decodeOne(bytes, spec, frame), readGeneric(reader, spec, undefined));
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
