/** A pair for the length of a play. */
import type { Findings } from '../fault-rig.ts';
import { Pair } from './pair.ts';
import type { PairParts } from './pair-parts.ts';

/** Plays with a pair that is cleared afterwards; what throws is a violation of `rig`. */
export async function withPair(
  parts: PairParts,
  play: (pair: Pair) => Promise<void>,
): Promise<Findings> {
  const pair = await Pair.make(parts);
  try {
    await play(pair);
    return pair.findings();
  } catch (error) {
    await pair.broken(error);
    return pair.findings();
  } finally {
    await pair.clear();
  }
}
