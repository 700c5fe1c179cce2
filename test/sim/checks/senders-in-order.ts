/**
 * P6: what one device sends to one conversation is placed in the order of its numbers, which is the
 * order in which the application handed it in, and in which readers show it.
 */
import type { Drained, History, SeenEntry, Violation } from '../history.ts';
import { keyOf, logsOf } from './reading.ts';

/**
 * What an application handed in: the how manieth it was, and in which life of the device's memory.
 */
interface HandedIn {
  readonly rank: number;
  readonly memory: string;
}

/**
 * The order of what is handed in holds as long as the device remembers. A client that starts
 * without a memory begins a new one, perhaps beside a process that still has the older.
 */
function handedInBy(history: History): ReadonlyMap<string, HandedIn> {
  const memories = new Map<string, number>();
  const found = new Map<string, HandedIn>();
  for (const event of history) {
    if (event.type !== 'started' && event.type !== 'invoked') continue;
    const device = keyOf(event.user, event.device);
    if (event.type === 'started') {
      if (!event.kept) memories.set(device, event.run);
      continue;
    }
    const memory = keyOf(device, memories.get(device) ?? 0);
    found.set(event.id, { rank: found.size, memory });
  }
  return found;
}

/**
 * Commands that were refused in a session whose answer got lost: sent again, they are `stale`, get
 * a new number, and are judged anew (PROTOCOL section 3, rule 3), behind what was accepted
 * meanwhile.
 */
function judgedAnew(history: History): ReadonlySet<string> {
  const sentIn = new Map<string, string>();
  const found = new Set<string>();
  for (const event of history) {
    if (event.type !== 'sent' && event.type !== 'refused') continue;
    const key = keyOf(event.id, event.number);
    if (event.type === 'sent') {
      if (!sentIn.has(key)) sentIn.set(key, event.session);
    } else if (event.code === 'stale' && sentIn.get(key) !== event.session) {
      found.add(event.id);
    }
  }
  return found;
}

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

function faultsIn(
  drained: Drained,
  name: string,
  senderOf: (entry: SeenEntry) => string,
  rank: (entry: SeenEntry) => number,
): readonly Violation[] {
  const ascending = drained.entries.toSorted((a, b) => a.position - b.position);
  const violations: Violation[] = [];
  for (const [sender, entries] of Map.groupBy(ascending, senderOf)) {
    const fault = firstFault(entries, rank);
    if (fault === undefined) continue;
    const positions = fault.map((entry) => entry.position).join(' and ');
    const why = `${sender}: positions ${positions} are not in the order of ${name}`;
    violations.push({ promise: 'P6', why, events: [{ ...drained, entries: [...fault] }] });
  }
  return violations;
}

function deviceOf({ user, device, conversation }: SeenEntry): string {
  return keyOf(user, device, conversation);
}

export function sendersInOrder(history: History): readonly Violation[] {
  const handedIn = handedInBy(history);
  const memoryOf = ({ id, conversation }: SeenEntry): string =>
    keyOf(handedIn.get(id)?.memory ?? '', conversation);
  const rankOf = ({ id }: SeenEntry): number => handedIn.get(id)?.rank ?? -1;
  const anew = judgedAnew(history);
  return [...logsOf(history).values()].flatMap((drained) => {
    const once = drained.entries.filter(({ id }) => !anew.has(id));
    return [
      ...faultsIn(drained, 'numbers', deviceOf, ({ number }) => number),
      ...faultsIn(drained, 'what readers sort by', deviceOf, ({ order }) => order),
      ...faultsIn({ ...drained, entries: once }, 'being handed in', memoryOf, rankOf),
    ];
  });
}
