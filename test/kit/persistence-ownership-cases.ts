/** What the contract says of lives, their beats and their leases, asked of an empty store. */
import assert from 'node:assert/strict';
import { ImError } from 'im-kernel/contract';
import type {
  LivingNode,
  NodeLife,
  Ownership,
  OwnershipRecord,
  ShardOwner,
  Take,
} from 'im-kernel/contract';
import type { Bench, Cases } from './persistence-bench.ts';
import { until } from './quiet-host.ts';

/** A lease that does not end while a case runs, and one that does. */
export const LONG_MS = 60_000;
export const SHORT_MS = 60;
/** Clocks of stores count whole milliseconds. */
const ROUNDING_MS = 2;

export function lifeOf(node: string, which = 1): NodeLife {
  return { node, life: `${node}-${which}` };
}

export function at(shard: number, epoch = 0): Take {
  return { shard, epoch };
}

/** How shards stand, to be read: shard, epoch, life. */
export function lines(shards: readonly ShardOwner[]): readonly string[] {
  return shards.map(({ shard, epoch, owner }) => `${shard} ${epoch} ${owner?.life ?? '-'}`);
}

/** Beats, which must succeed. */
export async function beat(
  ownership: Ownership,
  life: NodeLife,
  leaseMs = LONG_MS,
): Promise<OwnershipRecord> {
  const answer = await ownership.beat(life, leaseMs);
  assert.notEqual(answer, 'taken', `the beat of ${life.life}`);
  return answer as OwnershipRecord;
}

export async function look(ownership: Ownership, node: string): Promise<LivingNode | undefined> {
  const { nodes } = await ownership.look();
  return nodes.find((one) => one.node === node);
}

async function livesIn(ownership: Ownership): Promise<readonly string[]> {
  return (await ownership.look()).nodes.map(({ life }) => life);
}

/** Waits until it answers true; fails if that was before a lease of SHORT_MS could end. */
export async function onceOver(begunMs: number, works: () => Promise<boolean>): Promise<void> {
  await until(works, 'the lease is over');
  const passedMs = performance.now() - begunMs;
  assert.ok(passedMs >= SHORT_MS - ROUNDING_MS, `it was over after ${passedMs} ms`);
}

/** Answers beats while appends never cease. `through`: where the beats come from. */
export async function mustBeatMeanwhile(bench: Bench, through: Ownership): Promise<void> {
  await bench.take();
  const epoch = bench.epoch(0);
  const over = new AbortController();
  let beats = 0;
  const lane = async (conversation: string): Promise<void> => {
    let before: Promise<unknown> = Promise.resolve();
    for (let position = 1; !over.signal.aborted; position += 1) {
      const entries = bench.run(conversation, position, 1);
      const next = bench.store.append([{ shard: 0, epoch, entries, changes: [] }]);
      await Promise.all([before, new Promise(setImmediate)]);
      before = next;
    }
    await before;
  };
  const appending = Promise.all(['g/a', 'g/b', 'g/c', 'g/d'].map(lane));
  const beating = (async () => {
    for (; beats < 20; beats += 1) await beat(through, lifeOf('a'));
  })();
  try {
    await until(() => beats === 20, 'beats are answered while appends are under way');
  } finally {
    over.abort();
    await Promise.all([appending, beating]);
  }
}

const BEATS: Cases = {
  'knows no node and no owner at first, and every shard in ascending sequence': async (bench) => {
    const { nodes, shards, now } = await bench.store.ownership.look();
    assert.deepEqual(nodes, []);
    const all = Array.from({ length: bench.store.shards }, (_, shard) => `${shard} 0 -`);
    assert.deepEqual(lines(shards), all);
    assert.ok(Math.abs(now - Date.now()) < 86_400_000, `${now} is a wall clock`);
  },

  'lists a life once it has beaten, with what is left of its lease': async ({
    store: { ownership },
  }) => {
    const answer = await beat(ownership, lifeOf('a'));
    for (const { nodes } of [answer, await ownership.look()]) {
      const [{ leaseLeftMs, ...node }] = nodes as [LivingNode];
      assert.deepEqual([nodes.length, node], [1, { ...lifeOf('a'), gone: false }]);
      assert.ok(leaseLeftMs > 0 && leaseLeftMs <= LONG_MS + ROUNDING_MS, `${leaseLeftMs} ms`);
    }
  },

  'lists nodes by name, in byte order': async ({ store: { ownership } }) => {
    for (const node of ['b', 'a-2', 'B', 'a-10', 'a']) await beat(ownership, lifeOf(node));
    const { nodes } = await ownership.look();
    assert.deepEqual(
      nodes.map(({ node }) => node),
      ['B', 'a', 'a-10', 'a-2', 'b'],
    );
  },

  'tells lives apart up to 64 octets': async ({ store: { ownership } }) => {
    const life = 'é'.repeat(31);
    await beat(ownership, { node: 'a', life: `${life}xy` });
    assert.equal(await ownership.beat({ node: 'a', life: `${life}xz` }, LONG_MS), 'taken');
    assert.equal((await look(ownership, 'a'))?.life, `${life}xy`);
  },

  'runs a lease from its last beat, be it longer or shorter than what was left': async ({
    store: { ownership },
  }) => {
    await beat(ownership, lifeOf('a'), SHORT_MS);
    await beat(ownership, lifeOf('a'));
    assert.ok(((await look(ownership, 'a'))?.leaseLeftMs ?? 0) > LONG_MS / 2);
    await beat(ownership, lifeOf('a'), SHORT_MS);
    assert.ok(((await look(ownership, 'a'))?.leaseLeftMs ?? LONG_MS) <= SHORT_MS + ROUNDING_MS);
  },

  'goes on to list a life whose lease is over': async ({ store: { ownership } }) => {
    const begunMs = performance.now();
    await beat(ownership, lifeOf('a'), SHORT_MS);
    const isOver = async () => {
      const found = await look(ownership, 'a');
      assert.equal(found?.life, 'a-1');
      return found.leaseLeftMs <= 0;
    };
    await onceOver(begunMs, isOver);
    await beat(ownership, lifeOf('a'));
    assert.equal(await isOver(), false);
  },

  'answers beats while appends are under way': (bench) =>
    mustBeatMeanwhile(bench, bench.store.ownership),
};

const LIVES: Cases = {
  'answers taken to another life of a node whose lease runs, and writes nothing': async ({
    store: { ownership },
  }) => {
    await beat(ownership, lifeOf('a'));
    assert.equal(await ownership.beat(lifeOf('a', 2), 2 * LONG_MS), 'taken');
    const { life, leaseLeftMs } = (await look(ownership, 'a'))!;
    assert.equal(life, 'a-1');
    assert.ok(leaseLeftMs <= LONG_MS + ROUNDING_MS, `${leaseLeftMs} ms`);
    await beat(ownership, lifeOf('b'));
  },

  'lets another life of a node begin once the last one’s lease is over, and forgets that one':
    async ({ store: { ownership } }) => {
      const begunMs = performance.now();
      await beat(ownership, lifeOf('a'), SHORT_MS);
      await onceOver(
        begunMs,
        async () => (await ownership.beat(lifeOf('a', 2), LONG_MS)) !== 'taken',
      );
      assert.deepEqual(await livesIn(ownership), ['a-2']);
      assert.equal(await ownership.beat(lifeOf('a'), LONG_MS), 'taken');
    },

  'lets exactly one of many lives of a node begin at the same time': async ({
    store: { ownership },
  }) => {
    const lives = Array.from({ length: 10 }, (_, which) => lifeOf('a', which));
    const answers = await Promise.all(lives.map((life) => ownership.beat(life, LONG_MS)));
    const begun = lives.filter((_, which) => answers[which] !== 'taken');
    assert.deepEqual(
      begun.map(({ life }) => life),
      await livesIn(ownership),
    );
  },

  'ends a life that leaves at once, and leaves its shards as they are': async ({
    store: { ownership },
  }) => {
    await beat(ownership, lifeOf('a'));
    await beat(ownership, lifeOf('b'));
    await ownership.take(lifeOf('a'), [at(0)], false);
    for (const _ of ['the first time', 'a repeat']) {
      await ownership.leave(lifeOf('a'));
      const { nodes, shards } = await ownership.look();
      assert.deepEqual(
        nodes.map(({ life }) => life),
        ['b-1'],
      );
      assert.equal(lines(shards)[0], '0 1 a-1');
    }
    await beat(ownership, lifeOf('a', 2));
  },

  'changes nothing when a life leaves that is not known': async ({ store: { ownership } }) => {
    await beat(ownership, lifeOf('a', 2));
    await ownership.leave(lifeOf('a', 1));
    await ownership.leave(lifeOf('b'));
    assert.deepEqual(await livesIn(ownership), ['a-2']);
    assert.equal(await ownership.beat(lifeOf('a', 3), LONG_MS), 'taken');
  },

  'holds after a reopening who has beaten and who owns what, if it is durable': async (bench) => {
    await beat(bench.store.ownership, lifeOf('a'));
    await bench.store.ownership.take(lifeOf('a'), [at(0), at(2)], false);
    await bench.close();
    await bench.start();
    const { ownership, guarantees } = bench.store;
    const { shards } = await ownership.look();
    const isDurable = guarantees.durability !== 'memory';
    const after = isDurable ? ['0 1 a-1', '1 0 -', '2 1 a-1'] : ['0 0 -', '1 0 -', '2 0 -'];
    assert.deepEqual(lines(shards.slice(0, 3)), after);
    const found = await look(ownership, 'a');
    assert.equal(found?.life, isDurable ? 'a-1' : undefined);
    assert.equal((found?.leaseLeftMs ?? 0) > 0, isDurable);
  },

  'refuses everything with a passing error before its start and after its stop': async (bench) => {
    const stopped = bench.store;
    await bench.close();
    for (const { ownership } of [stopped, bench.made()])
      for (const work of [
        () => ownership.beat(lifeOf('a'), LONG_MS),
        () => ownership.look(),
        () => ownership.leave(lifeOf('a')),
        () => ownership.take(lifeOf('a'), [at(0)], true),
      ]) {
        await assert.rejects(work, (error) => error instanceof ImError && error.kind === 'passing');
      }
    await bench.start();
    assert.equal((await bench.store.ownership.look()).shards[0]?.epoch, 0);
  },
};

export const OWNERSHIP_CASES: Cases = { ...BEATS, ...LIVES };
