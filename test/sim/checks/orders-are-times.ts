/**
 * The contract of the timestamp window: an order is a time that is no further back from when its
 * entry was accepted than a stamp is believed, and not after that; only a log that counts on, by
 * one for each entry, may run ahead.
 */
import type { History, Violation } from '../history.ts';
import { conversationsIn, eventsOf, logsOf } from './reading.ts';

/** The encoding, as the plugin's README has it. */
const FIRST_MS = Date.UTC(2020, 0);
const PLACES_PER_MS = 128;

export function ordersAreTimes(history: History): readonly Violation[] {
  const times = eventsOf(history, 'configured').at(0)?.timeOrder;
  if (times === undefined) return [];
  const behind = times.skewMaxMs * PLACES_PER_MS;
  const ahead = times.aheadMaxMs * PLACES_PER_MS;
  const violations: Violation[] = [];
  for (const drained of logsOf(history).values()) {
    for (const [conversation, entries] of conversationsIn(drained)) {
      let highest = 0;
      for (const entry of entries) {
        const { order, position, acceptedAt } = entry;
        const now = (acceptedAt - FIRST_MS) * PLACES_PER_MS;
        const most = Math.max(now, highest) + ahead;
        const far = order < now - behind ? 'behind' : 'ahead';
        if (far === 'behind' || order > most) {
          const why = `${conversation} ${position} is far ${far}: ${order}, taken at ${now}`;
          violations.push({ promise: 'ordering', why, events: [{ ...drained, entries: [entry] }] });
        }
        highest = Math.max(highest, order);
      }
    }
  }
  return violations;
}
