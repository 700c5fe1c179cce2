/**
 * Each conversation has one owner, so its positions already are one sequence: readers sort by them,
 * and hold nothing longer than a connection takes to catch up.
 */
import { definePlugin, duration, type Ordering, type ReaderRule } from 'im-kernel/contract';

const done = Promise.resolve();

/**
 * Orders are positions plus a multiple of this, so the last order tells who gave it. It is more
 * than an order of `timestamp-window` can be above a later entry's: 60 s, 128 places per ms.
 */
const STEP = 2 ** 23;

/** The position; in a conversation that another ordering began, above all that it gave. */
function orderAfter(lastOrder: number, position: number): number {
  const ahead = lastOrder - (position - 1);
  if (ahead <= 0) return position;
  if (ahead % STEP === 0) return lastOrder + 1;
  return Math.ceil((lastOrder + STEP) / STEP) * STEP + position;
}

class ConversationOwner implements Ordering {
  readonly rule: ReaderRule;

  constructor(maxHoldMs: number) {
    this.rule = { strategy: 'conversation-owner', holdMs: 0, maxHoldMs };
  }

  start(): Promise<void> {
    return done;
  }
  stop(): Promise<void> {
    return done;
  }

  place(...[batch, lastOrder]: Parameters<Ordering['place']>): readonly number[] {
    const last = new Map<string, number>();
    return batch.map(({ conversation, position }) => {
      const order = orderAfter(last.get(conversation) ?? lastOrder(conversation), position);
      last.set(conversation, order);
      return order;
    });
  }
}

export default definePlugin({
  contract: 1,
  role: 'ordering',
  type: 'conversation-owner',
  summary: 'Orders messages as the owner of their conversation took them: by position.',
  stability: 'stable',
  config: {
    maxHold: duration({
      help: 'The longest that a client may hold a message for an earlier one.',
      fallback: 300,
      min: 0,
      max: 60_000,
    }),
  },
  create: ({ maxHold }) => new ConversationOwner(maxHold),
});
