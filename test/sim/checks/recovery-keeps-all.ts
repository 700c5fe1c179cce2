/**
 * P10: recovery ends in a prefix of the log that holds every acknowledged entry. Each recovery of a
 * log is therefore a prefix of the next one, holds all that was accepted before it, and comes to
 * the same when nothing was written in between.
 */
import type { History, HistoryEvent, Recovered, Violation } from '../history.ts';
import { sessionsOf } from './reading.ts';

interface Known {
  last: Recovered | undefined;
  /** What was accepted, by the entry's name as recoveries have it. */
  readonly accepted: Map<string, HistoryEvent>;
}

function prefixBroken(last: Recovered | undefined, next: Recovered): string | undefined {
  if (last === undefined) return undefined;
  const at = last.entries.findIndex((name, index) => next.entries[index] !== name);
  if (at >= 0) {
    const found = next.entries[at] ?? 'nothing';
    return `where a recovery found ${last.entries[at]}, the next one found ${found}`;
  }
  if (!next.again || last.entries.length === next.entries.length) return undefined;
  return `recovered twice, the log held ${last.entries.length} and ${next.entries.length} entries`;
}

export function recoveryKeepsAll(history: History): readonly Violation[] {
  const sessions = sessionsOf(history);
  const logs = new Map<string, Known>();
  const violations: Violation[] = [];
  const knownOf = (log: string): Known => {
    const known = logs.get(log) ?? { last: undefined, accepted: new Map<string, HistoryEvent>() };
    logs.set(log, known);
    return known;
  };
  const complain = (log: string, why: string, events: readonly HistoryEvent[]): void => {
    violations.push({ promise: 'P10', why: `${why} (log ${log})`, events });
  };
  for (const event of history) {
    if (event.type === 'accepted') {
      const { conversation, position, id, session } = event;
      const log = sessions.get(session)?.log ?? '';
      if (position > 0) knownOf(log).accepted.set(`${conversation} ${position} ${id}`, event);
    } else if (event.type === 'recovered') {
      const known = knownOf(event.log);
      const broken = prefixBroken(known.last, event);
      if (broken !== undefined) complain(event.log, broken, []);
      const found = new Set(event.entries);
      for (const [name, accepted] of known.accepted)
        if (!found.has(name))
          complain(event.log, `${name} was accepted and not recovered`, [accepted]);
      known.last = event;
    }
  }
  return violations;
}
