/**
 * The contract of a sequencer: of the conversations that it numbers no two entries have one order,
 * nor one that another sequencer handed out beside it, and within each of them orders ascend with
 * positions.
 */
import type { Drained, History, Violation } from '../history.ts';
import { conversationsIn, eventsOf, logsOf } from './reading.ts';

export function oneTotalOrder(history: History): readonly Violation[] {
  const prefix = eventsOf(history, 'configured').at(0)?.totalOrder;
  if (prefix === undefined) return [];
  const elsewhere = eventsOf(history, 'numbered').flatMap(({ numbers }) => numbers);
  return [...logsOf(history).values()].flatMap((drained) => wrongIn(drained, prefix, elsewhere));
}

function wrongIn(
  drained: Drained,
  prefix: string,
  elsewhere: readonly number[],
): readonly Violation[] {
  const violations: Violation[] = [];
  const all = new Map(elsewhere.map((order) => [order, 'a number of another sequencer']));
  for (const [conversation, entries] of conversationsIn(drained)) {
    if (!conversation.startsWith(prefix)) continue;
    let last = 0;
    for (const entry of entries) {
      const { order, position } = entry;
      const place = `${conversation} ${position}`;
      const event = { ...drained, entries: [entry] };
      const other = all.get(order);
      if (other !== undefined) {
        const why = `${other} and ${place} have one order, ${order}`;
        violations.push({ promise: 'ordering', why, events: [event] });
      } else if (order <= last) {
        const why = `${place} has the order ${order} after ${last}`;
        violations.push({ promise: 'ordering', why, events: [event] });
      }
      all.set(order, place);
      last = order;
    }
  }
  return violations;
}
