/**
 * P4: (log, conversation, position) names one entry, for everyone, for ever; positions are 1 to n
 * without a gap, and no two entries of a conversation have one order.
 */
import type { Drained, History, HistoryEvent, SeenEntry, Violation } from '../history.ts';
import { conversationsIn, faceOf, keyOf, logsOf, retired, sessionsOf } from './reading.ts';

/** Events that show one entry of a log that they name. */
const SINGLE: ReadonlySet<string> = new Set(['shown', 'handled', 'kept', 'consuming']);

interface Sighting {
  readonly log: string;
  readonly entry: SeenEntry;
  readonly event: HistoryEvent;
}

function sightingsOf(history: History): readonly Sighting[] {
  const sessions = sessionsOf(history);
  return history.flatMap((event): readonly Sighting[] => {
    if (event.type === 'delivered')
      return [{ log: sessions.get(event.session)?.log ?? '', entry: event.entry, event }];
    if (event.type === 'drained')
      return event.entries.map((entry) => ({
        log: event.log,
        entry,
        event: { ...event, entries: [entry] },
      }));
    const single = SINGLE.has(event.type);
    return single && 'entry' in event && 'log' in event
      ? [{ log: event.log, entry: event.entry, event }]
      : [];
  });
}

function gapsIn(drained: Drained): readonly Violation[] {
  const violations: Violation[] = [];
  for (const [conversation, entries] of conversationsIn(drained)) {
    const orders = new Set<number>();
    for (const [index, entry] of entries.entries()) {
      const event = { ...drained, entries: [entry] };
      if (entry.position !== index + 1) {
        const why = `${conversation} has ${entry.position} where ${index + 1} is due`;
        violations.push({ promise: 'P4', why, events: [event] });
        break;
      }
      if (orders.has(entry.order)) {
        const why = `${conversation} has the order ${entry.order} twice`;
        violations.push({ promise: 'P4', why, events: [event] });
      }
      orders.add(entry.order);
    }
  }
  return violations;
}

/** Applications are not told numbers: 0. One may have seen it before its body was retired. */
function same(a: SeenEntry, b: SeenEntry): boolean {
  const numbersFit = a.number === b.number || a.number === 0 || b.number === 0;
  if (!numbersFit) return false;
  if ((a.kind === 'expired') === (b.kind === 'expired')) return faceOf(a) === faceOf(b);
  return faceOf(retired(a)) === faceOf(retired(b));
}

export function onePositionOneEntry(history: History): readonly Violation[] {
  const firsts = new Map<string, Sighting>();
  const violations: Violation[] = [];
  for (const sighting of sightingsOf(history)) {
    const { log, entry, event } = sighting;
    const key = keyOf(log, entry.conversation, entry.position);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, sighting);
    else if (same(first.entry, entry)) {
      if (first.entry.kind === 'expired') firsts.set(key, sighting);
    } else {
      const why = `${key} is ${faceOf(first.entry)} and ${faceOf(entry)}`;
      violations.push({ promise: 'P4', why, events: [first.event, event] });
    }
  }
  return [...violations, ...[...logsOf(history).values()].flatMap(gapsIn)];
}
