/**
 * One beat of a node, as it goes over a link: version, state, count (4 octets), age (4 octets,
 * big-endian), the length of the life's identifier, the identifier, the node's name.
 */
import type { NodeLife } from '../../contract/index.ts';

const STATES = ['standby', 'active', 'leaving', 'over'] as const;
/** over: it handed over, or lost what it owned, and is about to end. */
export type BeatState = (typeof STATES)[number];

export interface Beat extends NodeLife {
  readonly state: BeatState;
  /** Rises with each beat of a life: of two that come over two links, the newer one counts. */
  readonly count: number;
  /** Since the node's main loop last moved, ms. */
  readonly ageMs: number;
}

const VERSION = 1;
const HEAD_BYTES = 11;
const NAME_MAX_BYTES = 64;
export const BEAT_MAX_BYTES = HEAD_BYTES + 2 * NAME_MAX_BYTES;
const U32_MAX = 0xffff_ffff;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeBeat({ node, life, state, count, ageMs }: Beat): Uint8Array {
  const [lifeOctets, nodeOctets] = [encoder.encode(life), encoder.encode(node)];
  const bytes = new Uint8Array(HEAD_BYTES + lifeOctets.length + nodeOctets.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  bytes[1] = STATES.indexOf(state);
  view.setUint32(2, count);
  view.setUint32(6, Math.min(U32_MAX, Math.max(0, Math.round(ageMs))));
  bytes[10] = lifeOctets.length;
  bytes.set(lifeOctets, HEAD_BYTES);
  bytes.set(nodeOctets, HEAD_BYTES + lifeOctets.length);
  return bytes;
}

/** Undefined: it is no beat. Never throws. */
export function parseBeat(bytes: Uint8Array): Beat | undefined {
  if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION) return undefined;
  const state = STATES[bytes[1] as number];
  const lifeEnd = HEAD_BYTES + (bytes[10] as number);
  const life = name(bytes.subarray(HEAD_BYTES, lifeEnd));
  const node = name(bytes.subarray(lifeEnd));
  if (!state || life === undefined || node === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { node, life, state, count: view.getUint32(2), ageMs: view.getUint32(6) };
}

/** Printable, so that a log may show it. */
function name(octets: Uint8Array): string | undefined {
  if (octets.length > NAME_MAX_BYTES) return undefined;
  const text = decoder.decode(octets);
  return /^[!-~]+$/.test(text) ? text : undefined;
}
