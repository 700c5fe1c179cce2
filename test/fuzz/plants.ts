/** Faults of each kind that the judge knows; all but the last stand behind several bytes. */
import type { Binding } from './decode.ts';
import type { Plant } from './instrument.ts';

export interface Planted extends Plant {
  readonly name: string;
  readonly binding: Binding;
  /** What the judge says of an input that meets it. */
  readonly problem: RegExp;
}

/** Nested conditions on the bytes of a value, and then the fault. */
function behind(bytes: string, fault: string): string {
  const conditions = Array.from(Buffer.from(bytes), (byte, i) => {
    return `if (this.#bytes[this.#at + ${i}] === ${byte})`;
  });
  return `${conditions.join('\n')} { ${fault} }\n`;
}

function inReader(find: string, bytes: string, fault: string): Plant {
  return { file: 'field-reader.ts', find, put: behind(bytes, fault) + find };
}

const IN_BYTES = 'const { buffer, byteOffset } = this.#bytes;';
const IN_TEXT = 'const text = codec.decode(this.#bytes, this.#at, this.#stop);';
const IN_UINT = 'this.#at = stop;\n    return value;';
const IN_JSON_TEXT = "if (typeof value === 'string' && value.isWellFormed()) return value;";
const BUSY = 'const begun = performance.now(); while (performance.now() < begun + 70);';

export const PLANTS: readonly Planted[] = [
  {
    name: 'an exception behind three bytes of a body',
    binding: 'messages',
    problem: /RangeError: planted/,
    ...inReader(IN_BYTES, 'Key', "throw new RangeError('planted');"),
  },
  {
    name: 'an exception behind four letters of a JSON text',
    binding: 'json',
    problem: /TypeError: planted/,
    file: 'json-read.ts',
    find: IN_JSON_TEXT,
    put: `if (value?.[0] === 'b' && value[1] === 'u' && value[2] === 'g' && value[3] === 's') {
      throw new TypeError('planted');
    }
    ${IN_JSON_TEXT}`,
  },
  {
    name: 'four megabytes behind two bytes of a text',
    binding: 'stream',
    problem: /allocates \d+ bytes/,
    ...inReader(IN_TEXT, 'MB', 'new Uint8Array(4_000_000);'),
  },
  {
    name: 'seventy milliseconds behind two bytes of a text',
    binding: 'messages',
    problem: /takes [\d.]+ ms/,
    ...inReader(IN_TEXT, 'ms', BUSY),
  },
  {
    name: 'a number that reads itself otherwise by its last byte',
    binding: 'stream',
    problem: /reads itself otherwise|must be a whole number/,
    file: 'field-reader.ts',
    find: IN_UINT,
    put: `if ((bytes[stop - 1] & 0xf8) === 0x20) value += 256; ${IN_UINT}`,
  },
];
