/** The search without a guide: each input is made from its number alone, and can be made again. */
import { Chance, seedOf } from './chance.ts';
import { loadCorpus } from './corpus.ts';
import { BINDINGS, WHATS, type Input } from './decode.ts';
import { inputToText } from './input-text.ts';
import { problemOf, runOnce } from './judge.ts';
import { cutAtChance, mutateFrame, mutateJson } from './mutate.ts';

/** Hostile inputs are long; so many others come between two of them. */
const HOSTILE_EVERY = 1000;
/** The heap is weighed, and a frame read written again, once in so many inputs. */
const WEIGH_EVERY = 500;
const REREAD_EVERY = 8;
const FAILURES_MAX = 10;
/** Of an input that failed, so many characters are shown. */
const SHOWN_MAX = 1000;

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

function show(input: Input, seed: number, index: number, problem: string): void {
  const text = inputToText(input);
  console.log(`input ${index} of seed ${seed} ${problem}`);
  console.log(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
  console.log(`again: npm run fuzz -- --seed ${seed} --at ${index}`);
}

/** Judges the inputs from `first` up to `end`, which is left out; gives the number of failures. */
export function fuzzBlind(seed: number, first: number, end: number): number {
  let [frames, refused, failures] = [0, 0, 0];
  const begun = performance.now();
  for (let index = first; index < end && failures < FAILURES_MAX; index++) {
    const input = makeInput(seed, index);
    const run = runOnce(input);
    frames += run.outcome?.frames.length ?? 0;
    if (run.outcome?.refused !== undefined) refused += 1;
    const asked = { weigh: index % WEIGH_EVERY === 0, reread: index % REREAD_EVERY === 0 };
    const problem = problemOf(input, run, asked);
    if (problem === undefined) continue;
    failures += 1;
    show(input, seed, index, problem);
  }
  const rate = Math.round((end - first) / ((performance.now() - begun) / 1000));
  console.log(`seed ${seed}: ${frames} frames read, ${refused} inputs refused`);
  console.log(`${rate} inputs per second`);
  console.log(`${end - first} inputs, ${failures} failures`);
  return failures;
}
