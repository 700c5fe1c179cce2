/**
 * What order costs and gives: each ordering, with the SDK's reorder buffer behind it, over
 * synthetic links in virtual time, the same for the same seed, however fast the machine is; and
 * what each costs in throughput, on this machine.
 */
import { judge, judgeSpeeds, type Row } from './aims.ts';
import { curve, type Point } from './curve.ts';
import { figuresOf, type Leg } from './figures.ts';
import { links, type Link } from './links.ts';
import { modes, window } from './modes.ts';
import type { MakeOrdering } from './talk.ts';
import { measureSpeeds } from './throughput.ts';

const BEFORE_THE_SERVER =
  'Under heavy jitter before the server no window adds at most 30 ms and leaves under 2 %: nothing\n' +
  'tells there what is missing, so every message waits for the few that are late. The aims for\n' +
  'heavy jitter are for what is uneven behind the server, where positions tell it.';
const LEGS: readonly Leg[] = ['before', 'behind'];

/** What each mode can be told. */
const HOLDS_MS = [0, 10, 20, 30, 50, 100, 200, 300, 500, 1_000];
const PERCENTILES = [50, 60, 70, 80, 85, 90, 95, 99];
const MAX_HOLDS_MS = [10, 30, 100, 200, 300, 500, 1_000];

/** Prints it all. The result: every aim is met. */
export async function runOrder(seed: number, quick: boolean): Promise<boolean> {
  const speeds = await measureSpeeds(quick);
  console.log('\nthroughput of the chat with each ordering; the best round counts');
  console.table(speeds.modes);
  const rows = await measureAll(seed);
  for (const leg of LEGS) {
    console.log(`\nuneven ${leg} the server, seed ${seed}`);
    const here = rows.filter((row) => row.leg === leg);
    const table = here.map(({ link, mode, figures }) => {
      const cost = { 'throughput cost %': speeds.modes[mode]?.['cost %'] };
      return [`${link}: ${mode}`, { ...figures, ...cost }] as const;
    });
    console.table(Object.fromEntries(table));
  }
  for (const [name, link] of Object.entries(links)) await drawCurve(name, link, seed);
  console.log(`\n${BEFORE_THE_SERVER}`);
  console.log('\naims');
  const judged = [...judge(rows), ...judgeSpeeds(speeds)];
  console.table(judged);
  return judged.every(({ met }) => met);
}

async function drawCurve(name: string, link: Link, seed: number): Promise<void> {
  console.log(`\n${name} before the server: mean added delay against messages out of sending`);
  const points = await sweep((make) => figuresOf(make, link, 'before', seed));
  for (const line of curve(points)) console.log(line);
  for (const { mark, label, addedMs, disorderPercent } of points)
    console.log(`  ${mark} ${label}: ${addedMs} ms, ${disorderPercent} %`);
}

async function measureAll(seed: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const leg of LEGS)
    for (const [name, link] of Object.entries(links))
      for (const [mode, make] of Object.entries(modes))
        rows.push({ leg, link: name, mode, figures: await figuresOf(make, link, leg, seed) });
  return rows;
}

async function sweep(
  measure: (make: MakeOrdering) => ReturnType<typeof figuresOf>,
): Promise<Point[]> {
  const points: Point[] = [];
  for (const { mark, label, make } of candidates()) {
    const figures = await measure(make);
    const { 'added mean ms': addedMs, 'out of sending %': disorderPercent } = figures;
    points.push({ mark, label, addedMs, disorderPercent });
  }
  return points;
}

interface Candidate extends Pick<Point, 'mark' | 'label'> {
  readonly make: MakeOrdering;
}

function candidates(): Candidate[] {
  const { 'conversation-owner': owner, 'central-sequencer': central } = modes;
  return [
    { mark: 'o', label: 'conversation-owner', make: owner },
    { mark: 's', label: 'central-sequencer', make: central },
    ...HOLDS_MS.map((hold) => ({
      mark: 'f',
      label: `fixed, hold ${hold} ms`,
      make: window({ mode: 'fixed', hold }),
    })),
    ...PERCENTILES.map((percentile) => ({
      mark: 'l',
      label: `lateness, percentile ${percentile}`,
      make: window({ mode: 'lateness', percentile }),
    })),
    ...MAX_HOLDS_MS.map((maxHold) => ({
      mark: 'p',
      label: `p99, maxHold ${maxHold} ms`,
      make: window({ mode: 'p99', maxHold }),
    })),
  ];
}
