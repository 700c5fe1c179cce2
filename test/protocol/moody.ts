/** An ordering as a test wants it. */
import {
  definePlugin,
  type AnyPlugin,
  type Ordering,
  type OrderingHost,
  type ReaderRule,
  type Standing,
} from 'im-kernel/contract';

/** An ordering that gives every place its position, unless it is told to fail. */
export class Moody {
  fails = false;
  /** What it gives instead of what is right. */
  gives: readonly number[] | undefined;
  slow: Promise<void> | undefined;
  holdMs = 0;
  /** The conversations of every batch that it was asked about. */
  readonly asked: (readonly string[])[] = [];
  /** Where the conversation of the first command of every batch stood. */
  readonly standings: Standing[] = [];
  readonly #strategy: string;
  #host: OrderingHost | undefined;

  constructor(strategy = 'moody') {
    this.#strategy = strategy;
  }

  get #rule(): ReaderRule {
    return { strategy: this.#strategy, holdMs: this.holdMs, maxHoldMs: 900 };
  }

  get plugin(): AnyPlugin {
    const ordering: Ordering = {
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      rule: this.#rule,
      place: async (batch, _lastOrder, standing) => {
        this.standings.push(...batch.slice(0, 1).map((first) => standing(first.conversation)));
        this.asked.push(batch.map(({ conversation }) => conversation));
        await this.slow;
        if (this.fails) throw new Error('not now');
        return this.gives ?? batch.map(({ position }) => position * 10);
      },
    };
    Object.defineProperty(ordering, 'rule', { get: () => this.#rule });
    return definePlugin({
      contract: 1,
      role: 'ordering',
      type: this.#strategy,
      summary: 'For this test.',
      stability: 'experimental',
      config: {},
      create: (_config, host) => {
        this.#host = host;
        return ordering;
      },
    });
  }

  announce(): void {
    this.#host?.announce(this.#rule);
  }
}
