/**
 * P7: each device of a member gets every entry of the membership, the last one too, and each run of
 * a client shows an entry once. Asked at the end, of the log then in force, when every device has
 * been back.
 */
import type { Drained, History, Shown, Violation } from '../history.ts';
import { MembershipOracle } from './membership.ts';
import { conversationsIn, eventsOf, keyOf, logsOf, sessionsOf } from './reading.ts';

/** A device that was welcomed, and where it began at the latest, per conversation. */
interface Newcomer {
  readonly user: string;
  readonly device: string;
  readonly startsAtMost: ReadonlyMap<string, number>;
}

/**
 * Folds up to each device's first welcome under this log: it starts at its user's received mark,
 * which lies no higher than what the user's devices had acknowledged or written by then.
 */
function newcomersOf(history: History, log: string): readonly Newcomer[] {
  const sessions = sessionsOf(history);
  const marks = new Map<string, Map<string, number>>();
  const found = new Map<string, Newcomer>();
  const raise = (user: string, conversation: string, position: number): void => {
    const mark = marks.get(user) ?? new Map<string, number>();
    marks.set(user, mark);
    mark.set(conversation, Math.max(mark.get(conversation) ?? 0, position));
  };
  for (const event of history) {
    if (event.type === 'welcomed' && event.log === log) {
      const { user, device } = event;
      const key = keyOf(user, device);
      const startsAtMost = new Map(marks.get(user));
      if (!found.has(key)) found.set(key, { user, device, startsAtMost });
    } else if (event.type === 'kept' && event.log === log) {
      raise(event.entry.user, event.entry.conversation, event.entry.position);
    } else if (event.type === 'acknowledged' || event.type === 'accepted') {
      const session = sessions.get(event.session);
      if (session?.log === log) raise(session.user, event.conversation, event.position);
    }
  }
  return [...found.values()];
}

function missed(history: History, drained: Drained): readonly Violation[] {
  const { log } = drained;
  const handled = new Set<string>();
  for (const event of eventsOf(history, 'handled'))
    if (event.log === log)
      handled.add(keyOf(event.user, event.device, event.entry.conversation, event.entry.position));
  const newcomers = newcomersOf(history, log);
  const violations: Violation[] = [];
  for (const [conversation, entries] of conversationsIn(drained)) {
    const oracle = new MembershipOracle(conversation, entries);
    for (const { user, device, startsAtMost } of newcomers) {
      const lost = entries.filter(
        (entry) =>
          entry.position > (startsAtMost.get(conversation) ?? 0) &&
          oracle.sees(user, entry.position) &&
          !(entry.user === user && entry.device === device) &&
          !handled.has(keyOf(user, device, conversation, entry.position)),
      );
      if (lost.length === 0) continue;
      const positions = lost.map((entry) => entry.position).join(', ');
      const why = `${user}/${device} never handled ${conversation} ${positions} (log ${log})`;
      violations.push({ promise: 'P7', why, events: [{ ...drained, entries: lost }] });
    }
  }
  return violations;
}

function shownTwice(history: History): readonly Violation[] {
  const firsts = new Map<string, Shown>();
  const violations: Violation[] = [];
  for (const event of eventsOf(history, 'shown')) {
    const { user, device, run, log, entry } = event;
    const key = keyOf(user, device, run, log, entry.conversation, entry.position);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, event);
    else violations.push({ promise: 'P7', why: `${key} was shown twice`, events: [first, event] });
  }
  return violations;
}

export function membersGetAll(history: History): readonly Violation[] {
  const current = [...logsOf(history).values()].filter(({ last }) => last);
  return [...current.flatMap((drained) => missed(history, drained)), ...shownTwice(history)];
}
