/**
 * Fuzzes the decoders, and servers. `npm run fuzz -- --inputs 1000000 --seed 7` without a guide;
 * `--at I` runs input I alone. `--guided --executions 5000000` is guided by coverage. `--live
 * --seconds 30` plays conversations on the sockets of a real server (`live/`); `--at I` plays one.
 * Ends with 1, and says how to see it again, on what must not be.
 */
import { parseArgs } from 'node:util';
import { fuzzBlind } from './blind.ts';
import { grouped, keepRecord } from '../reliability/machine-record.ts';
import { fuzzGuided } from './guided.ts';
import { fuzzLive } from './live/run.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    guided: { type: 'boolean', default: false },
    live: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '30' },
    executions: { type: 'string', default: '5000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    at: { type: 'string' },
  },
});

function blind(seed: number): number {
  const first = Number(values.at ?? 0);
  return fuzzBlind(seed, first, values.at === undefined ? Number(values.inputs) : first + 1);
}

/** Failures, and what was done in words for RELIABILITY.md. */
interface Sum {
  readonly failures: number;
  readonly machine: string;
  readonly size: string;
  readonly done: string;
}

async function live(seed: number): Promise<Sum> {
  const { seconds } = values;
  const at = values.at === undefined ? {} : { at: Number(values.at) };
  const asked = { seed, seconds: Number(seconds), ...at, say: console.log };
  const { scripts, bytes, found } = await fuzzLive(asked);
  const size = `--live --seconds ${seconds}`;
  const megabytes = grouped(Math.round(bytes / 1e6));
  const done = `${grouped(scripts)} conversations of two on live sockets, ${megabytes} MB sent.`;
  return { failures: found ? 1 : 0, machine: 'live fuzz', size, done };
}

async function sum(seed: number): Promise<Sum> {
  if (values.live) return live(seed);
  const { executions, inputs } = values;
  if (values.guided) {
    const failures = await fuzzGuided(seed, Number(executions));
    const done = `${grouped(Number(executions))} executions of the decoders, guided by coverage.`;
    return { failures, machine: 'guided fuzz', size: `--guided --executions ${executions}`, done };
  }
  const done = `${grouped(Number(inputs))} inputs to the decoders that are nearly right.`;
  return { failures: blind(seed), machine: 'fuzz', size: `--inputs ${inputs}`, done };
}

const seed = Number(values.seed);
const startedMs = performance.now();
const { failures, machine, size, done } = await sum(seed);
process.exitCode = failures === 0 ? 0 : 1;
if (values.at === undefined)
  keepRecord({
    machine,
    command: `npm run fuzz -- ${size} --seed ${seed}`,
    done,
    seconds: (performance.now() - startedMs) / 1000,
    violations: failures,
    skipped: [],
    tables: [],
  });
