/**
 * A store on a modelled disk: it writes what it is asked to do ahead into its log file, syncs, does
 * it on the reference store in memory, and answers. Recovery does all of it again, in the same
 * sequence, so it comes to the same state and to the same outcomes. What came in while one commit
 * ran is the next (group commit, without a timer), as in the store `sqlite`. A beat is one of them:
 * nobody shares this disk, so nobody waits for a lease on it.
 */
import {
  ImError,
  reasonOf,
  type AppendOutcome,
  type Host,
  type NodeLife,
  type Persistence,
  type Progress,
  type Random,
  type Retirement,
  type ShardAppend,
  type Take,
} from 'im-kernel/contract';
import { keptOf } from './ledger.ts';
import { readsOf } from './reads-of.ts';
import { DiskError } from './sim-disk.ts';
import type { Times } from './store-clock.ts';
import { LogFile, type LogFileOptions } from './log-file.ts';

/** The first frame's payload. */
interface Head {
  readonly shards: number;
  /** What the log's name is made of. */
  readonly chance: Uint8Array;
}

/** What changes the state: a frame's payload is a list of these. */
type Act =
  | { readonly call: 'append'; readonly batch: readonly ShardAppend[] }
  | {
      readonly call: 'beat';
      readonly life: NodeLife;
      readonly leaseMs: number;
      readonly atMs: number;
    }
  | { readonly call: 'leave'; readonly life: NodeLife }
  | {
      readonly call: 'take';
      readonly life: NodeLife;
      readonly takes: readonly Take[];
      readonly force: boolean;
      readonly atMs: number;
    }
  | { readonly call: 'saveProgress'; readonly progress: Progress }
  | { readonly call: 'registerDevice'; readonly user: string; readonly device: string }
  | { readonly call: 'retire'; readonly retirement: Retirement }
  | {
      readonly call: 'compareAndSet';
      readonly key: string;
      readonly expected: string | undefined;
      readonly next: string;
    };

interface Waiting {
  readonly act: Act;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface LogStoreOptions extends LogFileOptions {
  readonly host: Pick<Host, 'clock' | 'random' | 'log' | 'report'>;
  readonly shards: number;
  /** Makes an empty reference store, with its name from this chance, and on this clock. */
  readonly make: (shards: number, random: Random, clock: Times) => Persistence;
  /** Told of each batch that was kept, in the log of this name, in recovery too. */
  readonly kept?: (log: string, parts: readonly ShardAppend[]) => void;
  /** Recovery is over: all that was in the log is done again. */
  readonly recovered?: (log: string) => void;
}

const NEVER = new AbortController().signal;
const CHANCE_BYTES = 16;

function perform(on: Persistence, act: Act): Promise<unknown> {
  if (act.call === 'append') return on.append(act.batch);
  if (act.call === 'beat') return on.ownership.beat(act.life, act.leaseMs);
  if (act.call === 'leave') return on.ownership.leave(act.life);
  if (act.call === 'take') return on.ownership.take(act.life, act.takes, act.force);
  if (act.call === 'saveProgress') return on.saveProgress(act.progress);
  if (act.call === 'registerDevice') return on.registerDevice(act.user, act.device);
  if (act.call === 'retire') return on.retire(act.retirement);
  return on.register.compareAndSet(act.key, act.expected, act.next);
}

class Log {
  readonly #options: LogStoreOptions;
  readonly #file: LogFile;
  /** For a lease, an act happens when it was asked for, in recovery too. */
  readonly #clock: Times = {
    now: () => this.#options.host.clock.now(),
    monotonic: () => this.#atMs ?? this.#options.host.clock.monotonic(),
  };
  #atMs: number | undefined;
  #memory: Persistence | undefined;
  #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;
  #closed: string | undefined = 'it has not started';
  #broken: string | undefined;

  constructor(options: LogStoreOptions) {
    this.#options = options;
    this.#file = new LogFile(options);
  }

  /** Undefined before the start. */
  get memory(): Persistence | undefined {
    return this.#memory;
  }

  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { host, shards, make, recovered } = this.#options;
    const fresh = (): Head => ({ shards, chance: host.random.bytes(CHANCE_BYTES) });
    const [first, ...frames] = await this.#file.open(fresh);
    signal.throwIfAborted();
    const head = first as Head;
    const random = { next: () => 0, bytes: () => head.chance.slice() };
    const memory = make(head.shards, random, this.#clock);
    await memory.start(NEVER);
    for (const acts of frames)
      for (const act of acts as readonly Act[]) await this.#redo(memory, act);
    this.#memory = memory;
    this.#closed = undefined;
    recovered?.(memory.log);
  }

  /** Finishes what it was handed. */
  async close(): Promise<void> {
    this.#closed = 'it was stopped';
    await this.#working;
  }

  /** Rejects if nothing can be read. */
  async reading(): Promise<Persistence> {
    if (this.#broken !== undefined) throw new ImError('IM_STORE_BROKEN', { why: this.#broken });
    if (this.#closed !== undefined || this.#memory === undefined)
      throw new ImError('IM_STORE_AWAY', { why: this.#closed ?? '' });
    return this.#memory;
  }

  async ask<T>(act: Act): Promise<T> {
    await this.reading();
    // Copied: what is written is what was handed in, whatever its owner does to it later.
    const kept = structuredClone(act);
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ act: kept, resolve: resolve as (value: unknown) => void, reject });
      this.#working ??= this.#work();
    });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0));
    this.#working = undefined;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const refusal = await this.#keep(group.map(({ act }) => act));
    for (const { act, resolve, reject } of group) {
      if (refusal !== undefined) reject(refusal);
      else await this.#do(this.#memory!, act).then(resolve, reject);
    }
    if (this.#broken === undefined) return;
    this.#options.host.log.error('the store cannot be trusted any more', { why: this.#broken });
    this.#options.host.report({ state: 'failed', why: this.#broken });
  }

  /** Undefined: it is in the log, for good. */
  async #keep(acts: readonly Act[]): Promise<ImError | undefined> {
    if (this.#broken !== undefined) return new ImError('IM_STORE_BROKEN', { why: this.#broken });
    try {
      await this.#file.append(acts);
      return undefined;
    } catch (error) {
      const why = reasonOf(error);
      if (error instanceof DiskError && error.reason === 'full')
        return new ImError('IM_STORE_FULL', { why }, { cause: error });
      this.#broken = why;
      return new ImError('IM_STORE_BROKEN', { why }, { cause: error });
    }
  }

  async #do(memory: Persistence, act: Act): Promise<unknown> {
    // The reference has done it when it returns.
    this.#atMs = 'atMs' in act ? act.atMs : undefined;
    const asked = perform(memory, act);
    this.#atMs = undefined;
    const answer = await asked;
    if (act.call === 'append') {
      const kept = keptOf(act.batch, answer as readonly AppendOutcome[]);
      this.#options.kept?.(memory.log, kept);
    }
    return answer;
  }

  /** What was refused as a bug is refused again, and changes nothing again. */
  async #redo(memory: Persistence, act: Act): Promise<void> {
    await this.#do(memory, act).catch((error: unknown) => {
      if (!(error instanceof ImError)) throw error;
    });
  }
}

export function logStore(options: LogStoreOptions): Persistence {
  const log = new Log(options);
  const nowMs = (): number => options.host.clock.monotonic();
  return {
    guarantees: { durability: 'disk', shared: false },
    get log() {
      return log.memory?.log ?? '';
    },
    get shards() {
      return log.memory?.shards ?? options.shards;
    },
    start: (signal) => log.open(signal),
    stop: () => log.close(),
    append: (batch) => log.ask({ call: 'append', batch }),
    saveProgress: (progress) => log.ask({ call: 'saveProgress', progress }),
    registerDevice: (user, device) => log.ask({ call: 'registerDevice', user, device }),
    retire: (retirement) => log.ask({ call: 'retire', retirement }),
    ...readsOf(async (read) => read(await log.reading())),
    ownership: {
      beat: (life, leaseMs) => log.ask({ call: 'beat', life, leaseMs, atMs: nowMs() }),
      look: async () => (await log.reading()).ownership.look(),
      leave: (life) => log.ask({ call: 'leave', life }),
      take: (life, takes, force) => log.ask({ call: 'take', life, takes, force, atMs: nowMs() }),
    },
    register: {
      read: async (key) => (await log.reading()).register.read(key),
      list: async (...args) => (await log.reading()).register.list(...args),
      compareAndSet: (key, expected, next) =>
        log.ask({ call: 'compareAndSet', key, expected, next }),
    },
  };
}
