/**
 * Fuzzes the decoders: `npm run fuzz -- --inputs 1000000 --seed 7`; `--at I` runs input I alone.
 * Ends with 1, and says how to see it again, on an exception that is no WireError, on frames and
 * leftovers that keep more than eight times the input and 64 KiB, on decoding that allocates
 * (garbage included) more than sixteen times the input and 64 KiB, on an input that takes more than
 * 50 ms, on a frame that does not survive being written, and on a split that changes the outcome.
 */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { Chance, seedOf } from './chance.ts';
import { loadCorpus } from './corpus.ts';
import { decode, sizeOf, whatDiffers, type Binding, type Input, type Outcome } from './decode.ts';
import { cutAtChance, mutateFrame, mutateJson } from './mutate.ts';

const KEPT_FACTOR = 8;
const ALLOCATED_FACTOR = 16;
const FREE_BYTES = 65_536;
const SLOW_MS = 50;
/** Hostile inputs are long; so many others come between two of them. */
const HOSTILE_EVERY = 1000;
/** The heap is weighed, and a frame read written again, once in so many inputs. */
const WEIGH_EVERY = 500;
const REREAD_EVERY = 8;
/** From this many bytes on, every input is weighed. */
const LONG_BYTES = 10_000;
const TRIES = 5;

const BINDINGS: readonly Binding[] = ['stream', 'messages', 'json'];
const WHATS = ['history', 'conversations', 'members', 'friends', 'presence'] as const;
const CORPUS = { client: loadCorpus('client'), server: loadCorpus('server') };

function makeInput(seed: number, index: number): Input {
  const chance = new Chance(seedOf(seed, index));
  const binding = chance.oneOf(BINDINGS);
  const from = chance.onceIn(3) ? 'server' : 'client';
  const what = chance.oneOf(WHATS);
  const corpus = CORPUS[from];
  if (binding === 'json') {
    const hostile = chance.onceIn(HOSTILE_EVERY);
    const text = chance.oneOf(hostile ? corpus.hostileJson : corpus.json);
    const pieces = [hostile ? text : mutateJson(text, chance.oneOf(corpus.json), chance)];
    return { binding, from, what, pieces };
  }
  if (chance.onceIn(HOSTILE_EVERY)) {
    return { binding, from, what, pieces: [chance.oneOf(corpus.hostileTlv)] };
  }
  const frames = Array.from({ length: 1 + chance.below(3) }, () => {
    const frame = chance.oneOf(corpus.tlv);
    return chance.onceIn(3) ? frame : mutateFrame(frame, chance.oneOf(corpus.tlv), chance);
  });
  const bytes = Buffer.concat(frames);
  return {
    binding,
    from,
    what,
    pieces: binding === 'stream' ? cutAtChance(bytes, chance) : [bytes],
  };
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
  if (input.binding !== 'stream') return false;
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

/** What is wrong with an input, if anything. */
function judge(input: Input, index: number, tally: Tally): string | undefined {
  const before = performance.now();
  const outcome = decode(input);
  const took = performance.now() - before;
  tally.frames += outcome.frames.length;
  if (outcome.refused !== undefined) tally.refused += 1;
  if (took > SLOW_MS && several(() => timeOf(input))[0]! > SLOW_MS) return `takes ${took} ms`;
  const kept = sizeOf(outcome.frames) + outcome.heldBytes;
  if (kept > allowedBytes(input, KEPT_FACTOR)) return `keeps ${kept} bytes`;
  if (index % WEIGH_EVERY === 0 || lengthOf(input) >= LONG_BYTES) {
    const allowed = allowedBytes(input, ALLOCATED_FACTOR);
    const allocated = weigh(input) > allowed ? several(() => weigh(input))[TRIES >> 1]! : 0;
    if (allocated > allowed) return `allocates ${allocated} bytes`;
  }
  if (index % REREAD_EVERY !== 0) return undefined;
  if (differsUnsplit(input, outcome)) return 'reads otherwise when it is not split';
  return whatDiffers(input, outcome);
}

interface Tally {
  frames: number;
  refused: number;
}

function problemOf(input: Input, index: number, tally: Tally): string | undefined {
  try {
    return judge(input, index, tally);
  } catch (thrown) {
    return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  }
}

function show(input: Input, seed: number, index: number, problem: string): void {
  const { pieces, ...rest } = input;
  console.log(`input ${index} of seed ${seed} ${problem}`);
  console.log(`${JSON.stringify(rest)} ${pieces.map((piece) => hex(piece)).join(' | ')}`);
  console.log(`again: npm run fuzz -- --seed ${seed} --at ${index}`);
}

function hex(piece: Uint8Array): string {
  const text = Buffer.from(piece.subarray(0, 400)).toString('hex');
  return piece.length > 400 ? `${text}… (${piece.length} bytes)` : text;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
      at: { type: 'string' },
    },
  });
  const seed = Number(values.seed);
  const first = values.at === undefined ? 0 : Number(values.at);
  const end = values.at === undefined ? Number(values.inputs) : first + 1;
  const tally: Tally = { frames: 0, refused: 0 };
  let failures = 0;
  const begun = performance.now();
  for (let index = first; index < end && failures < 10; index++) {
    const input = makeInput(seed, index);
    const problem = problemOf(input, index, tally);
    if (problem === undefined) continue;
    failures += 1;
    show(input, seed, index, problem);
  }
  const rate = Math.round((end - first) / ((performance.now() - begun) / 1000));
  console.log(`seed ${seed}: ${tally.frames} frames read, ${tally.refused} inputs refused`);
  console.log(`${rate} inputs per second`);
  console.log(`${end - first} inputs, ${failures} failures`);
  process.exitCode = failures === 0 ? 0 : 1;
}

main();
