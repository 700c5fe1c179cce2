/** What an ordering must do; see `Ordering` in the contract. */
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  Host,
  Ordering,
  OrderingHost,
  Placing,
  ReaderRule,
  Register,
} from 'im-kernel/contract';
import { judgeComponent } from './component-judge.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';
import { memoryRegister, never, quietHost, seededRandom } from './quiet-host.ts';
import { describe, it } from './runner.ts';

export interface OrderingCase {
  readonly name: string;
  /** Makes an ordering that was never started: `plugin.create(config, host)`. */
  make(host: OrderingHost): Ordering;
}

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
): OrderingHost & { readonly announced: readonly ReaderRule[] } {
  const announced: ReaderRule[] = [];
  const announce = (rule: ReaderRule): void => void announced.push(rule);
  return { ...quietHost(overrides), register, announce, announced };
}

/** Plays a kernel: gives positions and numbers, remembers the last orders, checks every answer. */
class Bench {
  readonly #orders = new Map<string, number[]>();
  /** By conversation and user: the last number given, and the highest order got. */
  readonly #numbers = new Map<string, number>();
  readonly #senderOrders = new Map<string, number>();
  readonly #clock: FakeClock;
  readonly #random;
  #acceptedAt = 0;

  constructor(clock: FakeClock, seed: number) {
    this.#clock = clock;
    this.#random = seededRandom(seed);
  }

  below(bound: number): number {
    return Math.floor(this.#random.next() * bound);
  }

  /** Commands of some users in some conversations, `sentAt` off by up to a minute either way. */
  batch(length: number): Placing[] {
    const placed = new Map<string, number>();
    return Array.from({ length }, () => this.#placing(placed));
  }

  #placing(placed: Map<string, number>): Placing {
    const conversation = `d/ann/u${this.below(3)}`;
    const user = `u${this.below(3)}`;
    const sender = `${conversation} ${user}`;
    const number = (this.#numbers.get(sender) ?? 0) + 1 + this.below(2);
    this.#numbers.set(sender, number);
    const before = placed.get(conversation) ?? 0;
    placed.set(conversation, before + 1);
    this.#acceptedAt = Math.max(this.#acceptedAt, this.#clock.now());
    const position = (this.#orders.get(conversation)?.length ?? 0) + before + 1;
    const sentAt = this.#clock.now() + this.below(120_000) - 60_000;
    const acceptedAt = this.#acceptedAt;
    return { conversation, position, user, device: 'phone', number, sentAt, acceptedAt };
  }

  /** Has the batch placed, checks the answer against the contract, and takes it as kept. */
  async place(ordering: Ordering, batch: readonly Placing[]): Promise<readonly number[]> {
    const last = (conversation: string): number => this.#orders.get(conversation)?.at(-1) ?? 0;
    const orders = await driven(this.#clock, ordering.place(batch, last));
    assert.equal(orders.length, batch.length, 'one order for each placing');
    orders.forEach((order) => {
      assert.ok(Number.isSafeInteger(order) && order >= 1 && order <= orderMax, `order ${order}`);
    });
    batch.forEach((placing, index) => this.#keep(placing, orders[index] ?? 0));
    return orders;
  }

  #keep({ conversation, user }: Placing, order: number): void {
    const orders = this.#orders.get(conversation) ?? [];
    assert.ok(!orders.includes(order), `order ${order} twice in ${conversation}`);
    this.#orders.set(conversation, [...orders, order]);
    const sender = `${conversation} ${user}`;
    const before = this.#senderOrders.get(sender) ?? 0;
    assert.ok(order > before, `an order of ${user} went back from ${before} to ${order}`);
    this.#senderOrders.set(sender, order);
  }
}

/** Waits for an answer while time goes on: an ordering may take some before it places. */
async function driven<T>(clock: FakeClock, answer: T | Promise<T>): Promise<T> {
  if (!(answer instanceof Promise)) return answer;
  const seen = { settled: false };
  const work = answer.finally(() => {
    seen.settled = true;
  });
  for (let ms = 0; !seen.settled && ms < placingMaxMs; ms += 1) {
    await nextTurn();
    if (!seen.settled) clock.advance(1);
  }
  assert.ok(seen.settled, `place did not answer within ${placingMaxMs} ms`);
  return work;
}

async function started(judged: OrderingCase, host: OrderingHost): Promise<Ordering> {
  const ordering = judged.make(host);
  await ordering.start(never());
  return ordering;
}

/**
 * Judges an ordering: placing, its rule, time that jumps, restarts, and its life as a component.
 */
export function judgeOrdering(judged: OrderingCase): void {
  describe(`${judged.name} as an ordering`, () => {
    it('states a rule whose hold is within its bound', async () => {
      const ordering = await started(judged, orderingHost());
      const { strategy, holdMs, maxHoldMs } = ordering.rule;
      assert.match(strategy, /^[a-z][a-z0-9-]*$/);
      assert.ok(holdMs >= 0 && holdMs <= maxHoldMs, `holdMs ${holdMs}, maxHoldMs ${maxHoldMs}`);
      assert.ok(Number.isFinite(maxHoldMs));
      await ordering.stop(never());
    });
    it('answers an empty batch with nothing', async () => {
      const ordering = await started(judged, orderingHost());
      assert.deepEqual(await ordering.place([], () => 0), []);
      await ordering.stop(never());
    });
    it('gives distinct orders and never turns a sender’s numbers round', () => placesMany(judged));
    it('goes on above what was kept when clocks jump', () => survivesJumps(judged));
    it('never goes back after a restart', () => survivesRestart(judged));
    it('answers the same for the same batches, time and chance', () => isDeterministic(judged));
    it('does not change what it is given', async () => {
      const clock = fakeClock();
      const ordering = await started(judged, orderingHost({ clock }));
      const batch = new Bench(clock, 1).batch(20);
      batch.forEach((placing) => Object.freeze(placing));
      const before = structuredClone(batch);
      await ordering.place(Object.freeze(batch), () => 0);
      assert.deepEqual(batch, before);
      await ordering.stop(never());
    });
  });
  judgeComponent({ name: judged.name, make: () => judged.make(orderingHost()) });
}

async function placesMany(judged: OrderingCase): Promise<void> {
  for (let seed = 1; seed <= 20; seed += 1) {
    const clock = fakeClock();
    const ordering = await started(judged, orderingHost({ clock }));
    const bench = new Bench(clock, seed);
    for (let round = 0; round < 30; round += 1) {
      await bench.place(ordering, bench.batch(1 + bench.below(20)));
      clock.advance(bench.below(400));
    }
    await ordering.stop(never());
  }
}

async function survivesJumps(judged: OrderingCase): Promise<void> {
  for (const jumpMs of [-86_400_000, -1, 0, 86_400_000]) {
    const clock = fakeClock();
    const ordering = await started(judged, orderingHost({ clock }));
    const bench = new Bench(clock, 7);
    for (let round = 0; round < 20; round += 1) {
      await bench.place(ordering, bench.batch(10));
      clock.jump(jumpMs);
    }
    await ordering.stop(never());
  }
}

async function survivesRestart(judged: OrderingCase): Promise<void> {
  const clock = fakeClock();
  const register = memoryRegister();
  const bench = new Bench(clock, 11);
  for (let round = 0; round < 10; round += 1) {
    const ordering = await started(judged, orderingHost({ clock }, register));
    await bench.place(ordering, bench.batch(10));
    await ordering.stop(never());
    clock.jump(-5_000);
  }
}

async function isDeterministic(judged: OrderingCase): Promise<void> {
  const runs: (readonly number[])[][] = [];
  for (let run = 0; run < 2; run += 1) {
    const clock = fakeClock();
    const ordering = await started(judged, orderingHost({ clock, random: seededRandom(3) }));
    const bench = new Bench(clock, 5);
    const answers = [];
    for (let round = 0; round < 10; round += 1) {
      answers.push(await bench.place(ordering, bench.batch(10)));
      clock.advance(17);
    }
    runs.push(answers);
    await ordering.stop(never());
  }
  assert.deepEqual(runs[0], runs[1]);
}
