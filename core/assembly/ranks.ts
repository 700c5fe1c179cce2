/** The sequence of a node's parts. */

/** Parts stop in the reverse of this sequence: what arrives has somewhere to be kept. */
export const RANKS = [
  'persistence',
  'answers',
  'registry',
  'failover',
  'authentication',
  'heart',
  'cluster',
  'ordering',
  'guards',
  'consumers',
  'path',
  'retention',
  'gateway',
  'transports',
] as const;
export type Rank = (typeof RANKS)[number];

export function rankOf(rank: Rank): number {
  return RANKS.indexOf(rank);
}
