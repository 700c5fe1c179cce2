/**
 * The store as one life of a node sees it: late, sometimes away or of unknown fate, and silent once
 * the node is dead.
 */
import {
  type AppendOutcome,
  definePlugin,
  ImError,
  type Persistence,
  type Plugin,
  type ShardAppend,
} from 'im-kernel/contract';
import type { Life } from './life.ts';
import type { Prng } from './prng.ts';
import type { SimDisk } from './sim-disk.ts';
import type { Situations } from './situations.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What is wrong with the store now; set by the faults. */
export interface StoreTrouble {
  /** Multiplies the time that everything takes. */
  slowness: number;
  /** Appends are refused with this; nothing is written. */
  refuse: 'IM_STORE_AWAY' | 'IM_STORE_FULL' | undefined;
  /** The probability that an append's answer gets lost. */
  unknown: number;
  /** Called once, in the middle of the next write. */
  duringWrite: (() => void) | undefined;
}

export interface NodeStoreParts {
  readonly world: VirtualClock;
  readonly disk: SimDisk;
  readonly life: Life;
  readonly prng: Prng;
  readonly trouble: StoreTrouble;
  readonly situations: Situations;
  /** Mean time of a write; reads take a third. */
  readonly storeMs: number;
}

/** Puts time and crashes between a node and the disk. */
class Wire {
  readonly #parts: NodeStoreParts;
  #writesUntilMs = 0;
  #answersUntilMs = 0;
  /** Set at the first write after the node's death that is not carried out: none after it is. */
  #torn = false;

  constructor(parts: NodeStoreParts) {
    this.#parts = parts;
  }

  /** Reads take their own time: they may pass writes that are not answered yet. */
  read<T>(run: () => Promise<T>): Promise<T> {
    const alive = (): boolean => this.#parts.life.alive;
    return this.#ask(this.#delayMs() / 6, alive, () => this.#delayMs() / 6, run);
  }

  /** Writes are carried out in the sequence in which they were asked for. */
  write<T>(run: () => Promise<T>): Promise<T> {
    const { world } = this.#parts;
    this.#writesUntilMs = Math.max(this.#writesUntilMs, world.nowMs + this.#delayMs() / 2);
    const answerInMs = (): number => {
      this.#answersUntilMs = Math.max(this.#answersUntilMs, world.nowMs + this.#delayMs() / 2);
      return this.#answersUntilMs - world.nowMs;
    };
    this.#disturb(this.#writesUntilMs - world.nowMs);
    const carriedOut = (): boolean => this.#stillCarriedOut();
    return this.#ask(this.#writesUntilMs - world.nowMs, carriedOut, answerInMs, run);
  }

  #disturb(delayMs: number): void {
    const { trouble, world, prng } = this.#parts;
    const run = trouble.duringWrite;
    trouble.duringWrite = undefined;
    if (run !== undefined) world.after(prng.next() * delayMs, 'faults', run);
  }

  #ask<T>(
    delayMs: number,
    carriedOut: () => boolean,
    answerInMs: () => number,
    run: () => Promise<T>,
  ): Promise<T> {
    const { world, life } = this.#parts;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (!life.act()) return promise;
    world.after(delayMs, 'store', () => {
      if (!carriedOut()) return;
      run().then(
        (value) => life.after(answerInMs(), () => resolve(value)),
        (error: unknown) => life.after(answerInMs(), () => reject(error)),
      );
    });
    return promise;
  }

  #stillCarriedOut(): boolean {
    const { life, prng, situations, disk } = this.#parts;
    if (life.alive) return true;
    this.#torn ||= disk.holder !== life || prng.chance(0.5);
    const fate = this.#torn ? 'lost' : 'kept';
    situations.add(`write under way at a crash was ${fate}`);
    return !this.#torn;
  }

  #delayMs(): number {
    const { storeMs, trouble, prng } = this.#parts;
    return prng.exponential(storeMs) * trouble.slowness;
  }
}

/** How long an append may be under way that nobody waits for any more. */
const LATE_MS = 500;

/**
 * What becomes of an append whose answer gets lost: it was carried out, it never will be, or it
 * will be late.
 */
async function lose(parts: NodeStoreParts, batch: readonly ShardAppend[]): Promise<void> {
  const { world, disk, life, situations, prng } = parts;
  const fate = prng.pick(['was kept', 'was lost', 'came late'] as const);
  situations.add(`append of unknown fate ${fate}`);
  if (fate === 'was kept') await disk.append(batch);
  if (fate !== 'came late') return;
  world.after(prng.exponential(LATE_MS), 'store', () => {
    if (disk.holder === life) void disk.append(batch);
  });
}

async function append(
  parts: NodeStoreParts,
  batch: readonly ShardAppend[],
): Promise<readonly AppendOutcome[]> {
  const { trouble, situations, prng, disk } = parts;
  if (trouble.refuse !== undefined) {
    situations.add('append refused by the store');
    throw new ImError(trouble.refuse, { why: 'the simulation says so' });
  }
  if (!prng.chance(trouble.unknown)) return disk.append(batch);
  await lose(parts, batch);
  return batch.map(() => 'unknown');
}

function nodeStore(parts: NodeStoreParts): Persistence {
  const { disk } = parts;
  const wire = new Wire(parts);
  return {
    guarantees: { durability: disk.durable ? 'disk' : 'memory', shared: false },
    get log() {
      return disk.store.log;
    },
    get shards() {
      return disk.store.shards;
    },
    start: () => wire.read(() => disk.open(parts.life)),
    stop: () => Promise.resolve(),
    takeShards: (node, shards) => wire.write(() => disk.store.takeShards(node, shards)),
    append: (batch) => wire.write(() => append(parts, batch)),
    saveProgress: (progress) => wire.write(() => disk.store.saveProgress(progress)),
    registerDevice: (user, device) => wire.write(() => disk.store.registerDevice(user, device)),
    readConversation: (name, range) => wire.read(() => disk.store.readConversation(name, range)),
    readShard: (shard, after, limit) => wire.read(() => disk.store.readShard(shard, after, limit)),
    shardEnd: (shard) => wire.read(() => disk.store.shardEnd(shard)),
    retire: (retirement) => wire.write(() => disk.store.retire(retirement)),
    loadConversation: (name) => wire.read(() => disk.store.loadConversation(name)),
    lastEntries: (keys) => wire.read(() => disk.store.lastEntries(keys)),
    findEntry: (key, number) => wire.read(() => disk.store.findEntry(key, number)),
    loadCursor: (name, user, device) => wire.read(() => disk.store.loadCursor(name, user, device)),
    backlog: (user, device, after, limit) =>
      wire.read(() => disk.store.backlog(user, device, after, limit)),
    conversationsOf: (user, after, limit) =>
      wire.read(() => disk.store.conversationsOf(user, after, limit)),
    friendsOf: (user, after, limit) => wire.read(() => disk.store.friendsOf(user, after, limit)),
    lastSeen: (users) => wire.read(() => disk.store.lastSeen(users)),
    register: {
      read: (key) => wire.read(() => disk.store.register.read(key)),
      compareAndSet: (key, expected, next) =>
        wire.write(() => disk.store.register.compareAndSet(key, expected, next)),
      list: (prefix, after, limit) =>
        wire.read(() => disk.store.register.list(prefix, after, limit)),
    },
  };
}

/** The persistence plugin for one life of a node. */
export function simPersistence(parts: NodeStoreParts): Plugin<'persistence'> {
  return definePlugin({
    contract: 1,
    role: 'persistence',
    type: 'simulated',
    summary: 'The store of the simulated world.',
    stability: 'experimental',
    config: {},
    create: () => nodeStore(parts),
  });
}
