/**
 * P3: one entry per (user, device, conversation, number), for ever, and one per command; a repeat
 * gets the first answer; a client gives a number to one command.
 */
import type { Accepted, History, SeenEntry, Sent, Violation } from '../history.ts';
import { eventsOf, keyOf, logsOf, memoriesOf, sessionsOf } from './reading.ts';

function doublesIn(log: string, entries: readonly SeenEntry[]): readonly Violation[] {
  const violations: Violation[] = [];
  const seen = new Map<string, SeenEntry>();
  for (const entry of entries) {
    const { user, device, conversation, number, id, position } = entry;
    for (const key of [keyOf('number', user, device, conversation, number), keyOf('id', id)]) {
      const first = seen.get(key);
      seen.set(key, entry);
      if (first === undefined) continue;
      const where = `${first.conversation} ${first.position} and ${conversation} ${position}`;
      const event = { type: 'drained', log, last: true, entries: [first, entry] } as const;
      violations.push({ promise: 'P3', why: `${where} hold one ${key}`, events: [event] });
    }
  }
  return violations;
}

function answerOf({ id, position, order, acceptedAt }: Accepted): string {
  return keyOf(id, position, order, acceptedAt);
}

function unequalAnswers(history: History): readonly Violation[] {
  const sessions = sessionsOf(history);
  const firsts = new Map<string, Accepted>();
  const violations: Violation[] = [];
  for (const event of eventsOf(history, 'accepted')) {
    const session = sessions.get(event.session);
    if (session === undefined) continue;
    const { user, device, log } = session;
    const key = keyOf(log, user, device, event.conversation, event.number);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, event);
    else if (answerOf(first) !== answerOf(event)) {
      const why = `two answers for ${key}: ${answerOf(first)}, then ${answerOf(event)}`;
      violations.push({ promise: 'P3', why, events: [first, event] });
    }
  }
  return violations;
}

/** As long as a device remembers, it gives a number to one command of a conversation. */
function numbersGivenTwice(history: History): readonly Violation[] {
  const sessions = sessionsOf(history);
  const memoryOf = memoriesOf(history);
  const firsts = new Map<string, Sent>();
  const violations: Violation[] = [];
  for (const event of eventsOf(history, 'sent')) {
    const session = sessions.get(event.session);
    if (session === undefined) continue;
    const key = keyOf(session.log, memoryOf(session), event.conversation, event.number);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, event);
    else if (first.id !== event.id) {
      const why = `${key} was given to ${first.id} and to ${event.id}`;
      violations.push({ promise: 'P3', why, events: [first, event] });
    }
  }
  return violations;
}

export function oneEntryPerKey(history: History): readonly Violation[] {
  const doubles = [...logsOf(history).values()].flatMap(({ log, entries }) =>
    doublesIn(log, entries),
  );
  return [...doubles, ...unequalAnswers(history), ...numbersGivenTwice(history)];
}
