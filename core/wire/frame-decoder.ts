import { HEADER_BYTES, isFrom, type FrameSpec, type Side } from './field.ts';
import { FieldReader } from './field-reader.ts';
import type { Frame } from './frames.ts';
import { readFrame, type WhatOf } from './read-frame.ts';
import { specOfOctet } from './table.ts';
import { malformed, WireError } from './wire-error.ts';

export interface FrameDecoderSettings {
  /** Who sends the frames to be decoded. */
  readonly from: Side;
  /**
   * `messages`: each push is one message of whole frames (WebSocket); `stream`: any split will do
   * (TCP).
   */
  readonly framing: 'stream' | 'messages';
  /** The longest frame, its header included. */
  readonly maxFrameBytes: number;
  /** Needed to read RESULTs. */
  readonly whatOf?: WhatOf;
}

const PARTIAL_FIRST_BYTES = 512;

/**
 * Bytes to frames. Push bytes, then call `next` until it gives undefined; from then on the decoder
 * holds nothing of what was pushed but a copy of at most one frame in the making, whose memory
 * grows with what has come and never beyond `maxFrameBytes`. A frame's `body` may be a view on the
 * bytes pushed: who reuses or keeps those for long, copies it. After a WireError the decoder throws
 * it for ever.
 */
export class FrameDecoder {
  /** The longest frame, its header included; holds from the next frame's header on. */
  maxFrameBytes: number;
  readonly #from: Side;
  readonly #framing: 'stream' | 'messages';
  readonly #whatOf: WhatOf | undefined;
  readonly #reader = new FieldReader();
  #chunks: Uint8Array[] = [];
  /** Where the first chunk is not yet used. */
  #at = 0;
  /** The beginning of a frame whose rest has not come. */
  #partial: Uint8Array | undefined;
  #partialBytes = 0;
  #broken: WireError | undefined;

  constructor(settings: FrameDecoderSettings) {
    this.maxFrameBytes = settings.maxFrameBytes;
    this.#from = settings.from;
    this.#framing = settings.framing;
    this.#whatOf = settings.whatOf;
  }

  /** Bytes that have come of a frame whose rest has not: 0 between frames. */
  get partialBytes(): number {
    return this.#partialBytes;
  }

  /** Memory taken for a frame whose rest has not come, in bytes. */
  get heldBytes(): number {
    return this.#partial?.length ?? 0;
  }

  /**
   * Takes bytes, or one message; never throws. The bytes must not change until `next` gave
   * undefined.
   */
  push(bytes: Uint8Array): void {
    if (this.#broken !== undefined) return;
    if (bytes.length > 0 || this.#framing === 'messages') this.#chunks.push(bytes);
  }

  /** The next frame, or undefined if its end has not come. Throws WireError. */
  next(): Frame | undefined {
    if (this.#broken !== undefined) throw this.#broken;
    try {
      const frame = this.#next();
      if (frame === undefined) this.#reader.close();
      return frame;
    } catch (thrown) {
      if (thrown instanceof WireError) this.#breakBy(thrown);
      throw thrown;
    }
  }

  /** To be called when no more will come. Throws WireError if that is in the middle of a frame. */
  end(): void {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#partialBytes > 0 || this.#chunks.length > 0) {
      this.#breakBy(malformed('the stream ends within a frame'));
      throw this.#broken!;
    }
  }

  #breakBy(error: WireError): void {
    this.#broken = error;
    this.#chunks = [];
    this.#partial = undefined;
    this.#partialBytes = 0;
    this.#reader.close();
  }

  #next(): Frame | undefined {
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const frame = this.#partial === undefined ? this.#whole(chunk) : this.#joined(chunk);
      if (frame !== undefined) return frame;
    }
    return undefined;
  }

  /** A frame that lies within the chunk; else what there is of it is put aside. */
  #whole(chunk: Uint8Array): Frame | undefined {
    const at = this.#at;
    const left = chunk.length - at;
    if (left < HEADER_BYTES) return this.#putAside(chunk, undefined);
    const length = frameBytes(chunk, at);
    const spec = this.#judge(chunk[at]!, length);
    if (left < length) return this.#putAside(chunk, length);
    this.#use(chunk, length);
    if (spec === undefined) return undefined;
    return readFrame(this.#reader, spec, chunk, at + HEADER_BYTES, at + length, this.#whatOf);
  }

  /** Adds to the frame in the making; gives it when it is whole. */
  #joined(chunk: Uint8Array): Frame | undefined {
    if (this.#partialBytes < HEADER_BYTES) {
      this.#gather(chunk, HEADER_BYTES);
      if (this.#partialBytes < HEADER_BYTES) return undefined;
    }
    const length = frameBytes(this.#partial!, 0);
    const spec = this.#judge(this.#partial![0]!, length);
    if (this.#chunks[0] === chunk) this.#gather(chunk, length);
    if (this.#partialBytes < length) return undefined;
    const bytes = this.#partial!;
    this.#partial = undefined;
    this.#partialBytes = 0;
    if (spec === undefined) return undefined;
    return readFrame(this.#reader, spec, bytes, HEADER_BYTES, length, this.#whatOf);
  }

  #putAside(chunk: Uint8Array, length: number | undefined): undefined {
    if (this.#framing === 'messages') throw malformed('a message does not hold whole frames');
    this.#partial = new Uint8Array(Math.min(length ?? HEADER_BYTES, PARTIAL_FIRST_BYTES));
    this.#gather(chunk, length ?? HEADER_BYTES);
  }

  /** Moves bytes from the chunk to the frame in the making, until that has `wanted` of them. */
  #gather(chunk: Uint8Array, wanted: number): void {
    const taken = Math.min(wanted - this.#partialBytes, chunk.length - this.#at);
    const have = this.#partialBytes + taken;
    if (have > this.#partial!.length) {
      const grown = new Uint8Array(Math.min(wanted, Math.max(have, 2 * this.#partial!.length)));
      grown.set(this.#partial!.subarray(0, this.#partialBytes));
      this.#partial = grown;
    }
    this.#partial!.set(chunk.subarray(this.#at, this.#at + taken), this.#partialBytes);
    this.#partialBytes = have;
    this.#use(chunk, taken);
  }

  #use(chunk: Uint8Array, count: number): void {
    this.#at += count;
    if (this.#at < chunk.length) return;
    this.#chunks.shift();
    this.#at = 0;
  }

  /** What stands in a header: undefined for a frame to be skipped. */
  #judge(octet: number, length: number): FrameSpec | undefined {
    if (length > this.maxFrameBytes) {
      throw new WireError('frame-too-large', `at most ${this.maxFrameBytes} bytes`, length);
    }
    const spec = specOfOctet(octet);
    if (spec === undefined && this.#from === 'server') return undefined;
    if (spec === undefined || !isFrom(spec, this.#from)) {
      throw malformed(`frame type ${octet} does not come from a ${this.#from}`);
    }
    return spec;
  }
}

/** The whole length, from a header. */
function frameBytes(bytes: Uint8Array, at: number): number {
  const high = bytes[at + 1]! * 0x1000000;
  return HEADER_BYTES + high + ((bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!);
}
