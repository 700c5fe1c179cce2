/** The bytes of a file: they grow by writing behind their end, and holes hold zeros. */
export class Extent {
  #bytes: Uint8Array;
  #length: number;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#bytes = bytes.slice();
    this.#length = bytes.length;
  }

  get length(): number {
    return this.#length;
  }

  /** A copy of all of it. */
  read(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  write(at: number, bytes: Uint8Array): void {
    this.grow(at + bytes.length);
    this.#bytes.set(bytes, at);
  }

  grow(length: number): void {
    if (length <= this.#length) return;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(length * 2);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#length = length;
  }
}
