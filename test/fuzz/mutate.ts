/** Changes well-formed inputs a little, so that most of them still get past the first check. */
import type { Chance } from './chance.ts';

const EDGES = [0, 1, 2, 5, 6, 7, 15, 16, 17, 0x7f, 0x80, 0x81, 0xc0, 0xed, 0xf4, 0xfe, 0xff];
const TOKENS = [
  'null',
  'true',
  '-1',
  '-0',
  '1.5',
  '1e999',
  '281474976710656',
  '""',
  '"\\ud800"',
  '"aGk="',
  '[',
  ']',
  '{',
  '}',
  '[]',
  '{}',
  ',',
  ':',
  '"',
  '\\',
  '"body":"aGk="',
  '"text":"hi"',
  '"mediaType":"image/png"',
  '"__proto__":{}',
  '"type":"send"',
].map((token) => Buffer.from(token));
const HEADER_BYTES = 5;

function replace(bytes: Buffer, from: number, to: number, by: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]);
}

function range(bytes: Buffer, chance: Chance): [number, number] {
  const from = chance.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + chance.below(12))];
}

function mutateOnce(bytes: Buffer, other: Buffer, chance: Chance, inserts: readonly Buffer[]) {
  const [from, to] = range(bytes, chance);
  switch (chance.below(8)) {
    case 0:
      if (from < bytes.length) bytes[from]! ^= 1 << chance.below(8);
      return bytes;
    case 1:
      if (from < bytes.length) bytes[from] = chance.oneOf(EDGES);
      return bytes;
    case 2:
      return replace(bytes, from, to, Buffer.alloc(0));
    case 3:
      return replace(bytes, from, from, Buffer.from(bytes.subarray(from, to)));
    case 4:
      return replace(bytes, from, to, chance.oneOf(inserts));
    case 5:
      return replace(bytes, from, to, other.subarray(...range(other, chance)));
    case 6:
      if (from < bytes.length) bytes[from] = chance.below(256);
      return bytes;
    default:
      return replace(bytes, from, from, Buffer.of(chance.below(256), chance.oneOf(EDGES)));
  }
}

function mutate(seed: Buffer, other: Buffer, chance: Chance, inserts: readonly Buffer[]): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  for (let left = 1 + chance.below(4); left > 0; left--) {
    bytes = mutateOnce(bytes, other, chance, inserts);
  }
  return bytes;
}

/** Changes frames without looking at what they say of their lengths. */
export function mutateBytes(seed: Buffer, other: Buffer, chance: Chance): Buffer {
  return mutate(seed, other, chance, TOKENS.slice(0, 1));
}

/** Changes one frame; mostly its header is made to fit again, so that its fields are read. */
export function mutateFrame(seed: Buffer, other: Buffer, chance: Chance): Buffer {
  const bytes = mutateBytes(seed, other, chance);
  if (bytes.length >= HEADER_BYTES && !chance.onceIn(6)) {
    bytes[0] = seed[0]!;
    bytes.writeUInt32BE(bytes.length - HEADER_BYTES, 1);
  }
  return bytes;
}

export function mutateJson(seed: Buffer, other: Buffer, chance: Chance): Buffer {
  return mutate(seed, other, chance, TOKENS);
}

/** Cuts bytes into pieces at chance; the pieces share no memory with each other. */
export function cutAtChance(bytes: Buffer, chance: Chance): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = chance.onceIn(3) ? bytes.length : 1 + chance.below(20);
    pieces.push(new Uint8Array(bytes.subarray(at, at + size)));
    at += size;
  }
  return pieces;
}
