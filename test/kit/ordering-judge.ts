/** What an ordering must do; see `Ordering` in the contract. */
import assert from 'node:assert/strict';
import { ImError, type Ordering, type OrderingHost, type Register } from 'im-kernel/contract';
import { judgeComponent } from './component-judge.ts';
import { fakeClock } from './fake-clock.ts';
import { driven, OrderingBench, orderingHost } from './ordering-bench.ts';
import { memoryRegister, never, seededRandom } from './quiet-host.ts';
import { describe, it } from './runner.ts';

export interface OrderingCase {
  readonly name: string;
  /** Makes an ordering that was never started: `plugin.create(config, host)`. */
  make(host: OrderingHost): Ordering;
  /**
   * Makes the orderings of several servers of one deployment, one for each host; they start in this
   * sequence. Absent: one server at a time.
   */
  together?(hosts: readonly OrderingHost[]): readonly Ordering[];
  /** It promises a total order: no order occurs twice, in whatever conversations. */
  readonly total?: boolean;
}

/** More than any ordering may have prepared for. */
const largeBatch = 3_000;
const lanes = 4;

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
      const bench = new OrderingBench(fakeClock(), 1);
      assert.deepEqual(await bench.ask(ordering, []), []);
      await ordering.stop(never());
    });
    it('gives distinct orders and never turns a sender’s numbers round', () => placesMany(judged));
    it('places a large batch at once', () => placesLarge(judged));
    it('keeps batches apart that are placed side by side', () => placesSideBySide(judged));
    it('goes on from what was kept when a batch was not', () => survivesFailure(judged));
    it('goes on above what was kept when clocks jump', () => survivesJumps(judged));
    it('never goes back after a restart', () => survivesRestart(judged));
    it('never goes back after a crash at any moment', () => survivesCrash(judged));
    it('goes on above what another strategy gave, or refuses to', () => followsAnother(judged));
    it('gives nothing that a failing register did not keep', () => keepsItsWord(judged));
    it('answers the same for the same batches, time and chance', () => isDeterministic(judged));
    it('states the rule that it announced last', () => statesWhatItAnnounced(judged));
    if (judged.together) {
      it('goes on above what another server placed', () => movesBetween(judged));
    }
    it('does not change what it is given', async () => {
      const clock = fakeClock();
      const ordering = await started(judged, orderingHost({ clock }));
      const bench = new OrderingBench(clock, 1);
      const batch = bench.batch(20);
      batch.forEach((placing) => Object.freeze(placing));
      const before = structuredClone(batch);
      await driven(clock, bench.ask(ordering, Object.freeze(batch)));
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
    const bench = new OrderingBench(clock, seed, judged.total);
    for (let round = 0; round < 30; round += 1) {
      await bench.place(ordering, bench.batch(1 + bench.below(20)));
      clock.advance(bench.below(400));
    }
    await ordering.stop(never());
  }
}

async function placesLarge(judged: OrderingCase): Promise<void> {
  const clock = fakeClock();
  const ordering = await started(judged, orderingHost({ clock }));
  const bench = new OrderingBench(clock, 2, judged.total);
  for (const length of [1, largeBatch, 1]) await bench.place(ordering, bench.batch(length));
  await ordering.stop(never());
}

async function placesSideBySide(judged: OrderingCase): Promise<void> {
  for (let seed = 1; seed <= 5; seed += 1) {
    const clock = fakeClock();
    const ordering = await started(judged, orderingHost({ clock }));
    const bench = new OrderingBench(clock, seed, judged.total);
    for (let round = 0; round < 10; round += 1) {
      const side = Array.from({ length: lanes }, (_, lane) => {
        return bench.place(ordering, bench.batch(1 + bench.below(300), lane));
      });
      await Promise.all(side);
    }
    await ordering.stop(never());
  }
}

async function survivesFailure(judged: OrderingCase): Promise<void> {
  const clock = fakeClock();
  const ordering = await started(judged, orderingHost({ clock }));
  const bench = new OrderingBench(clock, 23, judged.total);
  for (let round = 0; round < 30; round += 1) {
    await bench.place(ordering, bench.batch(10));
    const batch = bench.batch(1 + bench.below(200));
    await driven(clock, bench.ask(ordering, batch));
    clock.advance(bench.below(50));
    if (round % 2 === 0) await bench.place(ordering, batch);
  }
  await ordering.stop(never());
}

async function survivesJumps(judged: OrderingCase): Promise<void> {
  for (const jumpMs of [-86_400_000, -1, 0, 86_400_000]) {
    const clock = fakeClock();
    const ordering = await started(judged, orderingHost({ clock }));
    const bench = new OrderingBench(clock, 7, judged.total);
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
  const bench = new OrderingBench(clock, 11, judged.total);
  for (let round = 0; round < 10; round += 1) {
    const ordering = await started(judged, orderingHost({ clock }, register));
    const before = bench.highest;
    const orders = await bench.place(ordering, bench.batch(10));
    if (judged.total) assert.ok(Math.min(...orders) > before, `${orders[0]} after ${before}`);
    await ordering.stop(never());
    clock.jump(-5_000);
  }
}

/** Positions, positions after a change of strategy, and more than any time or count is. */
const foreignOrders = [3, 2 ** 24 + 5, 2 ** 46];

async function followsAnother(judged: OrderingCase): Promise<void> {
  for (const last of foreignOrders) {
    const clock = fakeClock();
    const bench = new OrderingBench(clock, 29, judged.total);
    bench.begun(last);
    for (let life = 0; life < 3; life += 1) {
      const ordering = await started(judged, orderingHost({ clock }));
      for (let round = 0; round < 10; round += 1) {
        const place = bench.place(ordering, bench.batch(1 + bench.below(20)));
        const orders = await place.catch((error: unknown) => {
          if (!(error instanceof ImError)) throw error;
          return [];
        });
        assert.ok(Math.min(...orders) > last, `an order below another strategy's last, ${last}`);
        clock.advance(bench.below(400));
      }
      await ordering.stop(never());
    }
  }
}

/** What crashes is simply left where it stands, with a batch on its way; it is stopped later. */
async function survivesCrash(judged: OrderingCase): Promise<void> {
  const clock = fakeClock();
  const register = memoryRegister();
  const bench = new OrderingBench(clock, 13, judged.total);
  const left: Ordering[] = [];
  for (let round = 0; round < 20; round += 1) {
    const ordering = await started(judged, orderingHost({ clock }, register));
    left.push(ordering);
    const before = bench.highest;
    for (let batches = bench.below(4); batches >= 0; batches -= 1) {
      const orders = await bench.place(ordering, bench.batch(1 + bench.below(700)));
      if (judged.total) assert.ok(Math.min(...orders) > before, `${orders[0]} after ${before}`);
    }
    Promise.resolve(bench.ask(ordering, bench.batch(500))).catch(() => undefined);
  }
  for (const ordering of left) await ordering.stop(never());
}

const lost = (): Promise<never> => Promise.reject(new Error('the answer got lost'));

/** A register that fails now and then, and then may have kept what it was told to keep, or not. */
function failing(register: Register, seed: number): Register {
  const random = seededRandom(seed);
  return {
    ...register,
    read: (key) => (random.next() < 0.2 ? lost() : register.read(key)),
    compareAndSet: async (key, expected, next) => {
      if (random.next() < 0.2) return lost();
      const kept = await register.compareAndSet(key, expected, next);
      return random.next() < 0.2 ? lost() : kept;
    },
  };
}

async function keepsItsWord(judged: OrderingCase): Promise<void> {
  let placed = 0;
  for (let seed = 1; seed <= 5; seed += 1) {
    const clock = fakeClock();
    const register = memoryRegister();
    const bench = new OrderingBench(clock, seed, judged.total);
    for (let life = 0; life < 8; life += 1) {
      const host = orderingHost({ clock }, failing(register, seed * 100 + life));
      const ordering = judged.make(host);
      const up = await ordering.start(never()).then(
        () => true,
        () => false,
      );
      const rounds = up ? 3 : 0;
      for (let round = 0; round < rounds; round += 1) {
        const place = bench.place(ordering, bench.batch(400));
        await place.then(
          () => (placed += 1),
          (error: unknown) => {
            if (error instanceof assert.AssertionError) throw error;
          },
        );
      }
      await ordering.stop(never());
    }
  }
  assert.ok(placed > 0, 'it placed nothing in all its lives');
}

async function isDeterministic(judged: OrderingCase): Promise<void> {
  const runs: (readonly number[])[][] = [];
  for (let run = 0; run < 2; run += 1) {
    const clock = fakeClock();
    const ordering = await started(judged, orderingHost({ clock, random: seededRandom(3) }));
    const bench = new OrderingBench(clock, 5, judged.total);
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

async function statesWhatItAnnounced(judged: OrderingCase): Promise<void> {
  const clock = fakeClock();
  const host = orderingHost({ clock });
  const ordering = await started(judged, host);
  const bench = new OrderingBench(clock, 17, judged.total);
  for (let round = 0; round < 50; round += 1) {
    await bench.place(ordering, bench.batch(20));
    clock.advance(bench.below(5_000));
    const announced = host.announced.at(-1);
    if (announced) assert.deepEqual(ordering.rule, announced);
  }
  await ordering.stop(never());
}

/** Conversations move from server to server, as they do when an owner is taken over. */
async function movesBetween(judged: OrderingCase): Promise<void> {
  const clock = fakeClock();
  const hosts = ['node-1', 'node-2'].map((node) => orderingHost({ clock, node }));
  const orderings = judged.together?.(hosts) ?? [];
  for (const ordering of orderings) await ordering.start(never());
  const bench = new OrderingBench(clock, 19, judged.total);
  for (let round = 0; round < 40; round += 1) {
    const at = bench.below(orderings.length);
    const owner = orderings[at] as Ordering;
    await bench.place(owner, bench.batch(1 + bench.below(200)));
  }
  for (const ordering of orderings.toReversed()) await ordering.stop(never());
}
