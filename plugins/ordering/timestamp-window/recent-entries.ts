/**
 * What is remembered of a conversation's recent entries, and the rule by which the next one gets
 * its order.
 *
 * The rule keeps one more thing true, so that nothing need be remembered across a restart: no order
 * of a conversation is above both its last entry's and the last one of the ms in which that entry
 * was accepted. So whoever goes on above these two goes on above everything.
 */
import type { Placing, Standing } from 'im-kernel/contract';
import { Overtaking } from './overtaking.ts';
import { Senders, type Sender } from './senders.ts';
import { firstOrderAt, lastOrderAt } from './stamps.ts';
import { UsedOrders } from './used-orders.ts';

/** More devices than this, and those that were not heard of lately are forgotten. */
const SENDERS_MAX = 1_024;

export class RecentEntries {
  readonly senders = new Senders();
  readonly #overtaking = new Overtaking();
  readonly #used: UsedOrders;

  /** Begins above what was kept so far. */
  constructor(lastOrder: number, { acceptedAt }: Standing) {
    const floor = lastOrder === 0 ? 0 : Math.max(lastOrder, lastOrderAt(acceptedAt));
    this.#used = new UsedOrders(floor);
    this.#overtaking.reached(floor, acceptedAt);
  }

  /** The highest order so far. */
  get last(): number {
    return this.#used.last;
  }

  /**
   * The order of the next entry, `sender`'s. `sentMs`: when it counts as sent, not after it was
   * accepted. `oldestMs`: no later entry will count as sent before that.
   */
  place({ acceptedAt }: Placing, sender: Sender, sentMs: number, oldestMs: number): number {
    const { last } = this.#used;
    // More came in a ms than it has places, or the clock went back: the log only counts on.
    const counts = last > lastOrderAt(acceptedAt);
    const from = counts ? last + 1 : Math.max(firstOrderAt(sentMs), sender.last + 1);
    const order = this.#used.take(from);
    sender.last = order;
    if (order > last) this.#overtaking.reached(order, acceptedAt);
    this.#used.forget(firstOrderAt(oldestMs) - 1);
    if (this.senders.size > SENDERS_MAX) this.#forgetSenders();
    return order;
  }

  /** How long a reader would have had to hold what overtook `order`, in ms. */
  lateMs(order: number, acceptedAt: number): number {
    return Math.max(1, acceptedAt - this.#overtaking.passed(order));
  }

  #forgetSenders(): void {
    this.senders.forget(this.#used.floor);
    if (this.senders.size <= SENDERS_MAX) return;
    this.#used.raise(this.#used.last);
    this.senders.forget(this.#used.floor);
  }
}
