/** What happened, counted since the client was made: for diagnosis and tests. */
export const COUNTED = [
  'accepted',
  'refused',
  'passingRefusals',
  'renumbered',
  'retransmitted',
  'resent',
  'connections',
  'repeatsIgnored',
  'deliveriesLeft',
  'gaps',
  'handlerFailures',
  'signalsDropped',
  'outboxFailures',
  'protocolErrors',
] as const;

export type Counts = Record<(typeof COUNTED)[number], number>;

export function newCounts(): Counts {
  return Object.fromEntries(COUNTED.map((name) => [name, 0])) as Counts;
}
