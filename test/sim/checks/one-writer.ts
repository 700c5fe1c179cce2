/**
 * P8: one writer. Epochs never fall along a shard's log, nothing is let in under an epoch older
 * than the last that was given out, and nothing is answered that was not let in before.
 */
import type { History, Kept, Violation } from '../history.ts';
import type { Taken } from '../node-history.ts';
import { eventsOf, keyOf, sessionsOf } from './reading.ts';

interface Shard {
  taken: Taken | undefined;
  /** The newest that was given out. */
  epoch: number;
  kept: Kept | undefined;
}

class Shards {
  readonly #shards = new Map<string, Shard>();

  take(event: Taken): void {
    for (const [index, number] of event.shards.entries()) {
      const shard = this.#of(event.log, number);
      shard.taken = event;
      shard.epoch = Math.max(shard.epoch, event.epochs[index] ?? 0);
    }
  }

  /** Undefined: it was right to let it in. */
  keep(event: Kept): Violation | undefined {
    const { log, shard: number, epoch, entry } = event;
    if (number === undefined || epoch === undefined) return undefined;
    const shard = this.#of(log, number);
    const before = shard.kept;
    shard.kept = event;
    const where = `${entry.conversation} ${entry.position} was let in under epoch ${epoch}`;
    if (before !== undefined && epoch < (before.epoch ?? 0)) {
      const why = `${where}, after epoch ${before.epoch} in shard ${number}`;
      return { promise: 'P8', why, events: [before, event] };
    }
    if (epoch >= shard.epoch || shard.taken === undefined) return undefined;
    const why = `${where}, though shard ${number} was taken with epoch ${shard.epoch}`;
    return { promise: 'P8', why, events: [shard.taken, event] };
  }

  #of(log: string, shard: number): Shard {
    const key = keyOf(log, shard);
    const known = this.#shards.get(key) ?? { taken: undefined, epoch: 0, kept: undefined };
    this.#shards.set(key, known);
    return known;
  }
}

export function oneWriter(history: History): readonly Violation[] {
  // Real rigs do not see what their store lets in.
  if (eventsOf(history, 'kept').length === 0) return [];
  const sessions = sessionsOf(history);
  const shards = new Shards();
  const letIn = new Set<string>();
  const violations: Violation[] = [];
  for (const event of history) {
    if (event.type === 'taken') shards.take(event);
    else if (event.type === 'kept') {
      const { log, entry } = event;
      letIn.add(keyOf(log, entry.conversation, entry.position, entry.id));
      const violation = shards.keep(event);
      if (violation !== undefined) violations.push(violation);
    } else if (event.type === 'accepted') {
      const log = sessions.get(event.session)?.log ?? '';
      if (letIn.has(keyOf(log, event.conversation, event.position, event.id))) continue;
      const why = `${event.conversation} ${event.position} was answered before it was let in`;
      violations.push({ promise: 'P8', why, events: [event] });
    }
  }
  return violations;
}
