/**
 * P8: an owner whose lease is over says nothing more of what it owned: no answer, no delivery, no
 * welcome. Where others serve, and that it ends, it may say.
 */
import type { History, Violation } from '../history.ts';
import { eventsOf } from './reading.ts';

const OWNERS_ALONE: ReadonlySet<string> = new Set([
  'welcome',
  'accepted',
  'refused',
  'deliver',
  'receipt',
  'result',
]);

export function leasesHold(history: History): readonly Violation[] {
  return eventsOf(history, 'spoke-late').flatMap((event) => {
    const said = event.frames.filter((type) => OWNERS_ALONE.has(type));
    if (said.length === 0) return [];
    const what = [...new Set(said)].join(', ');
    const why = `life ${event.life} said ${what}, ${event.lateMs} ms after its lease`;
    return [{ promise: 'P8', why, events: [event] }];
  });
}
