/** What the guided search keeps and varies: the bytes of an input, and how they are handed over. */
import type { Side } from '../../core/wire/field.ts';
import type { What } from '../../core/wire/frames.ts';
import type { Chance } from './chance.ts';
import type { Corpus } from './corpus.ts';
import { WHATS, type Binding, type Input } from './decode.ts';
import { mutateBytes, mutateJson } from './mutate.ts';

export interface Candidate {
  readonly bytes: Buffer;
  readonly from: Side;
  readonly what: What;
  /** A stream comes in pieces of so many bytes; 0: in one. */
  readonly pieceBytes: number;
}

/** Long inputs are left to the search without a guide: here they would only take time. */
const MAX_BYTES = 2048;
const HEADER_BYTES = 5;

/** Short ones first: what two of them reach is swept in the shorter one. */
export function firstCandidates(
  binding: Binding,
  corpora: Readonly<Record<Side, Corpus>>,
): Candidate[] {
  const candidates = (['client', 'server'] as const).flatMap((from) => {
    const all = corpora[from][binding === 'json' ? 'json' : 'tlv'];
    const short = all.filter((bytes) => bytes.length <= MAX_BYTES);
    return short.map((bytes) => ({ bytes, from, what: 'history' as const, pieceBytes: 0 }));
  });
  return candidates.sort((a, b) => a.bytes.length - b.bytes.length);
}

export function inputOf(binding: Binding, candidate: Candidate): Input {
  const { bytes, from, what, pieceBytes } = candidate;
  if (binding !== 'stream' || pieceBytes === 0) return { binding, from, what, pieces: [bytes] };
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    pieces.push(bytes.subarray(at, at + pieceBytes));
  }
  return { binding, from, what, pieces };
}

export function vary(
  parent: Candidate,
  other: Candidate,
  binding: Binding,
  chance: Chance,
): Candidate {
  return {
    bytes: varyBytes(parent.bytes, other.bytes, binding, chance),
    from: chance.onceIn(32) ? other.from : parent.from,
    what: chance.onceIn(8) ? chance.oneOf(WHATS) : parent.what,
    pieceBytes: chance.onceIn(4) ? chance.below(24) : parent.pieceBytes,
  };
}

function varyBytes(parent: Buffer, other: Buffer, binding: Binding, chance: Chance): Buffer {
  if (binding === 'json') return mutateJson(parent, other, chance).subarray(0, MAX_BYTES);
  const joined = chance.onceIn(16) ? Buffer.concat([parent, other]) : parent;
  const bytes = mutateBytes(joined, other, chance).subarray(0, MAX_BYTES);
  if (!chance.onceIn(6)) fitHeaders(bytes);
  return bytes;
}

/** Makes the last frame end with the bytes, so that its fields are read. */
function fitHeaders(bytes: Buffer): void {
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const next = at + HEADER_BYTES + bytes.readUInt32BE(at + 1);
    if (next + HEADER_BYTES > bytes.length) {
      bytes.writeUInt32BE(bytes.length - at - HEADER_BYTES, at + 1);
      return;
    }
    at = next;
  }
}
