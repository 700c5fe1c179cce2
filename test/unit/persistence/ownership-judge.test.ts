/** The judge of stores, judged by what is wrong about ownership in these. */
import assert from 'node:assert/strict';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { NodeLife, Persistence, ShardAppend } from 'im-kernel/contract';
import { MemoryStore } from '../../../plugins/persistence/memory/memory-store.ts';
import { BESIDE_CASES } from '../../kit/persistence-beside-cases.ts';
import { Bench, type Cases, type Shelf } from '../../kit/persistence-bench.ts';
import { OWNERSHIP_CASES } from '../../kit/persistence-ownership-cases.ts';
import { TAKING_CASES } from '../../kit/persistence-taking-cases.ts';
import { quietHost, seededRandom } from '../../kit/quiet-host.ts';
import { inBetween } from '../../protocol/in-between.ts';
import { BEATS, TAKES, type Wrong } from './wrong-owners.ts';

const ALONE: Cases = { ...OWNERSHIP_CASES, ...TAKING_CASES };

/** The first sentence that a store breaks. */
async function broken(make: () => Shelf, cases: Cases): Promise<string | undefined> {
  for (const [sentence, ask] of Object.entries(cases)) {
    const bench = new Bench(make());
    await bench.start();
    const isTrue = await ask(bench).then(
      () => true,
      () => false,
    );
    await bench.destroy();
    if (!isTrue) return sentence;
  }
  return undefined;
}

function shelf(open: () => Persistence): () => Shelf {
  return () => ({ open, openBeside: open, destroy: () => Promise.resolve() });
}

function alone(wrong: Wrong): () => Shelf {
  return shelf(() => {
    const store = new MemoryStore(8, quietHost());
    const ownership = inBetween(store.ownership, wrong(store.ownership));
    return inBetween<Persistence>(store, { ownership });
  });
}

/** So many turns of the loop in a row; who appends without end begins the next within two. */
const QUIET_TURNS = 10;

/** Its beats wait until no append is under way any more. */
function slow(): Persistence {
  const store = new MemoryStore(8, quietHost());
  const under = new Set<readonly ShardAppend[]>();
  return inBetween<Persistence>(store, {
    append: async (batch) => {
      under.add(batch);
      await wait(2);
      under.delete(batch);
      return store.append(batch);
    },
    ownership: inBetween(store.ownership, {
      beat: async (...asked) => {
        // By turns, not by time: a machine that stalls ends all appends at once, and beats get in.
        for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
          if (under.size > 0) quiet = 0;
          await turn();
        }
        return store.ownership.beat(...asked);
      },
    }),
  });
}

/** Several openings of one store in memory, each of which `change`s something. */
function shared(change: (store: MemoryStore, opening: number) => Partial<Persistence>): Shelf {
  const store = new MemoryStore(8, quietHost());
  let openings = 0;
  const open = (): Persistence => {
    openings += 1;
    return inBetween<Persistence>(store, {
      guarantees: { durability: 'memory', shared: true },
      stop: () => Promise.resolve(),
      ...change(store, openings),
    });
  };
  return { open, openBeside: open, destroy: () => Promise.resolve() };
}

function goneIf(store: MemoryStore, isGone: (node: NodeLife) => boolean): Persistence['ownership'] {
  const marked = async () => {
    const record = await store.ownership.look();
    return { ...record, nodes: record.nodes.map((one) => ({ ...one, gone: isGone(one) })) };
  };
  return inBetween(store.ownership, {
    look: marked,
    beat: async (...asked) => {
      const answer = await store.ownership.beat(...asked);
      return answer === 'taken' ? answer : marked();
    },
  });
}

/** What one opening has stopped, it calls gone, and holds its shards all the same. */
function holdsWhatIsGone(): Shelf {
  const ended = new Set<number>();
  return shared((store, opening) => ({
    stop: async () => void ended.add(opening),
    ownership: goneIf(store, ({ node }) => node === 'a' && ended.has(2)),
  }));
}

/** Fences by what the opening itself has taken. */
function fencesAlone(): Shelf {
  return shared((store) => {
    const taken = new Map<number, number>();
    return {
      ownership: inBetween(store.ownership, {
        take: async (...asked) => {
          const answer = await store.ownership.take(...asked);
          for (const { shard, epoch } of answer) taken.set(shard, epoch);
          return answer;
        },
      }),
      append: async (batch) => {
        const { shards } = await store.ownership.look();
        const right = batch.map((part) => {
          const isOwn = taken.get(part.shard) === part.epoch;
          return isOwn ? { ...part, epoch: shards[part.shard]?.epoch ?? 0 } : part;
        });
        return store.append(right);
      },
    };
  });
}

/** All of them have the same name. */
function separate(): Persistence {
  const store = new MemoryStore(8, quietHost({ random: seededRandom(1) }));
  return inBetween<Persistence>(store, { guarantees: { durability: 'memory', shared: true } });
}

const BESIDE: Readonly<Record<string, () => Shelf>> = {
  'is another for each who opens it': shelf(separate),
  'fences only what its own opening has seen': fencesAlone,
  'calls gone who lives': () => shared((store) => ({ ownership: goneIf(store, () => true) })),
  'holds what it calls gone': holdsWhatIsGone,
};

describe('the judge of ownership', () => {
  it('finds nothing wrong with the reference, alone or opened twice', async () => {
    const reference = alone(() => ({}));
    assert.equal(await broken(reference, ALONE), undefined);
    assert.equal(await broken(() => shared(() => ({})), BESIDE_CASES), undefined);
  });

  for (const [wrong, change] of Object.entries({ ...BEATS, ...TAKES })) {
    it(`finds out a store that ${wrong}`, async () => {
      assert.notEqual(await broken(alone(change), ALONE), undefined);
    });
  }

  it('finds out a store whose beats wait for appends', async () => {
    assert.notEqual(await broken(shelf(slow), OWNERSHIP_CASES), undefined);
  });

  for (const [wrong, make] of Object.entries(BESIDE)) {
    it(`finds out a shared store that ${wrong}`, async () => {
      assert.notEqual(await broken(make, BESIDE_CASES), undefined);
    });
  }
});
