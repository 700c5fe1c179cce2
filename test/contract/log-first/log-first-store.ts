/**
 * A store that appends to an external log first and to a store second, as decision 0015 says: shows
 * that the contract has room for one. The log gives durability, owners, epochs; the store is made
 * from it, and gives every reading, and the leases.
 */
import {
  ImError,
  must,
  type AppendOutcome,
  type NodeLife,
  type Ownership,
  type OwnershipRecord,
  type Persistence,
  type ShardAppend,
  type ShardOwner,
  type Take,
} from 'im-kernel/contract';
import type { ExternalLog } from './external-log.ts';

/** So many records may be applied once more after a crash. */
const RECORDS_PER_MARK = 64;

class LogFirst {
  readonly #log: ExternalLog;
  readonly #store: Persistence;
  /** The store's own epochs of the shards that are held; the log's are those that others see. */
  readonly #epochs = new Map<number, number>();
  /** Up to where the store has each partition. */
  readonly #applied = new Map<number, number>();
  #open = false;

  constructor(log: ExternalLog, store: Persistence) {
    this.#log = log;
    this.#store = store;
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#store.start(signal);
    this.#open = true;
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#open = false;
    await this.#store.stop(deadline);
  }

  get ownership(): Ownership {
    const { ownership } = this.#store;
    return {
      beat: async (life, leaseMs) => {
        const answer = await ownership.beat(life, leaseMs);
        return answer === 'taken' ? answer : this.#owned(answer);
      },
      look: async () => this.#owned(await ownership.look()),
      leave: (life) => ownership.leave(life),
      take: (life, takes, force) => this.#take(life, takes, force),
    };
  }

  /** The log's fence comes first: behind what is read then, nothing of an old owner follows. */
  async #take(
    life: NodeLife,
    takes: readonly Take[],
    force: boolean,
  ): Promise<readonly ShardOwner[]> {
    this.#mustBeOpen();
    const { nodes, shards } = await this.#owned(await this.#store.ownership.look());
    const isHeld = takes.some(({ shard }) => {
      const owner = shards[shard]?.owner;
      const holder = nodes.find((one) => one.life === owner?.life && one.node !== life.node);
      return holder !== undefined && !holder.gone && holder.leaseLeftMs > 0;
    });
    if (isHeld && !force) return takes.map(({ shard }) => shards[shard]!);
    const owners = await this.#log.fence(life, takes);
    const mine = owners.filter(({ owner }) => owner?.life === life.life);
    await this.#enter(
      life,
      mine.map(({ shard }) => shard),
    );
    return owners;
  }

  /** The store is this life's as well, under an epoch of the store's own. */
  async #enter(life: NodeLife, shards: readonly number[]): Promise<void> {
    const before = await this.#store.ownership.look();
    const takes = shards.map((shard) => ({ shard, epoch: before.shards[shard]?.epoch ?? 0 }));
    for (const { shard, epoch } of await this.#store.ownership.take(life, takes, true)) {
      this.#epochs.set(shard, epoch);
      await this.#catchUp(shard);
    }
  }

  async #owned(record: OwnershipRecord): Promise<OwnershipRecord> {
    return { ...record, shards: await this.#log.owners() };
  }

  async append(batch: readonly ShardAppend[]): Promise<readonly AppendOutcome[]> {
    this.#mustBeOpen();
    const ends = await Promise.allSettled(batch.map((part) => this.#log.append(part)));
    const inLog = batch.filter((_, at) => ends[at]?.status === 'fulfilled' && ends[at].value);
    const applied = await this.#apply(inLog);
    let next = 0;
    return ends.map((end) => {
      if (end.status === 'rejected') return 'unknown';
      return end.value === undefined ? 'fenced' : applied[next++]!;
    });
  }

  /** What is in the log is not refused any more, whatever the store says: only `stale` is sure. */
  async #apply(parts: readonly ShardAppend[]): Promise<readonly AppendOutcome[]> {
    if (parts.length === 0) return [];
    const own = parts.map((part) => ({ ...part, epoch: this.#epochs.get(part.shard) ?? 0 }));
    try {
      const outcomes = await this.#store.append(own);
      return outcomes.map((outcome) => (outcome === 'fenced' ? 'unknown' : outcome));
    } catch (error) {
      if (!(error instanceof ImError) || error.kind !== 'passing') throw error;
      return parts.map(() => 'unknown');
    }
  }

  /** Applies what the store does not have; what it has is `stale` there and changes nothing. */
  async #catchUp(shard: number): Promise<void> {
    const key = `log-first/${shard}`;
    const marked = await this.#store.register.read(key);
    const from = Math.max(Number(marked ?? 0), this.#applied.get(shard) ?? 0);
    const records = await this.#log.read(shard, from);
    const epoch = this.#epochs.get(shard) ?? 0;
    for (const record of records) {
      const [outcome] = await this.#store.append([{ ...record, epoch }]);
      must(outcome === 'kept' || outcome === 'stale', `${shard} was taken meanwhile: ${outcome}`);
    }
    const end = from + records.length;
    this.#applied.set(shard, end);
    if (end - Number(marked ?? 0) >= RECORDS_PER_MARK)
      await this.#store.register.compareAndSet(key, marked, String(end));
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new ImError('IM_STORE_AWAY', { why: 'the store is not open' });
  }
}

/** Everything that is not the log's is the store's. */
export function logFirst(log: ExternalLog, store: Persistence): Persistence {
  const first = new LogFirst(log, store);
  const own: Partial<Persistence> = {
    start: (signal) => first.start(signal),
    stop: (deadline) => first.stop(deadline),
    ownership: first.ownership,
    append: async (batch) => first.append(batch),
  };
  return new Proxy(store, {
    get: (target, key) => {
      const value: unknown = Reflect.get(key in own ? own : target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
