/**
 * P2: nothing is invented or altered. What anybody sees was handed in by the one it names, octet
 * for octet; but for what guards made of a message, and then everybody sees that.
 */
import type { History, Invoked, SeenEntry, Violation } from '../history.ts';
import { GuardRecord } from './guards-decide.ts';
import { eventsOf, sightingsIn } from './reading.ts';

/** A request that meets the other's open request is an accept; a message may have expired. */
function kindFits(asked: string, kept: string): boolean {
  if (asked === 'friend.request') return kept === asked || kept === 'friend.accept';
  return asked === kept || (asked === 'message' && kept === 'expired');
}

function bodyFits(invoked: Invoked, { kind, body }: SeenEntry, guards: GuardRecord): boolean {
  if (kind === 'expired') return body === '';
  return invoked.body === body || guards.outcomesOf(invoked).has(body);
}

/** The creator named among the first members is ignored. */
function usersFit(invoked: Invoked, entry: SeenEntry): boolean {
  const without = (users: readonly string[]): string =>
    users.filter((user) => entry.kind !== 'group.create' || user !== entry.user).join(' ');
  return without(invoked.users) === without(entry.users);
}

function differenceOf(invoked: Invoked, entry: SeenEntry, guards: GuardRecord): string | undefined {
  if (invoked.user !== entry.user || invoked.device !== entry.device) return 'sender';
  if (invoked.conversation !== entry.conversation) return 'conversation';
  if (!kindFits(invoked.kind, entry.kind)) return 'kind';
  if (!bodyFits(invoked, entry, guards)) return 'body';
  if (!usersFit(invoked, entry)) return 'users';
  return invoked.title === entry.title ? undefined : 'title';
}

export function nothingInvented(history: History): readonly Violation[] {
  const invoked = new Map(eventsOf(history, 'invoked').map((event) => [event.id, event]));
  const guards = new GuardRecord(history);
  const violations: Violation[] = [];
  for (const event of history) {
    for (const entry of sightingsIn(event)) {
      const source = invoked.get(entry.id);
      const where = `${entry.conversation} ${entry.position}`;
      const face = event.type === 'drained' ? { ...event, entries: [entry] } : event;
      if (source === undefined) {
        const why = `${where} holds ${entry.id}, which nobody sent`;
        violations.push({ promise: 'P2', why, events: [face] });
        continue;
      }
      const difference = differenceOf(source, entry, guards);
      if (difference === undefined) continue;
      const why = `${where} differs in its ${difference} from what was sent`;
      violations.push({ promise: 'P2', why, events: [source, face] });
    }
  }
  return violations;
}
