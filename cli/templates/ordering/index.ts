/** What readers sort messages by, and how long they may hold one for an earlier one. */
import { definePlugin, duration, type Ordering, type ReaderRule } from 'im-kernel/contract';

class MyOrdering implements Ordering {
  readonly rule: ReaderRule;

  constructor(holdMs: number, maxHoldMs: number) {
    this.rule = { strategy: 'my-plugin', holdMs, maxHoldMs };
  }

  /** Read what you need from the register here; reject if you cannot work. */
  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  /**
   * One order per placing, in the same sequence. Orders of a conversation are distinct, and for one
   * sender they ascend with its numbers. Here each is one above the last: the position, or what
   * comes next where another ordering began. The last one of this batch counts, too.
   */
  place(...[batch, lastOrder]: Parameters<Ordering['place']>): readonly number[] {
    const last = new Map<string, number>();
    return batch.map(({ conversation }) => {
      const order = (last.get(conversation) ?? lastOrder(conversation)) + 1;
      last.set(conversation, order);
      return order;
    });
  }
}

export default definePlugin({
  contract: 1,
  role: 'ordering',
  type: 'my-plugin',
  summary: 'Orders messages as they were taken.',
  stability: 'experimental',
  config: {
    hold: duration({
      help: 'How long a reader holds a message for an earlier one.',
      fallback: 0,
      max: 60_000,
    }),
    maxHold: duration({
      help: 'The most that it will ever hold one.',
      fallback: 300,
      max: 60_000,
    }),
  },
  check: ({ hold, maxHold }) => (hold > maxHold ? ['hold is longer than maxHold'] : []),
  create: ({ hold, maxHold }) => new MyOrdering(hold, maxHold),
});
