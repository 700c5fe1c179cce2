/** What watching may cost at most, and whether the machine was quiet enough to tell. */
import { costOf, median } from './blocks.ts';
import type { Look } from './looks.ts';
import type { Rest, Scrolled } from './scroll.ts';
import type { Seen } from './watchers.ts';
import type { WatchedChat } from './watched-chat.ts';
import { round } from '../works/work.ts';

export interface Measured {
  readonly steady: WatchedChat;
  readonly full: WatchedChat;
  readonly looks: Readonly<Record<string, Look>>;
  /** What watching takes of a core of a server that is at rest. */
  readonly corePercent: number;
  readonly rest: Rest;
  readonly scrolled: Scrolled;
}

export interface Judged {
  readonly aim: string;
  readonly measured: number;
  readonly met: boolean;
}

/** Two streams have two frames a second each, less what is lost whenever they are opened. */
const FRAMES_LEAST = 3;
/** What chance may do to the cost, so that it can be told from the aim. */
const CHANCE_MOST_PERCENT = 2;

export function judge(measured: Measured): Judged[] {
  const { steady, full, looks, corePercent, rest, scrolled } = measured;
  const { percent, givenOrTaken } = costOf(steady.blocks, 'allUs');
  const { keysMs, framesMs, jumpMs } = scrolled;
  const look = Math.max(...Object.values(looks).map((one) => one['loop ms']));
  const unseen = Math.max(...[steady, full].map(({ seen }) => missed(seen)));
  const aims: readonly (readonly [aim: string, measured: number, most: number])[] = [
    ['quiet machine: the next is told to within 2 %', givenOrTaken, CHANCE_MOST_PERCENT],
    ['watching adds at most 3 % of CPU to a message', percent, 3],
    ['who watches misses no frames, of 3 a second', unseen, 0],
    ['nothing is lost, repeated or disordered', steady.wrong + full.wrong, 0],
    ['all sessions watched: at most 3 % of a core of the server', corePercent, 3],
    ['one look at all sessions: at most 10 ms of its event loop', look, 10],
    ['from a key to its frame: at most 50 ms, median', median(keysMs), 50],
    ['from a key to its frame: at most 150 ms, 99 of 100', at(keysMs, 0.99), 150],
    ['a held key: at most 100 ms between frames, median', median(framesMs), 100],
    ['a held key: at most 250 ms between frames, 99 of 100', at(framesMs, 0.99), 250],
    ['rows from the other end of the list: at most 500 ms', jumpMs, 500],
    ['im top at rest: at most 5 % of a core', rest.busyPercent, 5],
    ['im top: at most 150 MB', rest.residentMb, 150],
  ];
  return aims.map(([aim, value, most]) => {
    return { aim, measured: round(value, 1), met: value <= most };
  });
}

function missed({ frames, seconds }: Seen): number {
  return Math.max(0, FRAMES_LEAST - frames / seconds);
}

/** The value below which such a share of them lies; Infinity: there are none. */
export function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Infinity;
}
