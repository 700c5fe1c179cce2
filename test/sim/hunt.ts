/** Sets the checkers on the mutants: how many seeds each of them lives. */
import { grouped, keepRecord } from '../reliability/machine-record.ts';
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

/** Plays every mutant from a seed on and prints the table. Resolves to how many live. */
export async function huntAll(first: number): Promise<number> {
  const startedMs = performance.now();
  const rows: (readonly [string, string, string, number | string])[] = [];
  console.log(`${'mutant'.padEnd(28)}${'noticed by'.padEnd(12)}${'seeds'.padStart(5)}  rule`);
  for (const [name, mutant] of Object.entries(MUTANTS)) {
    const seeds = await seedsToNotice(mutant, first, SEEDS_AT_MOST);
    const said = Number.isFinite(seeds) ? seeds : 'lives';
    rows.push([name, mutant.rule, mutant.breaks, said]);
    const columns = `${name.padEnd(28)}${mutant.breaks.padEnd(12)}${String(said).padStart(5)}`;
    console.log(`${columns}  ${mutant.rule}`);
  }
  const alive = rows.filter(([, , , seeds]) => seeds === 'lives').length;
  keepRecord({
    machine: 'mutants',
    command: 'npm run sim -- --mutants',
    done:
      `${grouped(rows.length)} rules were broken on purpose, one at a time, in the kernel, the ` +
      `client, the store and the wire. Each has to be noticed by the checker of its own promise ` +
      `within ${SEEDS_AT_MOST} seeds.`,
    seconds: (performance.now() - startedMs) / 1000,
    violations: alive,
    skipped: [],
    tables: [{ head: ['mutant', 'rule that is broken', 'noticed by', 'seeds'], rows }],
  });
  console.log(`${rows.length} mutants, ${alive} live`);
  return alive;
}
