/** The persistence judge, judged: every way of being wrong is found out by one of its sentences. */
import assert from 'node:assert/strict';
import type {
  AppendOutcome,
  Cursor,
  Entry,
  Progress,
  Range,
  Retired,
  Retirement,
  SenderKey,
  ShardAppend,
  ShardPage,
} from 'im-kernel/contract';
import { MemoryStore } from '../../../plugins/persistence/memory/memory-store.ts';
import { APPEND_CASES } from '../../kit/persistence-append-cases.ts';
import { Bench, type Cases } from '../../kit/persistence-bench.ts';
import { LIFE_CASES } from '../../kit/persistence-life-cases.ts';
import { PEOPLE_CASES } from '../../kit/persistence-people-cases.ts';
import { quietHost, seededRandom, type QuietHost } from '../../kit/quiet-host.ts';
import { READ_CASES } from '../../kit/persistence-read-cases.ts';
import { RETIRE_CASES } from '../../kit/persistence-retire-cases.ts';
import { SHARD_CASES } from '../../kit/persistence-shard-cases.ts';

type Make = () => MemoryStore;
type Batch = readonly ShardAppend[];
type Outcomes = Promise<readonly AppendOutcome[]>;

let made = 0;
function host(): QuietHost {
  made += 1;
  return quietHost({ random: seededRandom(made) });
}

/** The sentences that a store breaks. */
async function broken(make: Make): Promise<string[]> {
  const found: string[] = [];
  const read = { ...READ_CASES, ...SHARD_CASES, ...RETIRE_CASES };
  const all: Cases = { ...APPEND_CASES, ...read, ...PEOPLE_CASES, ...LIFE_CASES };
  for (const [sentence, ask] of Object.entries(all)) {
    const bench = new Bench({ open: make, destroy: () => Promise.resolve() });
    await bench.open();
    await ask(bench).catch(() => found.push(sentence));
    await bench.destroy();
  }
  return found;
}

class Unfenced extends MemoryStore {
  override async append(batch: Batch): Outcomes {
    const { shards } = await this.ownership.look();
    return super.append(batch.map((part) => ({ ...part, epoch: shards[part.shard]?.epoch ?? 0 })));
  }
}

/** "Insert what fits": the holes and halves that the contract forbids. */
class WhatFits extends MemoryStore {
  override async append(batch: Batch): Outcomes {
    const outcomes: AppendOutcome[] = [];
    for (const part of batch) {
      const single = part.entries.map((entry) => ({ ...part, entries: [entry], changes: [] }));
      const each = await super.append(single);
      outcomes.push(each.find((outcome) => outcome !== 'kept') ?? 'kept');
    }
    return outcomes;
  }
}

function key({ conversation, user, device }: Entry): string {
  return `${conversation} ${user} ${device}`;
}

function bare(entry: Entry): Entry {
  const { body, ...rest } = entry;
  return body?.length ? entry : rest;
}

/** De-duplicates by a high-water mark, as if numbers could not be jumped over. */
class HighWater extends MemoryStore {
  readonly #highest = new Map<string, number>();
  override async append(batch: Batch): Outcomes {
    const low = batch.map(({ entries }) =>
      entries.some((entry) => entry.number < (this.#highest.get(key(entry)) ?? 0)),
    );
    for (const entry of batch.flatMap(({ entries }) => entries)) {
      this.#highest.set(key(entry), entry.number);
    }
    const outcomes = await super.append(batch);
    return outcomes.map((outcome, at) => (low[at] ? 'stale' : outcome));
  }
}

class Forgetful extends MemoryStore {
  override async append(batch: Batch): Outcomes {
    return batch.map(() => 'kept');
  }
}

class EmptyIsAbsent extends MemoryStore {
  override append(batch: Batch): Outcomes {
    return super.append(batch.map((part) => ({ ...part, entries: part.entries.map(bare) })));
  }
}

class OneTooMany extends MemoryStore {
  override readConversation(conversation: string, range: Range): Promise<readonly Entry[]> {
    return super.readConversation(conversation, { ...range, limit: range.limit + 1 });
  }
}

class Boundless extends MemoryStore {
  override readConversation(conversation: string, range: Range): Promise<readonly Entry[]> {
    const { bodyMaxBytes: _, ...rest } = range;
    return super.readConversation(conversation, rest);
  }
}

class StartsAtNothing extends MemoryStore {
  override async loadCursor(name: string, user: string, device: string): Promise<Cursor> {
    return { ...(await super.loadCursor(name, user, device)), start: 0 };
  }
}

class AlwaysNew extends MemoryStore {
  override async registerDevice(user: string, device: string): Promise<boolean> {
    await super.registerDevice(user, device);
    return true;
  }
}

class NoProgress extends MemoryStore {
  override saveProgress(progress: Progress): Promise<void> {
    return super.saveProgress({ ...progress, marks: [] });
  }
}

/** Steps over the last entry of every page. */
class SkipsInShards extends MemoryStore {
  override async readShard(shard: number, after: number, limit: number): Promise<ShardPage> {
    const page = await super.readShard(shard, after, limit);
    return { ...page, entries: page.entries.slice(0, -1) };
  }
}

class MixesShards extends MemoryStore {
  override readShard(_shard: number, after: number, limit: number): Promise<ShardPage> {
    return super.readShard(0, after, limit);
  }
}

class BeginsAnew extends MemoryStore {
  override shardEnd(): Promise<number> {
    return Promise.resolve(0);
  }
}

class KeepsBodies extends MemoryStore {
  override async retire({ after }: Retirement): Promise<Retired> {
    return Promise.resolve({ upTo: after, bodies: 0 });
  }
}

class RetiresTheYoung extends MemoryStore {
  override retire(retirement: Retirement): Promise<Retired> {
    return super.retire({ ...retirement, acceptedBefore: Infinity });
  }
}

class RetiresTooFar extends MemoryStore {
  override retire({ upTo: _, ...retirement }: Retirement): Promise<Retired> {
    return super.retire(retirement);
  }
}

/** Drops the row with the body, for those who look for its number. */
class ForgetsTheRetired extends MemoryStore {
  override async findEntry(key: SenderKey, number: number): Promise<Entry | undefined> {
    const entry = await super.findEntry(key, number);
    return entry?.kind === 'expired' ? undefined : entry;
  }
}

const WRONG: Readonly<Record<string, Make>> = {
  'lets an old epoch write': () => new Unfenced(8, host()),
  'inserts what fits': () => new WhatFits(8, host()),
  'de-duplicates by a high-water mark': () => new HighWater(8, host()),
  'acknowledges what it does not keep': () => new Forgetful(8, host()),
  'takes an empty body for none': () => new EmptyIsAbsent(8, host()),
  'reads one entry too many': () => new OneTooMany(8, host()),
  'reads bodies without a bound': () => new Boundless(8, host()),
  'starts every device at nothing': () => new StartsAtNothing(8, host()),
  'says of every device that it is new': () => new AlwaysNew(8, host()),
  'steps over entries of a shard': () => new SkipsInShards(8, host()),
  'mixes shards': () => new MixesShards(8, host()),
  'takes the beginning of a shard for its end': () => new BeginsAnew(8, host()),
  'keeps bodies that are to be retired': () => new KeepsBodies(8, host()),
  'retires what is too young': () => new RetiresTheYoung(8, host()),
  'retires behind the cursor that it is given': () => new RetiresTooFar(8, host()),
  'forgets numbers with bodies': () => new ForgetsTheRetired(8, host()),
  'drops marks': () => new NoProgress(8, host()),
  'gives every log the same name': () => new MemoryStore(8, quietHost()),
};

describe('the judge of stores', () => {
  it('finds nothing wrong with the reference', async () => {
    assert.deepEqual(await broken(() => new MemoryStore(8, host())), []);
  });

  for (const [wrong, make] of Object.entries(WRONG)) {
    it(`finds out a store that ${wrong}`, async () => {
      assert.notDeepEqual(await broken(make), []);
    });
  }
});
