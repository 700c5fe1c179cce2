/**
 * Fuzzes the decoders. `npm run fuzz -- --inputs 1000000 --seed 7` without a guide; `--at I` runs
 * input I alone. `npm run fuzz -- --guided --executions 5000000 --seed 7` guided by coverage. Ends
 * with 1, and says how to see it again, on an input that does what none may (`judge.ts`).
 */
import { parseArgs } from 'node:util';
import { fuzzBlind } from './blind.ts';
import { grouped, keepRecord } from '../reliability/machine-record.ts';
import { fuzzGuided } from './guided.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    guided: { type: 'boolean', default: false },
    executions: { type: 'string', default: '5000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    at: { type: 'string' },
  },
});

function blind(seed: number): number {
  const first = Number(values.at ?? 0);
  return fuzzBlind(seed, first, values.at === undefined ? Number(values.inputs) : first + 1);
}

const seed = Number(values.seed);
const startedMs = performance.now();
const failures = values.guided ? await fuzzGuided(seed, Number(values.executions)) : blind(seed);
if (values.at === undefined) keepSum();
process.exitCode = failures === 0 ? 0 : 1;

/** For RELIABILITY.md. */
function keepSum(): void {
  const { guided, executions, inputs } = values;
  const size = guided ? `--guided --executions ${executions}` : `--inputs ${inputs}`;
  keepRecord({
    machine: guided ? 'guided fuzz' : 'fuzz',
    command: `npm run fuzz -- ${size} --seed ${seed}`,
    done: guided
      ? `${grouped(Number(executions))} executions of the decoders, guided by coverage.`
      : `${grouped(Number(inputs))} inputs to the decoders that are nearly right.`,
    seconds: (performance.now() - startedMs) / 1000,
    violations: failures,
    skipped: [],
    tables: [],
  });
}
