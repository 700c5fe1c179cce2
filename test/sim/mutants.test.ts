import assert from 'node:assert/strict';
import { MUTANTS, mutantNamed } from './mutants.ts';
import { runSeed } from './run-seed.ts';

const SEEDS = 25;
const TIME_LIMIT_MS = 60_000;

/** The promise that each mutant breaks first of all. */
const BREAKS: Readonly<Record<string, string>> = {
  'acknowledge-before-keep': 'P1',
  'forget-numbers': 'P3',
  'alter-bodies': 'P2',
  'cursor-runs-ahead': 'P7',
  'lose-the-tail': 'P1',
  'members-never-leave': 'P14',
  'lose-deliveries': 'P5',
  'time-out-is-refusal': 'P9',
};

async function seedsToKill(mutant: string, promise: string): Promise<number> {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violations } = await runSeed({ seed, ...mutantNamed(mutant) });
    if (violations.some((violation) => violation.promise === promise)) return seed;
  }
  return Infinity;
}

describe('the mutants', () => {
  it('are all expected to break a promise', () => {
    assert.deepEqual(Object.keys(MUTANTS).sort(), Object.keys(BREAKS).sort());
  });

  for (const [mutant, promise] of Object.entries(BREAKS)) {
    it(`${mutant} is caught by ${promise} within ${SEEDS} seeds`, async function () {
      this.timeout(TIME_LIMIT_MS);
      assert.ok((await seedsToKill(mutant, promise)) <= SEEDS);
    });
  }

  it('that do not exist are named', () => {
    assert.throws(() => mutantNamed('nobody'), /no mutant nobody; there are .*forget-numbers/);
  });
});
