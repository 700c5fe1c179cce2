/**
 * `npm run faults -- [node | failover] [--quick] [--only NAME] [--rounds N] [--picture FILE]`: real
 * faults on real servers; `node`: on one, `failover`: on two with one store. Ends with a table and
 * `N passed, N failed, N skipped`; exit 1 if anything failed. Each rig counts as one, and so does
 * its control, which has to fail. The picture is of the first takeover of the first such rig.
 */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sumLine } from '../reporter.ts';
import type { Violation } from '../sim/history.ts';
import { FIGURES_HEAD, figuresRow, type Survival } from './failover/figures.ts';
import { FAILOVER_RIGS } from './failover/index.ts';
import type { FaultRig, Findings, Takeover } from './fault-rig.ts';
import { Ground } from './ground.ts';
import { USERS } from './load.ts';
import { keepPart, type Area } from './records.ts';
import { LINES_HEAD, rowOf, textTable, type Line } from './report.ts';
import { RIGS } from './rigs/index.ts';

const VIOLATIONS_SHOWN = 5;
const EVENT_CHARS_MAX = 400;
/**
 * Then a fresh stage, so that a long run needs no more memory than a short one. A multiple of nine,
 * so that each pairing of the failover rigs has as many.
 */
const ROUNDS_PER_STAGE = 45;
const AREAS: Readonly<Record<Area, readonly FaultRig[]>> = { node: RIGS, failover: FAILOVER_RIGS };
const CODE_CACHE = join(import.meta.dirname, '../../node_modules/.cache/node-compile');

function show({ promise, why, events }: Violation): string {
  const shown = events.map((event) => `      ${JSON.stringify(event).slice(0, EVENT_CHARS_MAX)}`);
  return [`  ${promise}: ${why}`, ...shown].join('\n');
}

function keepHistory(name: string, { history }: Findings): string {
  const file = join(tmpdir(), `im-faults-${name.replaceAll(/\W+/g, '-')}.jsonl`);
  // A long one is longer than a string may be.
  const handle = openSync(file, 'w');
  for (const event of history) writeSync(handle, `${JSON.stringify(event)}\n`);
  closeSync(handle);
  return file;
}

function failed(name: string, why: string): Line {
  console.log(`  FAILED: ${why}`);
  return { name, rounds: 0, accepted: 0, repeated: 0, violations: '-', outcome: 'failed' };
}

/** What came of one area. */
interface Played {
  readonly lines: Line[];
  readonly survivals: Survival[];
}

async function playRig(
  rig: FaultRig,
  ground: Ground,
  rounds: number,
  survivals: Survival[],
): Promise<Line> {
  console.log(`\n== ${rig.name}, ${rounds} rounds`);
  const sum = { accepted: 0, repeated: 0, violations: 0 };
  const takeovers: Takeover[] = [];
  const broken: Violation[] = [];
  let picture: Findings['picture'];
  for (let left = rounds; left > 0 && sum.violations === 0; left -= ROUNDS_PER_STAGE) {
    const findings = await rig.play(ground, Math.min(left, ROUNDS_PER_STAGE));
    const { accepted, repeated, violations } = findings;
    for (const violation of violations.slice(0, VIOLATIONS_SHOWN)) console.log(show(violation));
    if (violations.length > 0) console.log(`  the history: ${keepHistory(rig.name, findings)}`);
    sum.accepted += accepted;
    sum.repeated += repeated;
    sum.violations += violations.length;
    takeovers.push(...(findings.takeovers ?? []));
    broken.push(...violations);
    picture ??= findings.picture;
  }
  if (takeovers.length > 0)
    survivals.push({ name: rig.name, takeovers, violations: broken, picture });
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
async function play(
  rig: FaultRig,
  ground: Ground,
  rounds: number,
  survivals: Survival[],
): Promise<readonly Line[]> {
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
    await playRig(rig, ground, rounds, survivals).catch((error) => failed(rig.name, textOf(error))),
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

function chosen(areas: readonly Area[], only: string | undefined): readonly FaultRig[] {
  const all = areas.flatMap((area) => AREAS[area]);
  const exact = all.filter(({ name }) => name === only);
  const like = all.filter(({ name }) => only === undefined || name.includes(only));
  const rigs = exact.length > 0 ? exact : like;
  const names = all.map(({ name }) => name).join(', ');
  if (rigs.length === 0) throw new Error(`--only ${only}: there are ${names}`);
  return rigs;
}

function areasOf(words: readonly string[]): readonly Area[] {
  const areas = Object.keys(AREAS) as Area[];
  const unknown = words.find((word) => !areas.some((area) => area === word));
  if (unknown !== undefined) throw new Error(`${unknown}: there are ${areas.join(' and ')}`);
  return words.length === 0 ? areas : areas.filter((area) => words.includes(area));
}

function printed({ lines, survivals }: Played): void {
  console.log(`\n${textTable(LINES_HEAD, lines.map(rowOf))}\n`);
  if (survivals.length > 0) console.log(`${textTable(FIGURES_HEAD, survivals.map(figuresRow))}\n`);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      picture: { type: 'string' },
    },
  });
  const areas = areasOf(positionals);
  const rigs = chosen(areas, values.only);
  const form = values.quick ? 'quick' : 'full';
  const rounds = values.rounds === undefined ? undefined : wholeNumber('rounds', values.rounds);
  // Hundreds of servers start: compiling each file once is enough.
  process.env['NODE_COMPILE_CACHE'] ??= CODE_CACHE;
  const ground = new Ground();
  const all: Played = { lines: [], survivals: [] };
  try {
    await ground.begin(USERS);
    for (const area of areas) {
      const startedMs = performance.now();
      const lines: Line[] = [];
      const survivals: Survival[] = [];
      for (const rig of rigs.filter((one) => AREAS[area].includes(one)))
        lines.push(...(await play(rig, ground, rounds ?? rig.rounds[form], survivals)));
      if (lines.length === 0) continue;
      const seconds = (performance.now() - startedMs) / 1000;
      keepPart(area, form, { lines, survivals, seconds });
      all.lines.push(...lines);
      all.survivals.push(...survivals);
    }
  } finally {
    ground.clear();
  }
  printed(all);
  const picture = all.survivals.find((one) => one.picture !== undefined)?.picture;
  if (values.picture !== undefined && picture) writeFileSync(values.picture, picture());
  const count = (outcome: Line['outcome']): number =>
    all.lines.filter((line) => line.outcome === outcome).length;
  console.log(sumLine(count('passed'), count('failed'), count('skipped')));
  return count('failed') === 0 ? 0 : 1;
}

process.exitCode = await main();
