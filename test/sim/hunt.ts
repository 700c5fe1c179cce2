/** Sets the checkers on the mutants: how many seeds each of them lives. */
import { grouped, keepRecord } from '../reliability/machine-record.ts';
import { shareOut } from './crew.ts';
import type { HuntJob } from './hunt-worker.ts';
import type { Mutant } from './mutants/mutant.ts';
import { MUTANTS } from './mutants/index.ts';
import { runSeed } from './run-seed.ts';

/** A rule that stays broken for so many seeds without notice is not checked. */
export const SEEDS_AT_MOST = 500;

/** Seeds until the promise's own checker notices; Infinity: it never does. */
export async function seedsToNotice(mutant: Mutant, first: number, most: number): Promise<number> {
  for (let seeds = 1; seeds <= most; seeds += 1) {
    const { violations } = await runSeed({ seed: first + seeds - 1, ...mutant });
    if (violations.some(({ promise }) => promise === mutant.breaks)) return seeds;
  }
  return Infinity;
}

function sayRow(columns: readonly (string | number)[]): void {
  const [name, by, seeds, rule] = columns.map(String);
  console.log(`${name?.padEnd(32)}${by?.padEnd(12)}${seeds?.padStart(5)}  ${rule}`);
}

/**
 * How many seeds each mutant lives, in several threads; said as it comes. `first` undefined: from
 * the seed that each names.
 */
async function lives(first: number | undefined): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const jobs = Object.entries(MUTANTS).map(([name, { from = 1 }]) => {
    return { name, first: first ?? from };
  });
  const script = new URL('./hunt-worker.ts', import.meta.url);
  const done = (seeds: number, { name }: HuntJob): boolean => {
    found.set(name, seeds);
    const { breaks = '', rule = '' } = MUTANTS[name] ?? {};
    sayRow([name, breaks, Number.isFinite(seeds) ? seeds : 'lives', rule]);
    return true;
  };
  await shareOut({ script, jobs, done });
  return found;
}

/**
 * Plays every mutant from a seed on, or each from the one that it names, and prints the table.
 * Resolves to how many live.
 */
export async function huntAll(first: number | undefined): Promise<number> {
  const startedMs = performance.now();
  sayRow(['mutant', 'noticed by', 'seeds', 'rule']);
  const found = await lives(first);
  const rows = Object.entries(MUTANTS).map(([name, { rule, breaks }]) => {
    const seeds = found.get(name) ?? Infinity;
    return [name, rule, breaks, Number.isFinite(seeds) ? seeds : 'lives'] as const;
  });
  const alive = rows.filter(([, , , seeds]) => seeds === 'lives').length;
  keepRecord({
    machine: 'mutants',
    command: 'npm run sim -- --mutants',
    done:
      `${grouped(rows.length)} rules were broken on purpose, one at a time, in the kernel, the ` +
      `client, the store and the wire. Each has to be noticed by the checker of its own promise ` +
      `within ${SEEDS_AT_MOST} seeds, counted from the one that it names.`,
    seconds: (performance.now() - startedMs) / 1000,
    violations: alive,
    skipped: [],
    tables: [{ head: ['mutant', 'rule that is broken', 'noticed by', 'seeds'], rows }],
  });
  console.log(`${rows.length} mutants, ${alive} live`);
  return alive;
}
