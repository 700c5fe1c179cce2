/**
 * P15: one live connection per device. A device is greeted again when all that its older
 * connections handed in is settled: what was last sent before that is let in before it, or never.
 * Of several nodes, a greeting counts of the one that lets in: another may not know yet that it is
 * the last owner, and then its WELCOME goes nowhere.
 */
import type { History, Kept, Violation } from '../history.ts';
import { keyOf } from './reading.ts';

interface Place {
  readonly event: History[number];
  /** Where it stands in the history. */
  readonly at: number;
}

export function oneSessionPerDevice(history: History): readonly Violation[] {
  /** By device. */
  const greeted = new Map<string, Place>();
  /** By command: when it was sent last. */
  const sent = new Map<string, Place>();
  /** By shard and epoch: which life of a node has it. */
  const lives = new Map<string, number>();
  const lifeOf = ({ log, shard, epoch }: Kept): number | undefined =>
    shard === undefined || epoch === undefined ? undefined : lives.get(keyOf(log, shard, epoch));
  const violations: Violation[] = [];
  for (const [at, event] of history.entries()) {
    if (event.type === 'taken')
      for (const [index, shard] of event.shards.entries())
        lives.set(keyOf(event.log, shard, event.epochs[index] ?? 0), event.life);
    if (event.type === 'greeted') greeted.set(keyOf(event.user, event.device), { event, at });
    else if (event.type === 'sent') sent.set(event.id, { event, at });
    if (event.type !== 'kept') continue;
    const { id, user, device } = event.entry;
    const [greeting, sending] = [greeted.get(keyOf(user, device)), sent.get(id)];
    if (greeting === undefined || sending === undefined || sending.at > greeting.at) continue;
    const greeter = greeting.event.type === 'greeted' ? greeting.event.life : undefined;
    if (greeter !== undefined && greeter !== (lifeOf(event) ?? greeter)) continue;
    const why = `${id} was let in after ${user}/${device} was greeted anew`;
    violations.push({ promise: 'P15', why, events: [sending.event, greeting.event, event] });
  }
  return violations;
}
