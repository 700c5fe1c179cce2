/**
 * What watching costs: one run under one load, watched by turns. Off, on, on, off: so what grows
 * evenly, such as a database, falls out.
 */

/** What there was until then. */
export interface Tick {
  readonly atMs: number;
  readonly messages: number;
  readonly loopMs: number;
  readonly allMs: number;
}

export interface Block {
  readonly isWatched: boolean;
  readonly 'messages/s': number;
  /** Of the thread of the event loop, µs of CPU for each message. */
  readonly loopUs: number;
  /** Of all threads. */
  readonly allUs: number;
}

type Figure = Exclude<keyof Block, 'isWatched'>;

/** In the first of them watchers come and go: it does not count. */
export const BLOCK_TICKS = 4;

export function isWatched(block: number): boolean {
  return block % 4 === 1 || block % 4 === 2;
}

/** `ticks`: the first one is the beginning. */
export function blocksOf(ticks: readonly Tick[]): Block[] {
  const count = Math.floor((ticks.length - 1) / BLOCK_TICKS);
  return Array.from({ length: count }, (_, block) => {
    const from = ticks[block * BLOCK_TICKS + 1] as Tick;
    const to = ticks[(block + 1) * BLOCK_TICKS] as Tick;
    const messages = to.messages - from.messages;
    return {
      isWatched: isWatched(block),
      'messages/s': Math.round((1_000 * messages) / (to.atMs - from.atMs)),
      loopUs: (1_000 * (to.loopMs - from.loopMs)) / messages,
      allUs: (1_000 * (to.allMs - from.allMs)) / messages,
    };
  });
}

export interface Cost {
  /** By how much a watched block is above the one beside it that is not: the median, %. */
  readonly percent: number;
  /** How far the median of so many may be off by chance, %. */
  readonly givenOrTaken: number;
}

/** For two times the standard error of a median, out of its median deviation, if all is normal. */
const TWO_ERRORS = 2 * 1.4826 * 1.2533;

export function costOf(blocks: readonly Block[], figure: Figure): Cost {
  const percents = blocks.flatMap((block, at) => {
    const next = blocks[at + 1];
    if (!next || block.isWatched === next.isWatched) return [];
    const [watched, alone] = block.isWatched ? [block, next] : [next, block];
    // A disk that is held up by others lets no message through for a while.
    if (watched['messages/s'] === 0 || alone['messages/s'] === 0) return [];
    return [100 * (watched[figure] / alone[figure] - 1)];
  });
  const percent = median(percents);
  const deviation = median(percents.map((one) => Math.abs(one - percent)));
  return { percent, givenOrTaken: (TWO_ERRORS * deviation) / Math.sqrt(percents.length) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? NaN;
  const high = sorted[Math.floor(middle)] ?? NaN;
  return (low + high) / 2;
}
