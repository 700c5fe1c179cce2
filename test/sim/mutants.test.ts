import assert from 'node:assert/strict';
import { seedsToNotice } from './hunt.ts';
import { MUTANTS, mutantNamed } from './mutants/index.ts';
import type { Mutant } from './mutants/mutant.ts';

/** That each is noticed, `npm run sim -- --mutants` asks. */
describe('the mutants', () => {
  it('leave the product as it was', async () => {
    const before = Object.values(MUTANTS).map(({ sabotage }) => sabotage?.());
    for (const mend of before.toReversed()) mend?.();
    assert.equal(await seedsToNotice({ rule: 'none', breaks: 'P6' }, 1, 2), Infinity);
  });

  it('with a wire that loses deliveries owe nothing to the wire', async () => {
    const { sabotage, ...wire } = MUTANTS['gaps-passed'] as Mutant;
    assert.ok(sabotage);
    assert.equal(await seedsToNotice(wire, wire.from ?? 1, 1), Infinity);
    assert.equal(await seedsToNotice({ ...wire, sabotage }, wire.from ?? 1, 1), 1);
  });

  it('that do not exist are named', () => {
    assert.throws(() => mutantNamed('nobody'), /no mutant nobody; there are .*forget-numbers/);
  });
});
