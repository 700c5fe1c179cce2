/** All checkers, by the promise of PROMISES that they hold the system to. */
import type { Check, History, Violation } from '../history.ts';
import { acceptedIsKept } from './accepted-is-kept.ts';
import { answersInOrder } from './answers-in-order.ts';
import { bodiesLast } from './bodies-last.ts';
import { commandsEnd } from './commands-end.ts';
import { consumersGetAll } from './consumers-get-all.ts';
import { countersAddUp } from './counters-add-up.ts';
import { guardsDecide } from './guards-decide.ts';
import { leasesHold } from './leases-hold.ts';
import { membersGetAll } from './members-get-all.ts';
import { movedLeadsOn } from './moved-leads-on.ts';
import { nothingInvented } from './nothing-invented.ts';
import { oneEntryPerKey } from './one-entry-per-key.ts';
import { onePositionOneEntry } from './one-position-one-entry.ts';
import { oneTotalOrder } from './one-total-order.ts';
import { oneSessionPerDevice } from './one-session-per-device.ts';
import { oneWriter } from './one-writer.ts';
import { onlyMembersSee, receiptsWithinLog } from './only-members-see.ts';
import { ordersAreTimes } from './orders-are-times.ts';
import { placesHold } from './places-hold.ts';
import { plannedChangesAreQuiet } from './planned-changes-are-quiet.ts';
import { recoveryKeepsAll } from './recovery-keeps-all.ts';
import { sendersInOrder } from './senders-in-order.ts';
import { sequencersInTurn } from './sequencers-in-turn.ts';
import { sessionsAscend } from './sessions-ascend.ts';
import { takeoversHaveReasons } from './takeovers-have-reasons.ts';
import { windowsHold } from './windows-hold.ts';
import { truthfulOutcomes } from './truthful-outcomes.ts';

export const CHECKS: readonly Check[] = [
  acceptedIsKept,
  nothingInvented,
  oneEntryPerKey,
  onePositionOneEntry,
  sessionsAscend,
  sendersInOrder,
  membersGetAll,
  truthfulOutcomes,
  recoveryKeepsAll,
  windowsHold,
  onlyMembersSee,
  receiptsWithinLog,
  answersInOrder,
  commandsEnd,
  oneWriter,
  countersAddUp,
  oneSessionPerDevice,
  placesHold,
  guardsDecide,
  consumersGetAll,
  bodiesLast,
  oneTotalOrder,
  sequencersInTurn,
  ordersAreTimes,
  leasesHold,
  movedLeadsOn,
  takeoversHaveReasons,
  plannedChangesAreQuiet,
];

/** Everything that is wrong with a history. */
export function judge(history: History): readonly Violation[] {
  return CHECKS.flatMap((check) => check(history));
}
