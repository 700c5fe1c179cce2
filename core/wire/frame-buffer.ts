import { ByteSink } from './byte-sink.ts';
import type { Delivery, Frame } from './frames.ts';
import { specOfType } from './table.ts';
import { writeFields, type FieldValues } from './write-fields.ts';
import { writeDelivery, writeHot } from './write-hot.ts';

const DELIVER = 0x20;
/** More than the fields of most deliveries take besides their bodies. */
const DELIVERY_BYTES = 200;
const TAG_AGAIN = 15;
const TAG_PREVIOUS = 16;

/**
 * Gathers many frames in one growable buffer, so that a tick's output is one write. Whatever is
 * appended is copied. A frame that cannot be written (RangeError: a uint out of range, an id that
 * is none) leaves no trace.
 */
export class FrameBuffer {
  readonly #sink = new ByteSink();

  /** Bytes gathered so far. */
  get length(): number {
    return this.#sink.length;
  }

  append(frame: Frame): void {
    const before = this.#sink.length;
    try {
      writeFrame(this.#sink, frame);
    } catch (thrown) {
      this.#sink.backTo(before);
      throw thrown;
    }
  }

  /** Whole frames, encoded before. */
  appendBytes(bytes: Uint8Array): void {
    this.#sink.raw(bytes);
  }

  /**
   * A DELIVER from what `encodeDelivery` made, shared among its recipients, and what differs for
   * each of them: `previous` (undefined: position - 1) and whether it was sent to this device
   * before.
   */
  appendDeliver(payload: Uint8Array, previous: number | undefined, again: boolean): void {
    const sink = this.#sink;
    const begun = sink.beginFrame(DELIVER);
    sink.raw(payload);
    if (again) sink.uint(TAG_AGAIN, 1);
    if (previous !== undefined) sink.uint(TAG_PREVIOUS, previous);
    sink.endFrame(begun);
  }

  /** Hands over the bytes gathered; the buffer begins anew and never touches them again. */
  take(): Uint8Array {
    return this.#sink.take();
  }
}

function writeFrame(sink: ByteSink, frame: Frame): void {
  if (writeHot(sink, frame)) return;
  writeGeneric(sink, frame);
}

/** Writes any frame by the table alone: what the faster ways are tested against. */
export function writeGeneric(sink: ByteSink, frame: Frame): void {
  const spec = specOfType(frame.type)!;
  const begun = sink.beginFrame(spec.octet);
  const items = frame.type === 'result' ? frame.what : undefined;
  writeFields(sink, spec, frame as unknown as FieldValues, items);
  sink.endFrame(begun);
}

/** One frame. Throws RangeError on a uint out of range or an id that is none. */
export function encodeFrame(frame: Frame): Uint8Array {
  const sink = new ByteSink();
  writeFrame(sink, frame);
  return sink.take();
}

/** The fields of a DELIVER without `previous` and `again`: for `FrameBuffer.appendDeliver`. */
export function encodeDelivery(delivery: Delivery): Uint8Array {
  const sink = new ByteSink(DELIVERY_BYTES + (delivery.body?.length ?? 0));
  writeDelivery(sink, delivery);
  return sink.take();
}
