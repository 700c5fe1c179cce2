import assert from 'node:assert/strict';
import { loadInstrumented } from './instrument.ts';
import { PLANTS } from './plants.ts';
import { search } from './search.ts';

/** Within so many executions a fault must be found. */
const EXECUTIONS = 300_000;
const SEED = 1;

describe('the guided fuzzer', () => {
  for (const plant of PLANTS) {
    it(`finds ${plant.name}`, async () => {
      const decoders = await loadInstrumented(plant);
      const { failure } = search(decoders, {
        binding: plant.binding,
        seed: SEED,
        executions: EXECUTIONS,
      });
      assert.match(failure?.problem ?? 'nothing found', plant.problem);
    });
  }

  it('would not find the first of them without its guide', async () => {
    const plant = PLANTS[0]!;
    const { failure } = search(await loadInstrumented(plant), {
      binding: plant.binding,
      seed: SEED,
      executions: EXECUTIONS / 3,
      guided: false,
    });
    assert.equal(failure, undefined);
  });

  it('finds the same with the same seed, and nothing wrong with the decoders', async () => {
    const asked = { binding: 'stream', seed: SEED, executions: 10_000 } as const;
    const [one, two] = await Promise.all([loadInstrumented(), loadInstrumented()]);
    const found = search(one, asked);
    assert.equal(found.failure, undefined);
    assert.equal(found.executions, asked.executions);
    assert.ok(found.branches.covered > found.branches.total / 3);
    assert.deepEqual(search(two, asked), found);
    assert.notDeepEqual(search(one, { ...asked, seed: SEED + 1 }).corpus, found.corpus);
  });
});
