import assert from 'node:assert/strict';
import { EventHeap } from './event-heap.ts';
import { Life } from './life.ts';
import { Pipe, type PipeShape } from './pipe.ts';
import { Prng } from './prng.ts';
import { Trace } from './trace.ts';
import { VirtualClock } from './virtual-clock.ts';

const BRISK: PipeShape = { latencyMs: 1, jitterMs: 2, slicing: 'slices' };

function aWorld(seed = 1) {
  const trace = new Trace();
  return { trace, world: new VirtualClock(trace), prng: new Prng(seed) };
}

function quiet(world: VirtualClock): Promise<boolean> {
  return world.run(() => false, 1e9);
}

function drawsOf(seed: number): readonly number[] {
  const prng = new Prng(seed);
  return Array.from({ length: 50 }, () => prng.bits());
}

describe('the seeded generator', () => {
  it('draws the same numbers for the same seed and others for another', () => {
    assert.deepEqual(drawsOf(7), drawsOf(7));
    assert.notDeepEqual(drawsOf(7), drawsOf(8));
  });

  it('spreads its draws evenly over a range', () => {
    const prng = new Prng(3);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i += 1) counts[prng.below(10)]! += 1;
    for (const count of counts) assert.ok(count > 850 && count < 1150, String(counts));
  });

  it('keeps a fork apart from later draws of its parent', () => {
    const one = new Prng(5);
    const fork = one.fork();
    const first = fork.bits();
    const other = new Prng(5);
    const same = other.fork();
    other.bits();
    assert.equal(same.bits(), first);
  });
});

describe('the heap of events', () => {
  it('gives back any set of events by time, and by sequence within one moment', () => {
    const prng = new Prng(11);
    const heap = new EventHeap();
    for (let serial = 0; serial < 500; serial += 1)
      heap.push({ atUs: prng.below(40), serial, actor: '', run: undefined });
    const taken = Array.from({ length: 500 }, () => heap.pop()!);
    const expected = taken.toSorted((a, b) => a.atUs - b.atUs || a.serial - b.serial);
    assert.deepEqual(taken, expected);
    assert.equal(heap.pop(), undefined);
  });
});

describe('the virtual clock', () => {
  it('runs events by time and settles promises between two of them', async () => {
    const { world } = aWorld();
    const seen: string[] = [];
    world.after(20, 'a', () => seen.push('late'));
    world.after(10, 'a', () => {
      void Promise.resolve()
        .then(() => undefined)
        .then(() => seen.push(`promise at ${world.nowMs}`));
      seen.push('early');
    });
    await quiet(world);
    assert.deepEqual(seen, ['early', 'promise at 10', 'late']);
  });

  it('passes a year of waiting at once and stops at its limit', async () => {
    const { world } = aWorld();
    let rang = false;
    world.after(365 * 86_400_000, 'a', () => {
      rang = true;
    });
    assert.equal(await world.run(() => rang, 1000), false);
    assert.equal(world.nowMs, 1000);
    assert.equal(await world.run(() => rang, 4e10), true);
  });

  it('never rings early, however short the wait', async () => {
    const { world } = aWorld();
    for (const delayMs of [0.0001, 0.1 + 0.2, 1 / 3]) {
      const dueMs = world.nowMs + delayMs;
      let rangMs = 0;
      world.after(delayMs, 'a', () => {
        rangMs = world.nowMs;
      });
      await quiet(world);
      assert.ok(rangMs >= dueMs, `${rangMs} before ${dueMs}`);
    }
  });

  it('names who lets time stand still', async () => {
    const { world } = aWorld();
    const again = (): void => void world.after(0, 'spinner', again);
    again();
    await assert.rejects(quiet(world), /time stands still .* spinner/);
  });

  it('does not run what was cancelled', async () => {
    const { world } = aWorld();
    const cancel = world.after(1, 'a', () => assert.fail('it ran'));
    cancel();
    await quiet(world);
  });

  it('hands on what an event throws', async () => {
    const { world } = aWorld();
    world.after(1, 'a', () => {
      throw new Error('boom');
    });
    await assert.rejects(quiet(world), /boom/);
  });
});

describe('a life', () => {
  it('leaves no timer behind when it ends', async () => {
    const { world } = aWorld();
    const life = new Life('node', world);
    life.after(5, () => assert.fail('it ran'));
    life.end();
    await quiet(world);
  });

  it('can end upon any of its acts', () => {
    const life = new Life('node', aWorld().world);
    life.endAfter(3);
    assert.deepEqual([life.act(), life.act(), life.act(), life.act()], [true, true, false, false]);
  });

  it('lets the wall clock jump and the monotonic clock not', () => {
    const life = new Life('node', aWorld().world);
    const { clock } = life;
    const wall = clock.now();
    life.jump(-3_600_000);
    assert.equal(clock.now(), wall - 3_600_000);
    assert.equal(clock.monotonic(), 0);
  });
});

interface Heard {
  readonly bytes: number[];
  readonly ends: string[];
  segments: number;
}

function aPipe(seed: number, shape: PipeShape = BRISK, wait?: () => Promise<void>) {
  const { world, prng } = aWorld(seed);
  const heard: Heard = { bytes: [], ends: [], segments: 0 };
  const pipe = new Pipe(world, prng, 'pipe', shape, {
    bytes: (segment) => {
      heard.bytes.push(...segment);
      heard.segments += 1;
      return wait?.();
    },
    finished: () => heard.ends.push('finished'),
    broken: () => heard.ends.push('broken'),
  });
  return { world, pipe, heard };
}

describe('a pipe', () => {
  const sent = Array.from({ length: 300 }, (_, i) => i % 251);

  it('delivers every octet in order in every way of slicing', async () => {
    for (const slicing of ['whole', 'slices', 'octets'] as const) {
      const { world, pipe, heard } = aPipe(4, { latencyMs: 1, jitterMs: 9, slicing });
      for (let at = 0; at < sent.length; at += 50)
        pipe.write(Uint8Array.from(sent.slice(at, at + 50)));
      pipe.finish();
      await quiet(world);
      assert.deepEqual(heard.bytes, sent, slicing);
      assert.deepEqual(heard.ends, ['finished'], slicing);
      if (slicing === 'octets') assert.ok(heard.segments >= 100);
    }
  });

  it('reads no further while its reader is busy', async () => {
    const busy = Promise.withResolvers<void>();
    const { pipe, heard, world } = aPipe(4, { ...BRISK, slicing: 'octets' }, () => busy.promise);
    pipe.write(Uint8Array.from(sent));
    await quiet(world);
    assert.equal(heard.segments, 1);
    busy.resolve();
    await quiet(world);
    assert.deepEqual(heard.bytes, sent);
  });

  it('breaks behind a prefix, also in the middle of what was written', async () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 40; seed += 1) {
      const { world, pipe, heard } = aPipe(seed);
      pipe.write(Uint8Array.from(sent));
      pipe.break();
      await quiet(world);
      assert.deepEqual(heard.bytes, sent.slice(0, heard.bytes.length));
      assert.deepEqual(heard.ends, ['broken']);
      lengths.add(heard.bytes.length);
    }
    assert.ok(lengths.size > 20);
  });

  it('holds back until resumed, and says when it is empty', async () => {
    const { world, pipe, heard } = aPipe(6);
    let empty = 0;
    pipe.hold();
    pipe.write(Uint8Array.from(sent));
    pipe.onceEmpty(() => {
      empty += 1;
    });
    await quiet(world);
    assert.deepEqual([heard.bytes.length, pipe.buffered, empty], [0, 300, 0]);
    pipe.resume();
    await quiet(world);
    assert.deepEqual([heard.bytes.length, pipe.buffered, empty], [300, 0, 1]);
  });
});
