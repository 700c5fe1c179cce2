/**
 * `npm run sim -- --seeds N --seed S [--verbose] [--mutant NAME]`: plays N seeds from S on. Exit 1
 * at the first seed that breaks a promise, with all that is needed to play it again. `--mutants`:
 * breaks every rule in turn, and exits with 1 if the checkers let one pass.
 */
import { parseArgs } from 'node:util';
import { grouped, keepRecord } from '../reliability/machine-record.ts';
import { shareOut } from './crew.ts';
import { huntAll } from './hunt.ts';
import { MUTANTS, mutantNamed } from './mutants/index.ts';
import { FAULTS } from './plan.ts';
import regression from './regression-seeds.json' with { type: 'json' };
import { describeFailure } from './report.ts';
import { runSeed } from './run-seed.ts';
import type { Played, SeedJob } from './seed-worker.ts';
import { Tally } from './tally.ts';

/** So many go to a thread at a time. The first is played twice, and must leave the same trace. */
const SEEDS_PER_JOB = 50;
/** So many seeds must reach every situation. */
const SEEDS_FOR_ALL = 500;

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`--${name} takes a whole number, not ${text}`);
}

/** For RELIABILITY.md: the faults that were played. */
function keepSum(sum: Tally, first: number, seeds: number, startedMs: number): void {
  const hours = Math.round(sum.virtualMs / 3_600_000);
  keepRecord({
    machine: 'simulator',
    command: `npm run sim -- --seed ${first} --seeds ${seeds}`,
    done:
      `${grouped(seeds)} seeds: the real kernel and the real clients through ` +
      `${grouped(sum.commands)} commands, ${grouped(sum.events)} events, ${grouped(hours)} hours ` +
      'of virtual time, and these faults.',
    seconds: (performance.now() - startedMs) / 1000,
    violations: 0,
    skipped: [],
    tables: [{ head: ['fault', 'times'], rows: FAULTS.map((kind) => [kind, sum.of(kind)]) }],
  });
}

/** Plays the seeds in several threads; answers the report of one that failed. */
async function play(
  seeds: readonly number[],
  mutant: string | undefined,
  sum: Tally,
): Promise<string | undefined> {
  const jobs: SeedJob[] = [];
  for (let from = 0; from < seeds.length; from += SEEDS_PER_JOB)
    jobs.push({ seeds: seeds.slice(from, from + SEEDS_PER_JOB), mutant });
  let failure: string | undefined;
  const script = new URL('./seed-worker.ts', import.meta.url);
  const done = (played: Played): boolean => {
    sum.merge(played.tallied);
    failure ??= played.failure;
    return failure === undefined;
  };
  await shareOut({ script, jobs, done });
  return failure;
}

function sayLine(line: string): void {
  console.log(line);
}

/** Plays them here, one after the other, and says every event; the exit code. */
async function watch(seeds: readonly number[], mutant: string | undefined): Promise<number> {
  for (const seed of seeds) {
    const report = await runSeed({ seed, verbose: sayLine, ...mutantNamed(mutant) });
    if (report.violations.length === 0) continue;
    console.log(describeFailure(report, mutant));
    return 1;
  }
  console.log(`${seeds.length} seeds, 0 violations`);
  return 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      seed: { type: 'string' },
      mutant: { type: 'string' },
      mutants: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
  });
  const asked = values.seed === undefined ? undefined : wholeNumber('seed', values.seed);
  if (values.mutants) return (await huntAll(asked)) === 0 ? 0 : 1;
  const first = asked ?? 1;
  const count = wholeNumber('seeds', values.seeds);
  // Complains of a name that is none before any thread begins.
  mutantNamed(values.mutant);
  const chosen = Array.from({ length: count }, (_, index) => first + index);
  if (values.verbose) return await watch(chosen, values.mutant);
  // A single seed is played to be looked at, alone.
  const seeds = count === 1 ? chosen : [...new Set([...regression.seeds, ...chosen])];
  const sum = new Tally();
  const startedMs = performance.now();
  const failure = await play(seeds, values.mutant, sum);
  if (failure !== undefined) {
    console.log(failure);
    return 1;
  }
  console.log(sum.text(seeds.length, performance.now() - startedMs));
  if (values.mutant !== undefined) {
    console.log(`the mutant ${values.mutant} lives; there are: ${Object.keys(MUTANTS).join(', ')}`);
    return 1;
  }
  const { missed } = sum;
  if (seeds.length >= SEEDS_FOR_ALL && missed.length > 0) {
    console.log(`never came about: ${missed.join(', ')}`);
    return 1;
  }
  keepSum(sum, first, count, startedMs);
  console.log(`${seeds.length} seeds, 0 violations`);
  return 0;
}

process.exitCode = await main();
