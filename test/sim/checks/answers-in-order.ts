/**
 * P6: the answers of one conversation come in the order in which a connection asked, one for each
 * command.
 */
import type { History, Sent, Violation } from '../history.ts';
import { keyOf } from './reading.ts';

export function answersInOrder(history: History): readonly Violation[] {
  /** By session and conversation: what was asked and not answered, in sequence. */
  const asked = new Map<string, Sent[]>();
  const violations: Violation[] = [];
  for (const event of history) {
    if (event.type !== 'sent' && event.type !== 'accepted' && event.type !== 'refused') continue;
    const key = keyOf(event.session, event.conversation);
    const open = asked.get(key) ?? [];
    asked.set(key, open);
    if (event.type === 'sent') {
      open.push(event);
      continue;
    }
    const due = open.shift();
    if (due?.number === event.number && due.id === event.id) continue;
    const what = due === undefined ? 'nothing' : `number ${due.number}`;
    const why = `${key}: an answer to number ${event.number} came where ${what} was due`;
    violations.push({ promise: 'P6', why, events: due === undefined ? [event] : [due, event] });
  }
  return violations;
}
