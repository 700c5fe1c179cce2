/** What happened, counted since the client was made: for diagnosis and tests. */
export const COUNTED = [
  // Commands
  'sent',
  'accepted',
  'refused',
  'passingRefusals',
  'renumbered',
  'resent',
  // The retransmission timer
  'timeouts',
  'retransmitted',
  'withheld',
  'gaveUp',
  // Connections
  'connections',
  'pings',
  'protocolErrors',
  // Deliveries
  'deliveries',
  'repeatsIgnored',
  'deliveriesLeft',
  'gaps',
  'gapsPassed',
  'held',
  'released',
  'late',
  'pulled',
  'handlerFailures',
  'marksRepeated',
  // Everything else
  'signalsDropped',
  'outboxFailures',
] as const;

export type Counts = Record<(typeof COUNTED)[number], number>;

export function newCounts(): Counts {
  return Object.fromEntries(COUNTED.map((name) => [name, 0])) as Counts;
}
