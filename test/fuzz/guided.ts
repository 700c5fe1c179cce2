/** A run of the guided search over all bindings, and what it prints. */
import { BINDINGS } from './decode.ts';
import { inputToText } from './input-text.ts';
import { loadInstrumented } from './instrument.ts';
import { search, type Failure } from './search.ts';

function show(failure: Failure, again: string): void {
  console.log(`an input ${failure.problem}`);
  console.log(inputToText(failure.input));
  console.log('save that line as test/fuzz/regressions/<what-was-wrong>.json');
  console.log(`again: npm run fuzz -- --guided ${again}`);
}

/** Shares the executions among the bindings; gives the number of failures, one each at most. */
export async function fuzzGuided(seed: number, executions: number): Promise<number> {
  // Said first: an input that never ends leaves nothing else to see it again by.
  console.log(`seed ${seed}, ${executions} executions`);
  let [done, failures] = [0, 0];
  const begun = performance.now();
  for (const [i, binding] of BINDINGS.entries()) {
    const share = Math.ceil((executions - done) / (BINDINGS.length - i));
    const decoders = await loadInstrumented();
    const found = search(decoders, { binding, seed, executions: share });
    const { covered, total } = found.branches;
    const corpus = `corpus of ${found.corpus.length} inputs`;
    console.log(
      `${binding}: ${found.executions} executions, ${corpus}, ${covered} of ${total} branches covered`,
    );
    done += found.executions;
    if (found.failure === undefined) continue;
    failures += 1;
    show(found.failure, `--seed ${seed} --executions ${executions}`);
  }
  const rate = Math.round(done / ((performance.now() - begun) / 1000));
  console.log(`${rate} executions per second`);
  console.log(`${done} executions, ${failures} failures`);
  return failures;
}
