/** Runs one ordering over one link, and sums up what its reader had. */
import { seededRandom } from 'im-kernel/kit';
import { round } from '../works/work.ts';
import { even, type Link } from './links.ts';
import { read } from './reader.ts';
import { sendings, talk, type MakeOrdering } from './talk.ts';

/** Before: from the senders to the server. Behind: from the server to the reader. */
export type Leg = 'before' | 'behind';

export interface Figures {
  readonly 'added mean ms': number;
  readonly 'added p99 ms': number;
  /** Shown after one that was sent later. */
  readonly 'out of sending %': number;
  /** Shown after one that stands behind it in the order of the strategy. */
  readonly 'out of order %': number;
  /** Shown later than when nothing up to it was missing any more. */
  readonly 'held, no gap %': number;
  /** Read from the history before it came. */
  readonly 'pulled %': number;
}

export async function figuresOf(
  make: MakeOrdering,
  link: Link,
  leg: Leg,
  seed: number,
): Promise<Figures> {
  const random = seededRandom(seed);
  const sentMs = sendings(random);
  const [before, behind] = leg === 'before' ? [link, even] : [even, link];
  const { addedMs, late, overtaken, heldWithoutGap, pulled } = read(
    await talk(make, sentMs, before, random),
    behind,
    random,
  );
  const sorted = addedMs.toSorted((a, b) => a - b);
  const share = (count: number): number => round((100 * count) / sorted.length, 3);
  return {
    'added mean ms': round(sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length, 1),
    'added p99 ms': sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    'out of sending %': share(overtaken),
    'out of order %': share(late),
    'held, no gap %': share(heldWithoutGap),
    'pulled %': share(pulled),
  };
}
