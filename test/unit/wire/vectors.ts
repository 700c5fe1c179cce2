/** The vectors of test/vectors, read and typed. */
import { readFileSync } from 'node:fs';
import type { Side } from '../../../core/wire/field.ts';
import { FrameDecoder } from '../../../core/wire/frame-decoder.ts';
import type { Frame, What } from '../../../core/wire/frames.ts';

export interface FrameVector {
  readonly name: string;
  readonly from: Side;
  readonly tlv: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly what?: What;
}
export interface AlikeVector {
  readonly name: string;
  readonly from: Side;
  readonly tlv: string;
  readonly same: string;
}
export interface RefusedVector {
  readonly name: string;
  readonly from: Side;
  readonly tlv: string;
  readonly code: string;
  readonly framing?: 'messages';
}
export interface RefusedJsonVector {
  readonly name: string;
  readonly from: Side;
  readonly json: string;
}

const FOLDER = new URL('../../vectors/', import.meta.url);

function load(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
}

export const FRAME_VECTORS = load('frames.json') as readonly FrameVector[];
export const ALIKE_VECTORS = load('alike.json') as readonly AlikeVector[];
export const REFUSED_VECTORS = load('refused.json') as readonly RefusedVector[];
export const REFUSED_JSON_VECTORS = load('refused-json.json') as readonly RefusedJsonVector[];

export const MAX_FRAME = 65_536;

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** All frames of a stream that comes in these pieces. */
export function decodeAll(pieces: readonly Uint8Array[], from: Side, what?: What): Frame[] {
  const whatOf = (): What | undefined => what;
  const decoder = new FrameDecoder({ from, framing: 'stream', maxFrameBytes: MAX_FRAME, whatOf });
  const frames: Frame[] = [];
  for (const piece of pieces) {
    decoder.push(piece);
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      frames.push(frame);
    }
  }
  decoder.end();
  return frames;
}
