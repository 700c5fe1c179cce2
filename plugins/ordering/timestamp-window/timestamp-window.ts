/**
 * Orders entries by when their senders say that they were sent, as far as that can be believed, and
 * tells readers how long to hold a message for one that was sent earlier.
 */
import type {
  Counter,
  Histogram,
  Ordering,
  OrderingHost,
  Placing,
  ReaderRule,
  Standing,
} from 'im-kernel/contract';
import { HoldWindow } from './hold-window.ts';
import { RecentEntries } from './recent-entries.ts';
import type { Settings } from './settings.ts';

const done = Promise.resolve();
/** How often it is looked whether the window is still right. */
const REVIEW_MS = 100;
/** A change by less than this share of the window, or by less than so many ms, is not announced. */
const CHANGE_SHARE = 0.2;
const CHANGE_MIN_MS = 2;

export class TimestampWindow implements Ordering {
  rule: ReaderRule;
  readonly #settings: Settings;
  readonly #host: OrderingHost;
  readonly #window: HoldWindow;
  readonly #recent = new WeakMap<Standing, RecentEntries>();
  readonly #clamped: Counter;
  readonly #late: Counter;
  readonly #lateness: Histogram;
  #reviewAt = 0;

  constructor(settings: Settings, host: OrderingHost) {
    this.#settings = settings;
    this.#host = host;
    this.#window = new HoldWindow(settings);
    const { holdMs } = this.#window;
    this.rule = { strategy: 'timestamp-window', holdMs, maxHoldMs: settings.maxHold };
    const { metrics } = host;
    this.#clamped = metrics.counter(
      'window_stamps_clamped_total',
      'Stamps not taken as they are.',
      'side',
    );
    this.#late = metrics.counter('window_late_total', 'Entries placed before an earlier one.');
    this.#lateness = metrics.histogram('window_lateness_ms', 'How long ago they were overtaken.');
    metrics.gauge('window_ms', 'What readers are told to hold.', () => this.rule.holdMs);
    metrics.gauge('window_measured_ms', 'What is measured now.', () => this.#window.holdMs);
  }

  start(): Promise<void> {
    return done;
  }
  stop(): Promise<void> {
    return done;
  }

  place(
    batch: readonly Placing[],
    lastOrder: (conversation: string) => number,
    standing: (conversation: string) => Standing,
  ): readonly number[] {
    const orders = batch.map((placing) => {
      const { conversation } = placing;
      const where = standing(conversation);
      let recent = this.#recent.get(where);
      if (!recent) {
        recent = new RecentEntries(lastOrder(conversation), where);
        this.#recent.set(where, recent);
      }
      return this.#place(placing, recent);
    });
    this.#review();
    return orders;
  }

  #place(placing: Placing, recent: RecentEntries): number {
    const { acceptedAt } = placing;
    const oldestMs = acceptedAt - this.#settings.skewMax;
    const sentMs = this.#believed(placing, oldestMs);
    const sender = recent.senders.of(placing);
    this.#window.came(sentMs === undefined ? undefined : sender.slowerMs(placing));
    const before = recent.last;
    const order = recent.place(placing, sender, sentMs ?? acceptedAt, oldestMs);
    if (order < before) {
      const lateMs = recent.lateMs(order, acceptedAt);
      this.#window.wasLate(lateMs);
      this.#late.add();
      this.#lateness.record(lateMs);
    }
    return order;
  }

  /** Nothing was sent after it was accepted; of what is too old the stamp says nothing. */
  #believed({ sentAt, acceptedAt }: Placing, oldestMs: number): number | undefined {
    if (sentAt >= oldestMs && sentAt <= acceptedAt) return sentAt;
    this.#clamped.add(1, sentAt < oldestMs ? 'behind' : 'ahead');
    return undefined;
  }

  /** Tells clients of a new window, if it is another one, and not too often. */
  #review(): void {
    const nowMs = this.#host.clock.monotonic();
    if (nowMs < this.#reviewAt) return;
    this.#reviewAt = nowMs + REVIEW_MS;
    const { holdMs } = this.#window;
    const change = Math.abs(holdMs - this.rule.holdMs);
    const least = CHANGE_SHARE * Math.max(holdMs, this.rule.holdMs);
    if (change < Math.max(CHANGE_MIN_MS, least)) return;
    this.#reviewAt = nowMs + this.#settings.announceEvery;
    this.rule = { ...this.rule, holdMs };
    this.#host.announce(this.rule);
  }
}
