import { codec } from './bytes.ts';
import { readUuid } from './uuid.ts';
import { malformed } from './wire-error.ts';

const LENGTH_BYTES_MAX = 4;
const UINT_BYTES_MAX = 6;

/**
 * Goes through the fields of one frame or group: `next` gives a tag, then one of `uint`, `text`,
 * `bytes`, `id`, `enter` or `skip` takes its value. Every method that reads throws WireError on
 * what is ill-formed.
 */
export class FieldReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Where the fields end that are being gone through. */
  #end = 0;
  /** Where the value of the current field ends. */
  #stop = 0;

  open(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Lets go of the bytes. */
  close(): void {
    this.#bytes = new Uint8Array(0);
  }

  /** The next field's tag, or -1 at the end. */
  next(): number {
    let at = this.#at;
    const end = this.#end;
    if (at >= end) return -1;
    const bytes = this.#bytes;
    const tag = bytes[at++]!;
    if (at >= end) throw malformed('a field ends before its length');
    let length = bytes[at++]!;
    if (length > 0x7f) {
      length &= 0x7f;
      let shift = 7;
      for (let count = 2; ; count++) {
        if (count > LENGTH_BYTES_MAX) throw malformed('a length takes more than four bytes');
        if (at >= end) throw malformed('a length is cut off');
        const byte = bytes[at++]!;
        length |= (byte & 0x7f) << shift;
        shift += 7;
        if (byte < 0x80) break;
      }
    }
    if (length > end - at) throw malformed('a field is longer than what holds it');
    this.#at = at;
    this.#stop = at + length;
    return tag;
  }

  skip(): void {
    this.#at = this.#stop;
  }

  uint(): number {
    const bytes = this.#bytes;
    const stop = this.#stop;
    let at = this.#at;
    if (stop - at > UINT_BYTES_MAX) throw malformed('a uint takes more than six bytes');
    let value = 0;
    for (; at < stop; at++) value = value * 256 + bytes[at]!;
    this.#at = stop;
    return value;
  }

  text(): string {
    const text = codec.decode(this.#bytes, this.#at, this.#stop);
    if (text === undefined) throw malformed('a text is not well-formed UTF-8');
    this.#at = this.#stop;
    return text;
  }

  /** A view on what was opened, not a copy; never a Buffer, whose `slice` would not copy either. */
  bytes(): Uint8Array {
    const { buffer, byteOffset } = this.#bytes;
    const view = new Uint8Array(buffer, byteOffset + this.#at, this.#stop - this.#at);
    this.#at = this.#stop;
    return view;
  }

  id(): string {
    if (this.#stop - this.#at !== 16) throw malformed('an id does not take 16 bytes');
    const id = readUuid(this.#bytes, this.#at);
    this.#at = this.#stop;
    return id;
  }

  /** Goes into a group; `leave` gets what this returns. */
  enter(): number {
    const outer = this.#end;
    this.#end = this.#stop;
    return outer;
  }

  leave(outer: number): void {
    this.#at = this.#end;
    this.#end = outer;
  }
}
