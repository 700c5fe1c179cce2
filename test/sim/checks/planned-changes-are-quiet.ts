/**
 * P18: a planned change of the owner is no error for anybody. Where nothing else befalls the nodes,
 * none of them says that it stops, or that it is not ready, until the end.
 */
import type { History, Violation } from '../history.ts';
import { eventsOf } from './reading.ts';

const SERVERS_FAULT: ReadonlySet<string> = new Set(['shutting-down', 'not-ready']);

export function plannedChangesAreQuiet(history: History): readonly Violation[] {
  if (eventsOf(history, 'configured').at(0)?.steady !== true) return [];
  const end = history.findIndex((event) => event.type === 'counted' && event.quiet);
  return history.slice(0, end < 0 ? undefined : end).flatMap((event) => {
    if (event.type !== 'error' || !SERVERS_FAULT.has(event.code)) return [];
    const why = `${event.session} was told ${event.code}, and nothing had happened`;
    return [{ promise: 'P18', why, events: [event] }];
  });
}
