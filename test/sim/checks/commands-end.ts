/**
 * P9: no command is forgotten. What was sent once is asked about until it has its answer, in later
 * processes of the device too, as long as that keeps its memory.
 */
import type { History, Sent, Violation } from '../history.ts';
import { eventsOf, keyOf, memoriesOf, sessionsOf } from './reading.ts';

/** These end nothing: the command goes again. */
const GOES_AGAIN: ReadonlySet<string> = new Set([
  'busy',
  'rate-limited',
  'not-ready',
  'storage-full',
  'stale',
  'conflict',
]);

function endedIn(history: History): ReadonlySet<string> {
  const ended = [
    ...eventsOf(history, 'accepted'),
    ...eventsOf(history, 'refused').filter(({ code }) => !GOES_AGAIN.has(code)),
    ...eventsOf(history, 'outcome'),
  ];
  return new Set(ended.map(({ id }) => id));
}

export function commandsEnd(history: History): readonly Violation[] {
  const starts = eventsOf(history, 'started');
  const memoryOf = memoriesOf(history);
  const last = new Map(starts.map((start) => [keyOf(start.user, start.device), memoryOf(start)]));
  const sessions = sessionsOf(history);
  const ended = endedIn(history);
  const isForgotten = ({ id, session }: Sent): boolean => {
    const sender = sessions.get(session);
    if (sender === undefined || ended.has(id)) return false;
    return last.get(keyOf(sender.user, sender.device)) === memoryOf(sender);
  };
  const forgotten = eventsOf(history, 'sent').filter(isForgotten);
  return [...new Map(forgotten.map((event) => [event.id, event])).values()].map((event) => {
    const why = `${event.id} was sent, and nothing became of it`;
    return { promise: 'P9', why, events: [event] };
  });
}
