/** Plays a kernel before an ordering: gives positions and numbers, and checks every answer. */
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  Host,
  Links,
  Ordering,
  OrderingHost,
  Placing,
  ReaderRule,
  Register,
} from 'im-kernel/contract';
import type { FakeClock } from './fake-clock.ts';
import { memoryLinks } from './memory-links.ts';
import { memoryRegister, quietHost, seededRandom, type QuietHost } from './quiet-host.ts';

const orderMax = 2 ** 48 - 1;
/** The longest that placing one batch may take, on the clock that the ordering was given. */
const placingMaxMs = 5_000;

/**
 * An ordering's host in memory, with what it announced. `register` outlives restarts when the
 * caller keeps it.
 */
export function orderingHost(
  overrides: Partial<Host> = {},
  register: Register = memoryRegister(),
  links?: Links,
): OrderingHost & QuietHost & { readonly announced: readonly ReaderRule[] } {
  const announced: ReaderRule[] = [];
  const announce = (rule: ReaderRule): void => void announced.push(rule);
  const host = quietHost(overrides);
  return { ...host, register, links: links ?? memoryLinks(host.clock), announce, announced };
}

export class OrderingBench {
  readonly #orders = new Map<string, number[]>();
  /** By sender: the last number given, and the highest order got. */
  readonly #numbers = new Map<string, number>();
  readonly #senderOrders = new Map<string, number>();
  readonly #all = new Set<number>();
  /** By conversation: who placed its last entries, and where that one was told it stands. */
  readonly #placers = new Map<string, { by?: Ordering; standing: { acceptedAt: number } }>();
  readonly #clock: FakeClock;
  readonly #random;
  readonly #total: boolean;
  #acceptedAt = 0;

  /** `total`: no order occurs twice, in whatever conversations. */
  constructor(clock: FakeClock, seed: number, total = false) {
    this.#clock = clock;
    this.#random = seededRandom(seed);
    this.#total = total;
  }

  below(bound: number): number {
    return Math.floor(this.#random.next() * bound);
  }

  /** The highest order that was kept. */
  get highest(): number {
    let highest = 0;
    for (const order of this.#all) highest = Math.max(highest, order);
    return highest;
  }

  /**
   * Commands of some devices in some conversations, `sentAt` off by up to a minute either way.
   * Batches of different lanes have no conversation in common.
   */
  batch(length: number, lane = 0): Placing[] {
    const placed = new Map<string, number>();
    return Array.from({ length }, () => this.#placing(placed, lane));
  }

  #placing(placed: Map<string, number>, lane: number): Placing {
    const conversation = `d/ann/u${this.below(3)}.${lane}`;
    const user = `u${this.below(3)}`;
    const device = `phone${this.below(2)}`;
    const sender = senderOf({ conversation, user, device });
    const number = (this.#numbers.get(sender) ?? 0) + 1 + this.below(2);
    this.#numbers.set(sender, number);
    const before = placed.get(conversation) ?? 0;
    placed.set(conversation, before + 1);
    this.#acceptedAt = Math.max(this.#acceptedAt, this.#clock.now());
    const position = (this.#orders.get(conversation)?.length ?? 0) + before + 1;
    const sentAt = this.#clock.now() + this.below(120_000) - 60_000;
    const acceptedAt = this.#acceptedAt;
    return { conversation, position, user, device, number, sentAt, acceptedAt };
  }

  /** The conversations have an entry each, whose order is from another ordering. */
  begun(order: number): void {
    for (const { conversation, acceptedAt } of this.batch(30)) {
      if (this.#orders.has(conversation)) continue;
      this.#orders.set(conversation, [order]);
      this.#all.add(order);
      this.#placers.set(conversation, { standing: { acceptedAt } });
    }
  }

  /** Has the batch placed, checks the answer against the contract, and takes it as kept. */
  async place(ordering: Ordering, batch: readonly Placing[]): Promise<readonly number[]> {
    const orders = await driven(this.#clock, this.ask(ordering, batch));
    assert.equal(orders.length, batch.length, 'one order for each placing');
    orders.forEach((order) => {
      assert.ok(Number.isSafeInteger(order) && order >= 1 && order <= orderMax, `order ${order}`);
    });
    batch.forEach((placing, index) => this.#keep(placing, orders[index] ?? 0));
    for (const { conversation, acceptedAt } of batch) {
      this.#standingFor(ordering, conversation).acceptedAt = acceptedAt;
    }
    return orders;
  }

  /** Has the batch placed, and keeps nothing of it. */
  ask(ordering: Ordering, batch: readonly Placing[]): ReturnType<Ordering['place']> {
    return ordering.place(batch, this.last, (name) => this.#standingFor(ordering, name));
  }

  /** A conversation is read anew whenever another ordering places in it. */
  #standingFor(by: Ordering, conversation: string): { acceptedAt: number } {
    const known = this.#placers.get(conversation);
    if (known?.by === by) return known.standing;
    const standing = { acceptedAt: known?.standing.acceptedAt ?? 0 };
    this.#placers.set(conversation, { by, standing });
    return standing;
  }

  /** The order of the conversation's last entry; 0: none. */
  readonly last = (conversation: string): number => this.#orders.get(conversation)?.at(-1) ?? 0;

  #keep(placing: Placing, order: number): void {
    const { conversation, user } = placing;
    const orders = this.#orders.get(conversation) ?? [];
    assert.ok(!orders.includes(order), `order ${order} twice in ${conversation}`);
    assert.ok(!this.#total || !this.#all.has(order), `order ${order} twice in all`);
    this.#all.add(order);
    orders.push(order);
    this.#orders.set(conversation, orders);
    const sender = senderOf(placing);
    const before = this.#senderOrders.get(sender) ?? 0;
    assert.ok(order > before, `an order of ${user} went back from ${before} to ${order}`);
    this.#senderOrders.set(sender, order);
  }
}

function senderOf({
  conversation,
  user,
  device,
}: Pick<Placing, 'conversation' | 'user' | 'device'>) {
  return `${conversation} ${user} ${device}`;
}

/** Waits for an answer while time goes on: an ordering may take some before it places. */
export async function driven<T>(clock: FakeClock, answer: T | Promise<T>): Promise<T> {
  if (!(answer instanceof Promise)) return answer;
  const seen = { settled: false };
  const settle = (): void => void (seen.settled = true);
  answer.then(settle, settle);
  for (let ms = 0; !seen.settled && ms < placingMaxMs; ms += 1) {
    await nextTurn();
    if (!seen.settled) clock.advance(1);
  }
  assert.ok(seen.settled, `place did not answer within ${placingMaxMs} ms`);
  return answer;
}
