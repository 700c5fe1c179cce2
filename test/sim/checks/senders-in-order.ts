/**
 * P6: what one device sends to one conversation is placed in the order of its numbers, which is the order in which
 * the application handed it in.
 */
import type { Drained, History, SeenEntry, Violation } from '../history.ts';
import { eventsOf, keyOf, logsOf } from './reading.ts';

/** The first two neighbours that do not ascend by `rank` while they ascend in position. */
function firstFault(
  entries: readonly SeenEntry[],
  rank: (entry: SeenEntry) => number,
): readonly [SeenEntry, SeenEntry] | undefined {
  for (const [index, entry] of entries.entries()) {
    const before = entries[index - 1];
    if (before !== undefined && rank(before) >= rank(entry)) return [before, entry];
  }
  return undefined;
}

function faultsIn(drained: Drained, invocation: ReadonlyMap<string, number>): readonly Violation[] {
  const senders = Map.groupBy(
    drained.entries.toSorted((a, b) => a.position - b.position),
    ({ user, device, conversation }) => keyOf(user, device, conversation),
  );
  const ranks: readonly (readonly [string, (entry: SeenEntry) => number])[] = [
    ['numbers', (entry) => entry.number],
    ['being handed in', (entry) => invocation.get(entry.id) ?? -1],
  ];
  const violations: Violation[] = [];
  for (const [sender, entries] of senders) {
    for (const [name, rank] of ranks) {
      const fault = firstFault(entries, rank);
      if (fault === undefined) continue;
      const positions = fault.map((entry) => entry.position).join(' and ');
      const why = `${sender}: positions ${positions} are not in the order of ${name}`;
      violations.push({ promise: 'P6', why, events: [{ ...drained, entries: [...fault] }] });
    }
  }
  return violations;
}

export function sendersInOrder(history: History): readonly Violation[] {
  const invocation = new Map<string, number>();
  for (const { id } of eventsOf(history, 'invoked')) invocation.set(id, invocation.size);
  return [...logsOf(history).values()].flatMap((drained) => faultsIn(drained, invocation));
}
