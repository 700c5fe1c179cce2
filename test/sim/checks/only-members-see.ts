/**
 * P14: no entry reaches one who is not a member at its position. Also P17: no receipt passes its
 * log.
 */
import type { Drained, History, Violation } from '../history.ts';
import { MembershipOracle } from './membership.ts';
import { conversationsIn, eventsOf, keyOf, logsOf, sessionsOf } from './reading.ts';

function oraclesOf(logs: Iterable<Drained>): ReadonlyMap<string, MembershipOracle> {
  const oracles = new Map<string, MembershipOracle>();
  for (const drained of logs)
    for (const [conversation, entries] of conversationsIn(drained))
      oracles.set(keyOf(drained.log, conversation), new MembershipOracle(conversation, entries));
  return oracles;
}

export function onlyMembersSee(history: History): readonly Violation[] {
  const sessions = sessionsOf(history);
  const oracles = oraclesOf(logsOf(history).values());
  const violations: Violation[] = [];
  for (const event of [...eventsOf(history, 'delivered'), ...eventsOf(history, 'shown')]) {
    const { conversation, position } = event.entry;
    const at = event.type === 'shown' ? event : sessions.get(event.session);
    if (at === undefined) continue;
    if (oracles.get(keyOf(at.log, conversation))?.sees(at.user, position) === true) continue;
    const why = `${at.user} got ${conversation} ${position} without being a member there`;
    violations.push({ promise: 'P14', why, events: [event] });
  }
  return violations;
}

export function receiptsWithinLog(history: History): readonly Violation[] {
  const sessions = sessionsOf(history);
  const lasts = new Map<string, number>();
  for (const drained of logsOf(history).values())
    for (const [conversation, entries] of conversationsIn(drained))
      lasts.set(keyOf(drained.log, conversation), entries.length);
  return eventsOf(history, 'receipt')
    .filter(({ session, conversation, received, read }) => {
      const log = sessions.get(session)?.log ?? '';
      return received > (lasts.get(keyOf(log, conversation)) ?? 0) || read > received;
    })
    .map((event) => ({
      promise: 'P17',
      why: `a receipt of ${event.user} passes the log of ${event.conversation}`,
      events: [event],
    }));
}
