/**
 * P1: no accepted entry is lost. Whatever was answered ACCEPTED stands at its position in a cold
 * read of its log.
 */
import type { History, SeenEntry, Violation } from '../history.ts';
import { eventsOf, keyOf, logsOf, sessionsOf } from './reading.ts';

interface Claim {
  readonly log: string;
  readonly conversation: string;
  readonly position: number;
  readonly id: string;
  readonly event: History[number];
}

function claimsOf(history: History): readonly Claim[] {
  const sessions = sessionsOf(history);
  const answers = eventsOf(history, 'accepted').map((event) => ({
    ...event,
    log: sessions.get(event.session)?.log ?? '',
    event,
  }));
  const outcomes = eventsOf(history, 'outcome')
    .filter((event) => event.state === 'accepted' && event.position > 0)
    .map((event) => ({ ...event, event }));
  return [...answers, ...outcomes];
}

export function acceptedIsKept(history: History): readonly Violation[] {
  const logs = logsOf(history);
  const places = new Map<string, SeenEntry>();
  for (const { log, entries } of logs.values())
    for (const entry of entries) places.set(keyOf(log, entry.conversation, entry.position), entry);
  const violations: Violation[] = [];
  for (const { log, conversation, position, id, event } of claimsOf(history)) {
    const entry = places.get(keyOf(log, conversation, position));
    if (entry?.id === id) continue;
    const found = entry === undefined ? 'nothing' : `the entry ${entry.id}`;
    const why = `${id} was accepted at ${conversation} ${position}, where ${found} stands now`;
    violations.push({ promise: 'P1', why: `${why} (log ${log})`, events: [event] });
  }
  return violations;
}
