/**
 * What no input may do: throw anything but a WireError; keep more than eight times its bytes and
 * 64 KiB in frames and leftovers; allocate (garbage included) more than sixteen times its bytes,
 * 1 KiB for each of its pieces and 64 KiB; take more than 50 ms; read as a frame that does not
 * survive being written; or read otherwise when it is split.
 */
import { isDeepStrictEqual } from 'node:util';
import { decode, sizeOf, whatDiffers, type Input, type Outcome } from './decode.ts';

const KEPT_FACTOR = 8;
const ALLOCATED_FACTOR = 16;
const FREE_BYTES = 65_536;
/** A piece is a read of its own, which costs the runtime more than this. */
const PIECE_BYTES = 1024;
const SLOW_MS = 50;
/** From this many bytes on, every input is weighed. */
const LONG_BYTES = 10_000;
const TRIES = 5;

/** The first decoding of an input. */
export interface Run {
  /** Undefined if something was thrown. */
  readonly outcome: Outcome | undefined;
  readonly thrown: unknown;
  readonly tookMs: number;
}

/** What is asked beyond what the first decoding shows; all of it takes time. */
export interface Asked {
  readonly weigh: boolean;
  readonly reread: boolean;
}

export function runOnce(input: Input): Run {
  const before = performance.now();
  try {
    const outcome = decode(input);
    return { outcome, thrown: undefined, tookMs: performance.now() - before };
  } catch (thrown) {
    return { outcome: undefined, thrown, tookMs: performance.now() - before };
  }
}

/** What is wrong with an input, if anything. */
export function problemOf(input: Input, run: Run, asked: Asked): string | undefined {
  const { outcome, tookMs } = run;
  if (outcome === undefined) return told(run.thrown);
  if (tookMs > SLOW_MS && several(() => timeOf(input))[0]! > SLOW_MS) return `takes ${tookMs} ms`;
  const kept = sizeOf(outcome.frames) + outcome.heldBytes;
  if (kept > allowedBytes(input, KEPT_FACTOR)) return `keeps ${kept} bytes`;
  if (asked.weigh || lengthOf(input) >= LONG_BYTES) {
    const allowed = allowedBytes(input, ALLOCATED_FACTOR) + PIECE_BYTES * input.pieces.length;
    const allocated = weigh(input) > allowed ? several(() => weigh(input))[TRIES >> 1]! : 0;
    if (allocated > allowed) return `allocates ${allocated} bytes`;
  }
  return asked.reread ? whatReadsOtherwise(input, outcome) : undefined;
}

function told(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

function whatReadsOtherwise(input: Input, outcome: Outcome): string | undefined {
  try {
    if (differsUnsplit(input, outcome)) return 'reads otherwise when it is not split';
    return whatDiffers(input, outcome);
  } catch (thrown) {
    return told(thrown);
  }
}

function lengthOf(input: Input): number {
  return input.pieces.reduce((sum, piece) => sum + piece.length, 0);
}

function allowedBytes(input: Input, factor: number): number {
  return factor * lengthOf(input) + FREE_BYTES;
}

/** Measurements in ascending order: a collection, or another process, spoils one, not all. */
function several(measure: () => number): number[] {
  return Array.from({ length: TRIES }, measure).sort((a, b) => a - b);
}

function heapBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function weigh(input: Input): number {
  const before = heapBytes();
  decode(input);
  return heapBytes() - before;
}

function timeOf(input: Input): number {
  const before = performance.now();
  decode(input);
  return performance.now() - before;
}

function differsUnsplit(input: Input, outcome: Outcome): boolean {
  if (input.binding !== 'stream' || input.pieces.length === 1) return false;
  const whole = decode({ ...input, pieces: [Buffer.concat(input.pieces)] });
  return (
    whole.refused !== outcome.refused ||
    whole.frames.length !== outcome.frames.length ||
    !isDeepStrictEqual(
      whole.frames.map((frame) => frame.type),
      outcome.frames.map((frame) => frame.type),
    )
  );
}
