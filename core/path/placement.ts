/** Place: asks the orderings where the commands of a batch stand for their readers. */
import {
  ImError,
  must,
  reasonOf,
  type Counter,
  type Log,
  type Ordering,
  type Placing,
  type Standing,
} from '../contract/index.ts';
import type { Verdict } from '../chat/judge.ts';
import type { Placed } from '../chat/sender.ts';
import { UINT_MAX } from '../wire/field.ts';
import type { Judged } from './judged.ts';
import type { Orderings } from './orderings.ts';
import type { Drafts } from './recall.ts';
import { Trouble } from './trouble.ts';

interface Surroundings {
  readonly orderings: Orderings;
  readonly log: Log;
  readonly failed: Counter;
}

export interface Placements {
  /** What goes on: a command that was placed has its order. In the sequence of the batch. */
  readonly judged: readonly Judged[];
  /** Commands of a kind whose ordering gave no places: they must come again. */
  readonly unplaced: readonly Judged[];
}

const NONE: Standing = { acceptedAt: 0 };

export class Placement {
  readonly #around: Surroundings;
  readonly #troubles = new Map<Ordering, Trouble>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /**
   * Asks each kind's ordering once for all of its commands, so one that does not answer holds the
   * batch up, and refuses its own kind only.
   */
  async place(judged: readonly Judged[], drafts: Drafts): Promise<Placements> {
    const shares = this.#around.orderings.share(judged, nameOf);
    const answered = await Promise.all(
      shares.map(({ ordering, items }) => this.#ask(ordering, items, drafts)),
    );
    if (answered.every(Boolean)) return { judged, unplaced: [] };
    const unplaced = shares.flatMap(({ items }, at) => (answered[at] ? [] : items));
    const without = new Set(unplaced);
    return { judged: judged.filter((it) => !without.has(it)), unplaced };
  }

  /** False: the ordering gives no places now. */
  async #ask(ordering: Ordering, judged: readonly Judged[], drafts: Drafts): Promise<boolean> {
    const placed = judged.filter(({ verdict }) => verdict.is === 'placed');
    if (placed.length === 0) return true;
    const lastOrder = (name: string): number => drafts.get(name)?.conversation.order ?? 0;
    const standing = (name: string): Standing => drafts.get(name)?.conversation.standing ?? NONE;
    try {
      const answer = ordering.place(placed.map(placingOf), lastOrder, standing);
      const orders = answer instanceof Promise ? await answer : answer;
      if (orders.length !== placed.length || !orders.every(isOrder)) {
        throw new Error('an order is missing, or is not a whole number from 1 to 2^48-1');
      }
      placed.forEach(({ verdict }, at) => (placedOf(verdict).order = orders[at] as number));
      this.#troubles.get(ordering)?.gone();
      return true;
    } catch (error) {
      this.#failed(ordering, error);
      return false;
    }
  }

  #failed(ordering: Ordering, error: unknown): void {
    this.#around.failed.add(1, error instanceof ImError ? error.code : 'ordering');
    const known = this.#troubles.get(ordering);
    const trouble = known ?? new Trouble(this.#around.log, 'the ordering gives places again');
    this.#troubles.set(ordering, trouble);
    const { strategy } = ordering.rule;
    trouble.met('the ordering gave no places', { strategy, why: reasonOf(error) });
  }
}

function nameOf({ handed }: Judged): string {
  return handed.command.conversation;
}

/** What is out of range could never be told to anybody, and must not enter the log. */
function isOrder(order: number): boolean {
  return Number.isInteger(order) && order >= 1 && order <= UINT_MAX;
}

function placingOf({ handed, verdict }: Judged): Placing {
  const { command, user, device } = handed;
  const { position, acceptedAt } = placedOf(verdict);
  const { conversation, number, sentAt } = command;
  return { conversation, position, user, device, number, sentAt, acceptedAt };
}

function placedOf(verdict: Verdict): Placed {
  must(verdict.is === 'placed', 'only what is placed is ordered');
  return verdict.placed;
}
