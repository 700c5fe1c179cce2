/**
 * P9: truthful outcomes. What was refused never stands in that log, nor under a later one; no
 * command is both accepted and refused. (That the accepted never vanishes is P1.)
 */
import type { History, Outcome, Refused, SeenEntry, Violation } from '../history.ts';
import { eventsOf, keyOf, logsOf, sessionsOf } from './reading.ts';

const PASSING: ReadonlySet<string> = new Set(['busy', 'rate-limited', 'not-ready', 'storage-full']);

function contradictions(history: History): readonly Violation[] {
  const firsts = new Map<string, Outcome>();
  const violations: Violation[] = [];
  for (const event of eventsOf(history, 'outcome')) {
    const first = firsts.get(event.id);
    if (first === undefined) firsts.set(event.id, event);
    else if (first.state !== event.state) {
      const why = `${event.id} is ${first.state} and ${event.state}`;
      violations.push({ promise: 'P9', why, events: [first, event] });
    }
  }
  return violations;
}

/** The logs, in the sequence in which they were in force. */
function sequenceOf(history: History): ReadonlyMap<string, number> {
  const names = new Set(eventsOf(history, 'drained').map((event) => event.log));
  return new Map([...names].map((log, index) => [log, index]));
}

function appeared(history: History): readonly Violation[] {
  const sequence = sequenceOf(history);
  const refused = new Map<string, Outcome>();
  for (const event of eventsOf(history, 'outcome'))
    if (event.state === 'refused') refused.set(event.id, event);
  const violations: Violation[] = [];
  for (const drained of logsOf(history).values()) {
    for (const entry of drained.entries) {
      const event = refused.get(entry.id);
      if (event === undefined) continue;
      if ((sequence.get(drained.log) ?? 0) < (sequence.get(event.log) ?? 0)) continue;
      const why = `${entry.id} was refused (${event.code}) and stands at`;
      const where = `${entry.conversation} ${entry.position}`;
      const events = [event, { ...drained, entries: [entry] }];
      violations.push({ promise: 'P9', why: `${why} ${where}`, events });
    }
  }
  return violations;
}

/**
 * A client that dies before it has noted a refusal asks again, and another session judges anew: the
 * last session that each (id, number) was sent in.
 */
function lastSentIn(history: History): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { id, number, session } of eventsOf(history, 'sent'))
    found.set(keyOf(id, number), session);
  return found;
}

function lies(history: History): readonly Violation[] {
  const lastSent = lastSentIn(history);
  const sessions = sessionsOf(history);
  const kept = new Map<string, SeenEntry>();
  for (const { log, entries } of logsOf(history).values())
    for (const entry of entries) {
      const { user, device, conversation, number, id } = entry;
      kept.set(keyOf(log, user, device, conversation, number, id), entry);
    }
  const isLie = (event: Refused): boolean => {
    const session = sessions.get(event.session);
    if (session === undefined || PASSING.has(event.code)) return false;
    const { log, user, device } = session;
    const last = lastSent.get(keyOf(event.id, event.number)) ?? event.session;
    if (last !== event.session) return false;
    return kept.has(keyOf(log, user, device, event.conversation, event.number, event.id));
  };
  return eventsOf(history, 'refused')
    .filter(isLie)
    .map((event) => ({
      promise: 'P9',
      why: `the server refused ${event.conversation} number ${event.number} and has kept it`,
      events: [event],
    }));
}

export function truthfulOutcomes(history: History): readonly Violation[] {
  return [...contradictions(history), ...appeared(history), ...lies(history)];
}
