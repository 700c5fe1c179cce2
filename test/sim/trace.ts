/**
 * A rolling hash over everything that happens, which shows that one seed is one run; and the last
 * events, in words.
 */

const KEPT_LINES = 200;

/** FNV-1a over octets, 32 bits. */
export function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const octet of bytes) hash = Math.imul(hash ^ octet, 0x01000193);
  return hash >>> 0;
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

export class Trace {
  #high = 0x6c62272e;
  #low = 0x811c9dc5;
  #events = 0;
  readonly #lines: string[] = [];
  readonly #verbose: ((line: string) => void) | undefined;

  constructor(verbose?: (line: string) => void) {
    this.#verbose = verbose;
  }

  /** Takes one event into the hash. `crc` is that of a payload, 0 without one. */
  add(atUs: number, actor: string, kind: string, length = 0, crc = 0): void {
    this.#events += 1;
    this.#mix(atUs % 0x1_0000_0000);
    for (let i = 0; i < actor.length; i += 1) this.#mix(actor.charCodeAt(i));
    for (let i = 0; i < kind.length; i += 1) this.#mix(kind.charCodeAt(i));
    this.#mix(length);
    this.#mix(crc);
  }

  /**
   * A line for people. It is hashed too, so that what is printed is part of what must be the same
   * twice.
   */
  say(atUs: number, actor: string, text: string): void {
    this.add(atUs, actor, text);
    const line = `${(atUs / 1000).toFixed(3).padStart(12)} ${actor.padEnd(12)} ${text}`;
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    this.#verbose?.(line);
  }

  get events(): number {
    return this.#events;
  }

  /** The last lines, oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Sixteen hexadecimal digits. */
  get hash(): string {
    return hex(this.#high) + hex(this.#low);
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193);
    const turned = (this.#high << 5) | (this.#high >>> 27);
    this.#high = Math.imul(turned ^ this.#low, 0x9e3779b1);
  }
}
