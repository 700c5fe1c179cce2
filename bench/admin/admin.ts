/**
 * What it costs to watch: the chat while somebody has open what a busy operator has, against the
 * same chat unwatched; and `im top` on a node with very many sessions.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { round } from '../works/work.ts';
import { at, judge, type Measured } from './aims.ts';
import { costOf, median, type Block } from './blocks.ts';
import { built } from './built.ts';
import { withCrowd } from './crowded.ts';
import { measureLooks, measureWatching } from './looks.ts';
import { Scroll, type Scrolled } from './scroll.ts';
import { STEADY_PER_SECOND, watchedChat, type WatchedChat } from './watched-chat.ts';

const SESSIONS = 10_000;
const SESSIONS_QUICK = 2_000;

/** Prints it all. The result: every aim is met. */
export async function runAdmin(quick: boolean): Promise<boolean> {
  const steady = await watchedChat(quick ? 24 : 64, STEADY_PER_SECOND);
  show(`the chat at ${STEADY_PER_SECOND} messages a second`, steady);
  const full = await watchedChat(quick ? 8 : 32);
  show('the chat as fast as it is answered', full);

  const sessions = quick ? SESSIONS_QUICK : SESSIONS;
  const here = await crowded(sessions);
  const { looks, rest, scrolled } = here;
  console.log(`\none look at ${sessions} sessions: what it costs the server's event loop`);
  console.table(looks);
  console.log(`all that is open takes ${round(here.corePercent, 1)} % of a core of the server`);
  const { busyPercent, residentMb } = rest;
  console.log(`im top at rest: ${round(busyPercent, 1)} % of a core, ${round(residentMb)} MB`);
  console.table(delays(scrolled));

  console.log('\naims');
  const judged = judge({ steady, full, ...here });
  console.table(judged);
  return judged.every(({ met }) => met);
}

function show(what: string, { blocks, seen }: WatchedChat): void {
  console.log(`\n${what}, watched and not, by turns: medians, and what watching adds`);
  console.table(costs(blocks));
  console.log('who watched saw', seen);
}

async function crowded(sessions: number): Promise<Omit<Measured, 'steady' | 'full'>> {
  const folder = mkdtempSync(join(tmpdir(), 'im-built-'));
  try {
    const launcher = await built(folder);
    return await withCrowd(sessions, async (system) => {
      const looks = await measureLooks(system, sessions);
      const corePercent = await measureWatching(system);
      const scroll = new Scroll(system, launcher, sessions);
      return { looks, corePercent, rest: await scroll.rest(), scrolled: await scroll.scroll() };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const FIGURES = {
  'messages/s': 'messages/s',
  'CPU µs per message, event loop': 'loopUs',
  'CPU µs per message, all threads': 'allUs',
} as const;

function costs(blocks: readonly Block[]): Record<string, Record<string, number>> {
  const rows = Object.entries(FIGURES).map(([name, figure]) => {
    const of = (isWatched: boolean): number => {
      const some = blocks.filter((block) => block.isWatched === isWatched);
      return round(median(some.map((block) => block[figure])), 2);
    };
    const { percent, givenOrTaken } = costOf(blocks, figure);
    const added = { 'added %': round(percent, 1), '± %': round(givenOrTaken, 1) };
    return [name, { unwatched: of(false), watched: of(true), ...added }] as const;
  });
  return Object.fromEntries(rows);
}

function delays(scrolled: Scrolled): Record<string, Record<string, number>> {
  const { keysMs, framesMs, jumpMs, top, serverMs, aloneMs } = scrolled;
  return {
    'from a key to its frame': spread(keysMs),
    'a held key: from frame to frame': spread(framesMs),
    'from a key to rows of the other end': { 'max ms': round(jumpMs, 1) },
    "im top's event loop, late": { 'p99 ms': round(top.p99, 1), 'max ms': round(top.max, 1) },
    "the server's event loop, longest of each second": spread(serverMs),
    'the same while nobody looks': spread(aloneMs),
  };
}

function spread(values: readonly number[]): Record<string, number> {
  return {
    count: values.length,
    'p50 ms': round(at(values, 0.5), 1),
    'p99 ms': round(at(values, 0.99), 1),
    'max ms': round(at(values, 1), 1),
  };
}
