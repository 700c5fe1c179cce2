/** A run of the live fuzzer: what it says, and how a problem is seen again. */
import type { Differences } from '../../scenes/server-process.ts';
import { Arena, type Played, type Problem } from './arena.ts';
import { scriptOf, scriptText } from './script.ts';

export interface Asked {
  readonly seed: number;
  readonly seconds: number;
  /** This script alone, and shown. */
  readonly at?: number;
  /** What the server's configuration has otherwise. */
  readonly differences?: Differences;
  readonly say: (line: string) => void;
}

export interface Found extends Problem {
  /** Scripts that bring it about alone. */
  readonly culprits: readonly number[];
}

export interface Run {
  readonly scripts: number;
  readonly bytes: number;
  /** The first problem that counts. */
  readonly found?: Found;
}

/** So many are tried. */
const SUSPECTS_MAX = 48;
/** From the second quarter of a run to its last. */
const GROWTH_MAX_KB = 60_000;
const LOOKS_MIN = 20;

export async function fuzzLive(asked: Asked): Promise<Run> {
  const { seed, seconds, at, say } = asked;
  say(`seed ${seed}, ${at === undefined ? `${seconds} s` : `script ${at} alone`}`);
  if (at !== undefined) say(scriptText(scriptOf(seed, at)));
  const played = await playOn(asked, at === undefined ? forSeconds(seconds) : inTurn([at]));
  show(played, say);
  const problems = [...played.problems, ...growthOf(played.residentKb)];
  for (const { kind, what } of problems) say(`${kind}: ${what}`);
  // The others mostly follow from the first; a stall is looked into if it is all there is.
  const first = problems.find(({ kind }) => kind !== 'stall') ?? problems[0];
  const found = first && (await lookedInto(first, asked));
  say(`${played.scripts} scripts, ${found ? 1 : 0} failures`);
  const { scripts, bytes } = played;
  return { scripts, bytes, ...(found && { found }) };
}

async function playOn(
  { seed, differences }: Asked,
  next: () => number | undefined,
): Promise<Played> {
  const arena = new Arena(seed, differences);
  try {
    await arena.begin();
    return await arena.play(next);
  } finally {
    await arena.clear();
  }
}

/** Counts upwards, from the first call on for so long. */
function forSeconds(seconds: number): () => number | undefined {
  let index = 0;
  let endMs: number | undefined;
  return () => {
    endMs ??= performance.now() + seconds * 1_000;
    return performance.now() < endMs ? index++ : undefined;
  };
}

/** Gives each once. */
export function inTurn(indices: readonly number[]): () => number | undefined {
  const left = [...indices];
  return () => left.shift();
}

function show(played: Played, say: (line: string) => void): void {
  const { scripts, moves, bytes, messages, worstWaitMs, worstStallMs, residentKb } = played;
  say(`${scripts} scripts, ${moves} moves, ${(bytes / 1e6).toFixed(1)} MB sent`);
  say(`friends: ${messages} messages, the longest wait ${worstWaitMs.toFixed()} ms`);
  const answers = Array.from(played.answers, ([what, count]) => `${what} ${count}`);
  if (answers.length > 0) say(`answers: ${answers.join(', ')}`);
  const residentMb = (Math.max(0, ...residentKb) / 1_024).toFixed();
  say(`loop: stood for ${worstStallMs.toFixed()} ms at most; memory: ${residentMb} MiB`);
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** Memory that does not come to rest. */
function growthOf(residentKb: readonly number[]): readonly Problem[] {
  if (residentKb.length < LOOKS_MIN) return [];
  const quarter = residentKb.length >> 2;
  const before = middle(residentKb.slice(quarter, 2 * quarter));
  const growthKb = middle(residentKb.slice(-quarter)) - before;
  if (growthKb <= GROWTH_MAX_KB) return [];
  return [{ kind: 'memory', what: `${growthKb} KB more are resident in the end`, suspects: [] }];
}

/** A stall that does not come again with the same scripts was the machine's: it does not count. */
async function comesAgain(problem: Problem, asked: Asked): Promise<boolean> {
  if (problem.kind !== 'stall') return true;
  const { problems } = await playOn(asked, inTurn(problem.suspects));
  const again = problems.some(({ kind }) => kind === 'stall');
  if (!again) asked.say('it did not come again with the same scripts: not counted');
  return again;
}

async function lookedInto(problem: Problem, asked: Asked): Promise<Found | undefined> {
  const { seed, at, say } = asked;
  if (at !== undefined) return { ...problem, culprits: [at] };
  if (!(await comesAgain(problem, asked))) return undefined;
  const culprits = await culpritsAmong(problem.suspects.slice(0, SUSPECTS_MAX), asked);
  const again = `again: npm run fuzz -- --live --seed ${seed}`;
  for (const index of culprits) say(`${again} --at ${index}`);
  if (culprits.length === 0) say(`no script does it alone; ${again}`);
  return { ...problem, culprits };
}

/** By halves: one is in a half that does it again. */
async function culpritsAmong(
  suspects: readonly number[],
  asked: Asked,
): Promise<readonly number[]> {
  if (suspects.length === 0) return [];
  const { problems } = await playOn(asked, inTurn(suspects));
  if (problems.length === 0) return [];
  if (suspects.length === 1) return suspects;
  const half = suspects.length >> 1;
  const first = await culpritsAmong(suspects.slice(0, half), asked);
  return first.length > 0 ? first : culpritsAmong(suspects.slice(half), asked);
}
