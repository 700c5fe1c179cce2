/**
 * P5: a session sees positions ascending without a skip, told by `previous`, and goes on at its
 * cursor; what is sent again is marked so. An application sees them ascending too, or by their
 * order where that is a time, but for those that it is told are late. ACCEPTED comes before what
 * follows it.
 */
import type { Accepted, Delivered, History, Shown, Violation, Welcomed } from '../history.ts';
import { eventsOf, keyOf } from './reading.ts';

/** What one fold over the history remembers. */
interface Memory {
  readonly sessions: Map<string, Welcomed>;
  /** By session and conversation: the highest delivery. */
  readonly highest: Map<string, Delivered>;
  /** By log, device and conversation: acknowledged up to. */
  readonly acknowledged: Map<string, number>;
  /** By run, log and conversation: the highest that was shown. */
  readonly shown: Map<string, Shown>;
  /** What applications see ascending. */
  readonly sortedBy: 'position' | 'order';
}

function deviceKey(session: Welcomed | undefined, conversation: string): string {
  return keyOf(session?.log ?? '', session?.user ?? '', session?.device ?? '', conversation);
}

function delivered(memory: Memory, event: Delivered): Violation | undefined {
  const { session, entry, previous, again } = event;
  const key = keyOf(session, entry.conversation);
  const highest = memory.highest.get(key);
  const where = `${session}: ${entry.conversation} ${entry.position}`;
  if (highest !== undefined && entry.position <= highest.entry.position) {
    if (again) return undefined;
    const why = `${where} after ${highest.entry.position}, and not marked as sent again`;
    return { promise: 'P5', why, events: [highest, event] };
  }
  memory.highest.set(key, event);
  const device = deviceKey(memory.sessions.get(session), entry.conversation);
  const has = Math.max(highest?.entry.position ?? 0, memory.acknowledged.get(device) ?? 0);
  if (previous <= has && previous < entry.position) return undefined;
  const why = `${where} follows ${previous}, but the device has only up to ${has}`;
  return { promise: 'P5', why, events: highest === undefined ? [event] : [highest, event] };
}

function accepted(memory: Memory, event: Accepted): Violation | undefined {
  const highest = memory.highest.get(keyOf(event.session, event.conversation));
  if (event.duplicate || highest === undefined || highest.entry.position < event.position)
    return undefined;
  const where = `${event.session}: ${event.conversation}`;
  const why = `${where} ${highest.entry.position} was delivered before ACCEPTED ${event.position}`;
  return { promise: 'P5', why, events: [highest, event] };
}

function shown(memory: Memory, event: Shown): Violation | undefined {
  const { user, device, run, log, entry } = event;
  const key = keyOf(user, device, run, log, entry.conversation);
  const highest = memory.shown.get(key);
  const { sortedBy } = memory;
  if (highest === undefined || highest.entry[sortedBy] < entry[sortedBy]) {
    memory.shown.set(key, event);
    return undefined;
  }
  if (sortedBy === 'order' && event.late === true) return undefined;
  const who = `${user}/${device} run ${run}`;
  const after = `${sortedBy} ${entry[sortedBy]} after ${highest.entry[sortedBy]}`;
  const why = `${who} was shown ${entry.conversation} ${entry.position}: ${after}`;
  return { promise: 'P5', why, events: [highest, event] };
}

function goesByTime(history: History): boolean {
  return eventsOf(history, 'configured').at(0)?.timeOrder !== undefined;
}

export function sessionsAscend(history: History): readonly Violation[] {
  const memory: Memory = {
    sessions: new Map(),
    highest: new Map(),
    acknowledged: new Map(),
    shown: new Map(),
    sortedBy: goesByTime(history) ? 'order' : 'position',
  };
  const violations: Violation[] = [];
  for (const event of history) {
    let violation: Violation | undefined;
    if (event.type === 'welcomed') memory.sessions.set(event.session, event);
    else if (event.type === 'delivered') violation = delivered(memory, event);
    else if (event.type === 'accepted') violation = accepted(memory, event);
    else if (event.type === 'shown') violation = shown(memory, event);
    else if (event.type === 'acknowledged') {
      const key = deviceKey(memory.sessions.get(event.session), event.conversation);
      const before = memory.acknowledged.get(key) ?? 0;
      memory.acknowledged.set(key, Math.max(before, event.position));
    }
    if (violation !== undefined) violations.push(violation);
  }
  return violations;
}
