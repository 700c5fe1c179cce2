/**
 * What a server and its sequencer say to each other, each a frame of a fixed length:
 * ask: 1, id (u32), count (u32), above (u64); give: 2, id (u32), first (u64), last (u64);
 * deny: 3, id (u32), and the error's code.
 */
import { CATALOGUE, type ErrorCode } from 'im-kernel/contract';
import { BLOCK_MAX } from './settings.ts';
import { NUMBER_MAX, type Block } from './number-source.ts';

export interface Ask {
  readonly id: number;
  readonly count: number;
  readonly above: number;
}

export type Answer =
  | { readonly is: 'give'; readonly id: number; readonly block: Block }
  | { readonly is: 'deny'; readonly id: number; readonly code: ErrorCode };

const ASK = 1;
const GIVE = 2;
const DENY = 3;
const ASK_BYTES = 17;
const GIVE_BYTES = 21;
const DENY_BYTES = 5;

export function encodeAsk({ id, count, above }: Ask): Uint8Array {
  const view = frame(ASK, ASK_BYTES, id);
  view.setUint32(5, count);
  view.setBigUint64(9, BigInt(above));
  return new Uint8Array(view.buffer);
}

export function encodeGive(id: number, { first, last }: Block): Uint8Array {
  const view = frame(GIVE, GIVE_BYTES, id);
  view.setBigUint64(5, BigInt(first));
  view.setBigUint64(13, BigInt(last));
  return new Uint8Array(view.buffer);
}

export function encodeDeny(id: number, code: ErrorCode): Uint8Array {
  const text = new TextEncoder().encode(code);
  const view = frame(DENY, DENY_BYTES + text.length, id);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(text, DENY_BYTES);
  return bytes;
}

function frame(kind: number, length: number, id: number): DataView {
  const view = new DataView(new ArrayBuffer(length));
  view.setUint8(0, kind);
  view.setUint32(1, id);
  return view;
}

/** Undefined: it is none of ours, or asks for what nobody may ask for. */
export function readAsk(bytes: Uint8Array): Ask | undefined {
  if (bytes.length !== ASK_BYTES || bytes[0] !== ASK) return undefined;
  const view = viewOf(bytes);
  const count = view.getUint32(5);
  const above = Number(view.getBigUint64(9));
  if (count < 1 || count > BLOCK_MAX || above > NUMBER_MAX) return undefined;
  return { id: view.getUint32(1), count, above };
}

/** Undefined: it is none of ours. */
export function readAnswer(bytes: Uint8Array): Answer | undefined {
  const view = viewOf(bytes);
  if (bytes.length === GIVE_BYTES && bytes[0] === GIVE) {
    const first = Number(view.getBigUint64(5));
    const last = Number(view.getBigUint64(13));
    if (last > NUMBER_MAX) return undefined;
    return { is: 'give', id: view.getUint32(1), block: { first, last } };
  }
  if (bytes.length < DENY_BYTES || bytes[0] !== DENY) return undefined;
  const text = new TextDecoder().decode(bytes.subarray(DENY_BYTES));
  const code = text in CATALOGUE ? (text as ErrorCode) : 'IM_SEQUENCER_AWAY';
  return { is: 'deny', id: view.getUint32(1), code };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
