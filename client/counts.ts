/** What happened, counted since the client was made: for diagnosis and tests. */
import type { Reason } from './reorder-buffer.ts';

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
  'moved',
  'gatewaysAsked',
  'gatewayFailures',
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

/** What each reason of the reorder buffer adds one to. */
export const COUNT_OF = {
  held: 'held',
  released: 'released',
  late: 'late',
  pulled: 'pulled',
  passed: 'gapsPassed',
  left: 'deliveriesLeft',
  repeat: 'repeatsIgnored',
} as const satisfies Record<Reason, keyof Counts>;

export function newCounts(): Counts {
  return Object.fromEntries(COUNTED.map((name) => [name, 0])) as Counts;
}
