/**
 * Retention: a body is there for as long as the node was told to keep it, for everybody; and where
 * it was told nothing, for ever. (That a consumer gets it first is the consumers' checker's.)
 */
import type { History, Violation } from '../history.ts';
import { eventsOf, sightingsIn } from './reading.ts';

export function bodiesLast(history: History): readonly Violation[] {
  const lastMs = eventsOf(history, 'configured')[0]?.bodiesLastMs ?? Infinity;
  const invoked = new Map(eventsOf(history, 'invoked').map((event) => [event.id, event]));
  const violations: Violation[] = [];
  for (const event of history) {
    for (const entry of sightingsIn(event)) {
      const source = entry.kind === 'expired' ? invoked.get(entry.id) : undefined;
      if (source === undefined) continue;
      const ageMs = event.atMs - source.atMs;
      if (ageMs >= lastMs) continue;
      const where = `${entry.conversation} ${entry.position}`;
      const why = `${where} had no body any more, ${ageMs} ms after it was written`;
      const face = event.type === 'drained' ? { ...event, entries: [entry] } : event;
      violations.push({ promise: 'retention', why, events: [source, face] });
    }
  }
  return violations;
}
