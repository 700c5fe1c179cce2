/** One fuzz input, and what is asked of the decoders about it. */
import { isDeepStrictEqual } from 'node:util';
import type { Side } from '../../core/wire/field.ts';
import { encodeFrame } from '../../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../../core/wire/frame-decoder.ts';
import type { Frame, What } from '../../core/wire/frames.ts';
import { decodeJson } from '../../core/wire/json.ts';
import { WireError } from '../../core/wire/wire-error.ts';

export const BINDINGS = ['stream', 'messages', 'json'] as const;
export type Binding = (typeof BINDINGS)[number];

export const WHATS = ['history', 'conversations', 'members', 'friends', 'presence'] as const;

export interface Input {
  readonly binding: Binding;
  readonly from: Side;
  readonly what: What;
  /** One message each, or a stream in pieces. */
  readonly pieces: readonly Uint8Array[];
}

export interface Outcome {
  readonly frames: readonly Frame[];
  /** Why decoding ended, if it did not reach the end. */
  readonly refused: string | undefined;
  /** What the decoder held at the end. */
  readonly heldBytes: number;
}

export const MAX_FRAME_BYTES = 65_536;

/** Decodes an input. Throws whatever the decoder throws that is no WireError. */
export function decode(input: Input): Outcome {
  const frames: Frame[] = [];
  const decoder = new FrameDecoder({
    from: input.from,
    framing: input.binding === 'messages' ? 'messages' : 'stream',
    maxFrameBytes: MAX_FRAME_BYTES,
    whatOf: () => input.what,
  });
  try {
    for (const piece of input.pieces) {
      if (input.binding === 'json') decodeText(piece, input, frames);
      else decodePiece(piece, decoder, frames);
    }
  } catch (thrown) {
    if (!(thrown instanceof WireError)) throw thrown;
    return { frames, refused: thrown.code, heldBytes: decoder.heldBytes };
  }
  return { frames, refused: undefined, heldBytes: decoder.heldBytes };
}

function decodeText(piece: Uint8Array, input: Input, frames: Frame[]): void {
  const frame = decodeJson(piece, input.from, () => input.what);
  if (frame !== undefined) frames.push(frame);
}

function decodePiece(piece: Uint8Array, decoder: FrameDecoder, frames: Frame[]): void {
  decoder.push(piece);
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) frames.push(frame);
}

/** What is wrong with frames that were read: each, written and read again, must be itself. */
export function whatDiffers(input: Input, outcome: Outcome): string | undefined {
  for (const frame of outcome.frames) {
    const pieces = [encodeFrame(frame)];
    if (pieces[0]!.length > MAX_FRAME_BYTES) continue;
    const again = decode({ ...input, binding: 'stream', pieces });
    if (!isDeepStrictEqual(again.frames[0], frame)) return 'reads itself otherwise';
  }
  return undefined;
}

/** Roughly what decoded frames keep in memory, in bytes. */
export function sizeOf(value: unknown): number {
  // The empty text and every text of one letter exist once, for all.
  if (typeof value === 'string') return value.length < 2 ? 0 : 16 + value.length * 2;
  if (value instanceof Uint8Array) return 100;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + 8 + sizeOf(one), 32);
  if (typeof value !== 'object' || value === null) return 0;
  let size = 24;
  for (const one of Object.values(value)) size += 8 + sizeOf(one);
  return size;
}
