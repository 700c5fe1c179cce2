/**
 * Each conversation has one owner, so its positions already are one sequence: readers sort by them,
 * and hold nothing longer than a connection takes to catch up.
 */
import { definePlugin, duration, type Ordering, type ReaderRule } from 'im-kernel/contract';

const done = Promise.resolve();

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
  place(batch: Parameters<Ordering['place']>[0]): readonly number[] {
    return batch.map((placing) => placing.position);
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
