import { codec, room, utf8Length } from './bytes.ts';
import { HEADER_BYTES, UINT_MAX } from './field.ts';
import { writeUuid } from './uuid.ts';

const EMPTY = new Uint8Array(0);
const FIRST_BYTES = 256;
/** A sink that was full of so much last time begins with room for no more than this. */
const FIRST_BYTES_MAX = 16_384;
/** From this much unused room on, what is taken is copied rather than kept with its room. */
const WASTE_BYTES = 4096;
/** Texts up to this length are written in one pass, as long as they are ASCII. */
const SHORT_TEXT = 64;
const TWO_32 = 2 ** 32;

function uintBytes(value: number): number {
  if (value < 0x100) return value === 0 ? 0 : 1;
  if (value < 0x10000) return 2;
  if (value < 0x1000000) return 3;
  if (value < TWO_32) return 4;
  return value < TWO_32 * 0x100 ? 5 : 6;
}

function lengthBytes(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x4000) return 2;
  return length < 0x200000 ? 3 : 4;
}

/** One growable buffer, and how fields are written into it. Holds no memory while it is empty. */
export class ByteSink {
  #bytes: Uint8Array = EMPTY;
  #at = 0;
  #firstBytes: number;

  readonly #shared: boolean;

  /** `expectedBytes`: what it begins with room for, in a block that it shares with others alike. */
  constructor(expectedBytes?: number) {
    this.#firstBytes = expectedBytes ?? FIRST_BYTES;
    this.#shared = expectedBytes !== undefined;
  }

  get length(): number {
    return this.#at;
  }

  /** Hands over what was written; the sink begins anew and never touches these bytes again. */
  take(): Uint8Array {
    const unused = this.#bytes.length - this.#at;
    const taken =
      unused > WASTE_BYTES && unused > this.#at
        ? new Uint8Array(this.#bytes.subarray(0, this.#at))
        : this.#bytes.subarray(0, this.#at);
    this.#firstBytes = Math.min(Math.max(this.#at, FIRST_BYTES), FIRST_BYTES_MAX);
    this.#bytes = EMPTY;
    this.#at = 0;
    return taken;
  }

  /** Takes back what was written after `length`. */
  backTo(length: number): void {
    this.#at = length;
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Begins a frame; `endFrame` gets what this returns. */
  beginFrame(octet: number): number {
    this.#room(HEADER_BYTES);
    this.#bytes[this.#at] = octet;
    this.#at += HEADER_BYTES;
    return this.#at;
  }

  endFrame(begun: number): void {
    const length = this.#at - begun;
    const bytes = this.#bytes;
    bytes[begun - 4] = length >>> 24;
    bytes[begun - 3] = length >>> 16;
    bytes[begun - 2] = length >>> 8;
    bytes[begun - 1] = length;
  }

  /** Begins a group; `endGroup` gets what this returns. */
  beginGroup(tag: number): number {
    this.#room(2);
    this.#bytes[this.#at] = tag;
    this.#at += 2;
    return this.#at;
  }

  endGroup(begun: number): void {
    const length = this.#at - begun;
    const extra = lengthBytes(length) - 1;
    if (extra > 0) {
      this.#room(extra);
      this.#bytes.copyWithin(begun + extra, begun, this.#at);
      this.#at += extra;
    }
    this.#length(begun - 1, length);
  }

  /** Throws RangeError unless 0 to 2^48-1, whole. */
  uint(tag: number, value: number): void {
    if (!(value >= 0 && value <= UINT_MAX) || Math.floor(value) !== value) {
      throw new RangeError(`field ${tag} must be a whole number from 0 to 2^48-1, not ${value}`);
    }
    this.#room(8);
    const bytes = this.#bytes;
    const size = uintBytes(value);
    let at = this.#at;
    bytes[at++] = tag;
    bytes[at++] = size;
    if (size > 4) {
      const high = Math.floor(value / TWO_32);
      if (size > 5) bytes[at++] = high >>> 8;
      bytes[at++] = high;
    }
    if (size > 3) bytes[at++] = value >>> 24;
    if (size > 2) bytes[at++] = value >>> 16;
    if (size > 1) bytes[at++] = value >>> 8;
    if (size > 0) bytes[at++] = value;
    this.#at = at;
  }

  /** Lone surrogates become U+FFFD. */
  text(tag: number, text: string): void {
    if (text.length <= SHORT_TEXT && this.#shortAscii(tag, text)) return;
    const length = utf8Length(text);
    this.#begin(tag, length);
    codec.encodeInto(text, this.#bytes, this.#at);
    this.#at += length;
  }

  bytes(tag: number, bytes: Uint8Array): void {
    this.#begin(tag, bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Throws RangeError unless a UUID. */
  id(tag: number, id: string): void {
    this.#begin(tag, 16);
    writeUuid(id, this.#bytes, this.#at);
    this.#at += 16;
  }

  #shortAscii(tag: number, text: string): boolean {
    const length = text.length;
    this.#room(length + 2);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = tag;
    bytes[at++] = length;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return false;
      bytes[at++] = unit;
    }
    this.#at = at;
    return true;
  }

  /** Writes tag and length of a field and makes room for its value. */
  #begin(tag: number, length: number): void {
    const size = lengthBytes(length);
    this.#room(1 + size + length);
    this.#bytes[this.#at] = tag;
    this.#length(this.#at + 1, length);
    this.#at += 1 + size;
  }

  #length(at: number, length: number): void {
    if (length >= 2 ** 28) throw new RangeError(`a field of ${length} bytes is too long`);
    const bytes = this.#bytes;
    let left = length;
    for (; left >= 0x80; left >>>= 7) bytes[at++] = 0x80 | (left & 0x7f);
    bytes[at] = left;
  }

  #room(more: number): void {
    const needed = this.#at + more;
    if (needed <= this.#bytes.length) return;
    const grown = room(Math.max(needed, this.#bytes.length * 2, this.#firstBytes), this.#shared);
    if (this.#at > 0) grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}
