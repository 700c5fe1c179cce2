/**
 * `npm run faults -- [--quick] [--only NAME] [--rounds N]`: real faults on real servers. Ends with
 * a table and `N passed, N failed, N skipped`; exit 1 if anything failed. Each rig counts as one,
 * and so does its control, which has to fail.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keepRecord } from '../reliability/machine-record.ts';
import { sumLine } from '../reporter.ts';
import type { Violation } from '../sim/history.ts';
import type { FaultRig, Findings } from './fault-rig.ts';
import { Ground } from './ground.ts';
import { USERS } from './load.ts';
import { RIGS } from './rigs/index.ts';
import { reportTable, type Line } from './report.ts';

const VIOLATIONS_SHOWN = 5;
const EVENT_CHARS_MAX = 400;
/** Then a fresh stage, so that a long run needs no more memory than a short one. */
const ROUNDS_PER_STAGE = 50;
const CODE_CACHE = join(import.meta.dirname, '../../node_modules/.cache/node-compile');

function show({ promise, why, events }: Violation): string {
  const shown = events.map((event) => `      ${JSON.stringify(event).slice(0, EVENT_CHARS_MAX)}`);
  return [`  ${promise}: ${why}`, ...shown].join('\n');
}

function keepHistory(name: string, { history }: Findings): string {
  const file = join(tmpdir(), `im-faults-${name.replaceAll(/\W+/g, '-')}.jsonl`);
  writeFileSync(file, history.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return file;
}

function failed(name: string, why: string): Line {
  console.log(`  FAILED: ${why}`);
  return { name, rounds: 0, accepted: 0, repeated: 0, violations: '-', outcome: 'failed' };
}

async function playRig(rig: FaultRig, ground: Ground, rounds: number): Promise<Line> {
  console.log(`\n== ${rig.name}, ${rounds} rounds`);
  const sum = { accepted: 0, repeated: 0, violations: 0 };
  for (let left = rounds; left > 0 && sum.violations === 0; left -= ROUNDS_PER_STAGE) {
    const findings = await rig.play(ground, Math.min(left, ROUNDS_PER_STAGE));
    const { accepted, repeated, violations } = findings;
    for (const violation of violations.slice(0, VIOLATIONS_SHOWN)) console.log(show(violation));
    if (violations.length > 0) console.log(`  the history: ${keepHistory(rig.name, findings)}`);
    sum.accepted += accepted;
    sum.repeated += repeated;
    sum.violations += violations.length;
  }
  const outcome = sum.violations === 0 ? 'passed' : 'failed';
  return { name: rig.name, rounds, ...sum, violations: String(sum.violations), outcome };
}

async function playControl({ name: rig, control }: FaultRig, ground: Ground): Promise<Line> {
  const { what, breaks } = control;
  console.log(`\n== control of ${rig}: ${what}`);
  const findings = await control.play(ground);
  const of = (name: string): Violation | undefined =>
    findings.violations.find(({ promise }) => promise === name);
  const [broken, found] = [of('rig'), of(breaks)];
  if (broken !== undefined) return failed(`  ${what}`, broken.why);
  if (found === undefined) return failed(`  ${what}`, `nobody noticed that ${breaks} was broken`);
  console.log(`  noticed: ${breaks}: ${found.why}`);
  const { accepted, repeated, violations } = findings;
  const counts = { rounds: 1, accepted, repeated, violations: String(violations.length) };
  return { name: `  ${what}`, ...counts, outcome: 'passed' };
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The rig and its control; what throws has failed. */
async function play(rig: FaultRig, ground: Ground, rounds: number): Promise<readonly Line[]> {
  const why = rig.missing(ground.folder);
  if (why !== undefined) {
    console.log(`\n== ${rig.name}: SKIPPED, ${why}`);
    const empty = { rounds: 0, accepted: 0, repeated: 0, violations: '-' };
    return [
      { name: rig.name, ...empty, outcome: 'skipped' },
      { name: `  ${rig.control.what}`, ...empty, outcome: 'skipped' },
    ];
  }
  const startedMs = performance.now();
  const lines = [
    await playRig(rig, ground, rounds).catch((error) => failed(rig.name, textOf(error))),
    await playControl(rig, ground).catch((error) => failed(rig.control.what, textOf(error))),
  ];
  console.log(`  ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return lines;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name} takes a whole number above 0, not ${text}`);
}

function chosen(only: string | undefined): readonly FaultRig[] {
  const rigs = RIGS.filter(({ name }) => only === undefined || name.includes(only));
  const names = RIGS.map(({ name }) => name).join(', ');
  if (rigs.length === 0) throw new Error(`--only ${only}: there are ${names}`);
  return rigs;
}

/** For RELIABILITY.md. */
function keepLines(lines: readonly Line[], form: 'quick' | 'full', seconds: number): void {
  const of = (outcome: Line['outcome']): readonly Line[] =>
    lines.filter((line) => line.outcome === outcome);
  keepRecord({
    machine: 'real faults',
    command: `npm run faults${form === 'quick' ? ' -- --quick' : ''}`,
    done:
      'Real servers under load, and a fault in each round. Below each rig stands its control, in ' +
      'which a rule is broken on purpose: its violations have to be found.',
    seconds,
    violations: of('failed').length,
    skipped: of('skipped').map(({ name }) => `${name.trim()}: this machine lacks what it needs`),
    tables: [
      {
        head: ['rig, and its control', 'rounds', 'accepted', 'repeats', 'violations', ''],
        rows: lines.map(({ name, rounds, accepted, repeated, violations, outcome }) => {
          const title = name.startsWith(' ') ? `– control: ${name.trim()}` : name;
          return [title, rounds, accepted, repeated, violations, outcome];
        }),
      },
    ],
  });
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  const rigs = chosen(values.only);
  const form = values.quick ? 'quick' : 'full';
  const rounds = values.rounds === undefined ? undefined : wholeNumber('rounds', values.rounds);
  // Hundreds of servers start: compiling each file once is enough.
  process.env['NODE_COMPILE_CACHE'] ??= CODE_CACHE;
  const startedMs = performance.now();
  const ground = new Ground();
  const lines: Line[] = [];
  try {
    await ground.begin(USERS);
    for (const rig of rigs) lines.push(...(await play(rig, ground, rounds ?? rig.rounds[form])));
  } finally {
    ground.clear();
  }
  console.log(`\n${reportTable(lines)}\n`);
  keepLines(lines, form, (performance.now() - startedMs) / 1000);
  const count = (outcome: Line['outcome']): number =>
    lines.filter((line) => line.outcome === outcome).length;
  console.log(sumLine(count('passed'), count('failed'), count('skipped')));
  return count('failed') === 0 ? 0 : 1;
}

process.exitCode = await main();
