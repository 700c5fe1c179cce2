/** Two nodes on one store, and one clock that a test moves; each comes back as `main.ts` has it. */
import { ImError, type AnyPlugin, type Persistence, type Replay } from 'im-kernel/contract';
import { fakeClock, never, quietHost } from 'im-kernel/kit';
import standby from '../../plugins/failover/standby/index.ts';
import memory from '../../plugins/persistence/memory/index.ts';
import { inBetween } from './in-between.ts';
import { FlightRecorder } from '../../core/path/trace/flight-recorder.ts';
import type { ConsumerInstance, GuardInstance } from '../../core/config/settings.ts';
import { instance, Stage, type StageOptions } from './stage.ts';

export const BEAT_MS = 1_000;
export const LEASE_MS = 5_000;

export interface PairOptions {
  /** Absent: `standby`. */
  readonly policy?: AnyPlugin;
  readonly replay?: Replay;
  readonly replayWithin?: number;
  readonly limits?: StageOptions['limits'];
  /** Of a node, by its name. */
  readonly consumersOf?: (name: string) => readonly ConsumerInstance[];
  readonly guardsOf?: (name: string) => readonly GuardInstance[];
  /** Of a node, by its name; absent: the usual one. */
  readonly orderingOf?: (name: string) => AnyPlugin | undefined;
  /** By how much a node's wall clock is ahead. */
  readonly aheadMsOf?: (name: string) => number;
}

/** A node's way to the store that all share. */
export class Access {
  readonly store: Persistence;
  /** Nothing gets through. */
  cut = false;
  /** Everything is refused at once. */
  away = false;
  /** The registry, which is in the store, gets no answers. */
  registryHangs = false;
  /** What every take gets instead of an answer. */
  takesFail: ImError | undefined;
  takes = 0;
  #held: (() => void)[] = [];

  constructor(shared: Persistence) {
    const still = Promise.resolve();
    this.store = inBetween(shared, {
      guarantees: { ...shared.guarantees, shared: true },
      start: () => still,
      stop: () => still,
      ownership: inBetween(shared.ownership, {
        beat: (life, leaseMs) => this.#pass(() => shared.ownership.beat(life, leaseMs)),
        look: () => this.#pass(() => shared.ownership.look()),
        take: (life, takes, force) => {
          this.takes += 1;
          if (this.takesFail) return Promise.reject(this.takesFail);
          return this.#pass(() => shared.ownership.take(life, takes, force));
        },
        leave: (life) => this.#pass(() => shared.ownership.leave(life)),
      }),
      append: (batch) => this.#pass(() => shared.append(batch)),
      register: inBetween(shared.register, {
        compareAndSet: (key, expected, next) => {
          if (this.registryHangs && key.startsWith('registry/'))
            return new Promise(() => undefined);
          return this.#pass(() => shared.register.compareAndSet(key, expected, next));
        },
      }),
    });
  }

  heal(): void {
    this.cut = false;
    const held = this.#held;
    this.#held = [];
    for (const go of held) go();
  }

  /** What is sent while it is cut comes in when it is healed. */
  async #pass<T>(run: () => Promise<T>): Promise<T> {
    if (this.away) throw new ImError('IM_STORE_AWAY', { why: 'on purpose' });
    if (this.cut) await new Promise<void>((resolve) => this.#held.push(resolve));
    return run();
  }
}

export class Member {
  readonly name: string;
  readonly access: Access;
  readonly #options: StageOptions;
  stage: Stage;
  lives = 1;
  #stopping = false;

  constructor(pair: Pair, name: string, priority: number, options: PairOptions) {
    const { shared, clock } = pair;
    this.name = name;
    this.access = new Access(shared);
    const config = {
      priority,
      tenure: 10_000,
      suspectAfter: 3_000,
      replay: options.replay ?? 'eager',
      replayWithin: options.replayWithin ?? 30_000,
    };
    this.#options = {
      name,
      clock,
      address: `tcp://${name}:7400`,
      recorder: new FlightRecorder({ traceEntries: 64, traceHops: 256, traceDevices: 4 }),
      between: () => this.access.store,
      consumers: options.consumersOf?.(name),
      guards: options.guardsOf?.(name),
      ordering: options.orderingOf?.(name),
      limits: options.limits ?? {},
      failover: instance('failover', options.policy ?? standby, config),
      aheadMs: options.aheadMsOf?.(name) ?? 0,
      cluster: {
        name: 'demo',
        shards: undefined,
        link: undefined,
        secretFile: '/none',
        beat: BEAT_MS,
        lease: LEASE_MS,
        addresses: undefined,
      },
    };
    this.stage = this.#life();
  }

  get serves(): boolean {
    const path = this.stage.node.states().find(({ name }) => name === 'path');
    return path?.state === 'running';
  }

  /** As after a crash, or for the first time. */
  async start(): Promise<void> {
    const starting = this.stage.node.start();
    // An earlier life may have a lease that runs: waiting for its end takes time.
    await this.#passUntil(starting, BEAT_MS / 4);
  }

  /** A process that is gone without a word: this life is heard of no more. */
  renew(): void {
    this.lives += 1;
    this.stage = this.#life();
  }

  /** As on a signal: it does not come back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.access.heal();
    await this.#passUntil(this.stage.node.stop(), 100);
  }

  /** Lets time pass until it is done, or for a thousand steps. */
  async #passUntil(doing: Promise<unknown>, stepMs: number): Promise<void> {
    const settled = new AbortController();
    const settle = (): void => settled.abort();
    doing.then(settle, settle);
    for (let at = 0; at < 1_000 && !settled.signal.aborted; at += 1) await this.stage.pass(stepMs);
    await doing;
  }

  #life(): Stage {
    const seed = this.lives * 1_000 + this.name.charCodeAt(3);
    const stage = new Stage({ ...this.#options, seed });
    stage.node.onOver(() => {
      void stage.node.stop().then(async () => {
        if (this.stage !== stage || this.#stopping) return;
        this.renew();
        await this.stage.node.start();
      });
    });
    return stage;
  }
}

export class Pair {
  readonly clock = fakeClock();
  readonly shared: Persistence;
  readonly a: Member;
  readonly b: Member;

  constructor(options: PairOptions = {}) {
    this.shared = memory.create({ shards: 8 }, { ...quietHost(), clock: this.clock });
    this.a = new Member(this, 'im-a', 1, options);
    this.b = new Member(this, 'im-b', 2, options);
  }

  async start(): Promise<void> {
    await this.shared.start(never());
    await this.a.start();
    await this.b.start();
  }

  /** Lets time pass in small steps. */
  async pass(ms: number): Promise<void> {
    await this.a.stage.pass(ms, 100);
  }

  async stop(): Promise<void> {
    for (const member of [this.b, this.a]) await member.stop();
    await this.shared.stop(never());
  }
}
