/**
 * `npm run sim -- --seeds N --seed S [--verbose] [--mutant NAME]`: plays N seeds from S on. Exit 1
 * at the first seed that breaks a promise, with all that is needed to play it again. `--mutants`:
 * breaks every rule in turn, and exits with 1 if the checkers let one pass.
 */
import { parseArgs } from 'node:util';
import { grouped, keepRecord } from '../reliability/machine-record.ts';
import { huntAll } from './hunt.ts';
import { MUTANTS, mutantNamed } from './mutants/index.ts';
import { FAULTS } from './plan.ts';
import regression from './regression-seeds.json' with { type: 'json' };
import { describeFailure } from './report.ts';
import { runSeed, type SeedReport } from './run-seed.ts';
import { SITUATIONS, Situations } from './situations.ts';

/** One seed in so many is played twice, and must leave the same trace. */
const TWICE_EVERY = 50;
/** So many seeds must reach every situation. */
const SEEDS_FOR_ALL = 500;

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`--${name} takes a whole number, not ${text}`);
}

interface Sum {
  readonly situations: Situations;
  readonly faults: Map<string, number>;
  commands: number;
  events: number;
  virtualMs: number;
}

function add(sum: Sum, report: SeedReport): void {
  sum.situations.merge(report.situations);
  for (const [kind, count] of report.faults)
    sum.faults.set(kind, (sum.faults.get(kind) ?? 0) + count);
  sum.commands += report.commands;
  sum.events += report.events;
  sum.virtualMs += report.virtualMs;
}

function describeSum(sum: Sum, seeds: number, elapsedMs: number): string {
  const perSecond = ((seeds / elapsedMs) * 1000).toFixed(1);
  const virtual = `${(sum.virtualMs / 3_600_000).toFixed(2)} virtual hours`;
  return [
    `${perSecond} seeds/s; ${sum.commands} commands, ${sum.events} events, ${virtual}`,
    'faults:',
    ...FAULTS.map((kind) => `  ${String(sum.faults.get(kind) ?? 0).padStart(8)} ${kind}`),
    'situations:',
    ...SITUATIONS.map((name) => `  ${String(sum.situations.of(name)).padStart(8)} ${name}`),
  ].join('\n');
}

/** For RELIABILITY.md: the faults that were played. */
function keepSum(sum: Sum, first: number, seeds: number, startedMs: number): void {
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
    tables: [
      { head: ['fault', 'times'], rows: FAULTS.map((kind) => [kind, sum.faults.get(kind) ?? 0]) },
    ],
  });
}

/** Plays the seeds; answers the first that fails. */
async function play(
  seeds: readonly number[],
  options: { mutant: string | undefined; verbose: boolean },
  sum: Sum,
): Promise<SeedReport | undefined> {
  const spoilt = mutantNamed(options.mutant);
  const verbose = options.verbose ? { verbose: (line: string) => console.log(line) } : {};
  for (const [index, seed] of seeds.entries()) {
    const report = await runSeed({ seed, ...verbose, ...spoilt });
    add(sum, report);
    if (report.violations.length > 0) return report;
    if (index % TWICE_EVERY !== 0) continue;
    const again = await runSeed({ seed, ...spoilt });
    const why = `the trace is ${report.hash}, and ${again.hash} the second time`;
    if (again.hash !== report.hash)
      return { ...report, violations: [{ promise: 'determinism', why, events: [] }] };
  }
  return undefined;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      mutant: { type: 'string' },
      mutants: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
  });
  const first = wholeNumber('seed', values.seed);
  const count = wholeNumber('seeds', values.seeds);
  if (values.mutants) return (await huntAll(first)) === 0 ? 0 : 1;
  const chosen = Array.from({ length: count }, (_, index) => first + index);
  // A single seed is played to be looked at, alone.
  const seeds = count === 1 ? chosen : [...new Set([...regression.seeds, ...chosen])];
  const sum: Sum = {
    situations: new Situations(),
    faults: new Map(),
    commands: 0,
    events: 0,
    virtualMs: 0,
  };
  const startedMs = performance.now();
  const failed = await play(seeds, { mutant: values.mutant, verbose: values.verbose }, sum);
  if (failed !== undefined) {
    console.log(describeFailure(failed, values.mutant));
    return 1;
  }
  console.log(describeSum(sum, seeds.length, performance.now() - startedMs));
  if (values.mutant !== undefined) {
    console.log(`the mutant ${values.mutant} lives; there are: ${Object.keys(MUTANTS).join(', ')}`);
    return 1;
  }
  const { missed } = sum.situations;
  if (seeds.length >= SEEDS_FOR_ALL && missed.length > 0) {
    console.log(`never came about: ${missed.join(', ')}`);
    return 1;
  }
  keepSum(sum, first, count, startedMs);
  console.log(`${seeds.length} seeds, 0 violations`);
  return 0;
}

process.exitCode = await main();
