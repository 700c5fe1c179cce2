/**
 * Retires the bodies of messages that are older than `chat.keepBodies`: from time to time it walks
 * through the shards that this node owns, in small pieces with pauses between them, each shard from
 * where it was before. What a consumer has not taken yet waits for it.
 */
import { reasonOf, type Clock, type Log, type Metrics } from '../contract/index.ts';
import type { Persistence } from '../contract/index.ts';
import type { Shards } from '../cluster/shards.ts';
import type { Limits } from '../config/limits.ts';
import type { Conversations } from './conversations.ts';
import type { Effects } from './effects.ts';
import type { RetentionCursors } from './retention-cursors.ts';

interface Surroundings {
  /** Undefined: bodies are kept for ever. */
  readonly keepMs: number | undefined;
  readonly limits: Limits;
  readonly persistence: Persistence;
  readonly shards: Shards;
  readonly conversations: Conversations;
  readonly effects: Pick<Effects, 'passed'>;
  readonly cursors: RetentionCursors;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

type Counters = ReturnType<typeof countersOf>;

/** A wall clock that ran ahead of the monotonic one by more than this between two looks jumped. */
const JUMP_MS = 60_000;
/** What is retired does not come back: after a jump there is so long to set the clock right. */
const DOUBT_MS = 3_600_000;
/** Pieces after which a shard's cursor is kept, at the latest. */
const PIECES_PER_CURSOR = 32;

function countersOf(metrics: Metrics) {
  return {
    bodies: metrics.counter('im_bodies_retired_total', 'Bodies of messages that were retired.'),
    failed: metrics.counter('im_retention_failures_total', 'Looks that the store ended.'),
  };
}

export class Retention {
  readonly #around: Surroundings;
  #counters: Counters | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;
  /** Ends the pause under way. */
  #wake: () => void = () => undefined;
  /** When a look last left nothing behind that was due; monotonic ms. */
  #doneMs = 0;
  /** Shards in which something due waits for a consumer. */
  #held = 0;
  #failing = false;
  /** The two clocks at the last look. */
  #seen: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
  #doubtUntilMs = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Begins in the background, if bodies are not kept for ever. */
  start(): void {
    const { keepMs, metrics, clock } = this.#around;
    if (keepMs === undefined || this.#running) return;
    this.#counters = countersOf(metrics);
    this.#doneMs = clock.monotonic();
    metrics.gauge(
      'im_retention_lag_ms',
      'Since no body was older than it may be.',
      () => clock.monotonic() - this.#doneMs,
    );
    metrics.gauge(
      'im_retention_held_shards',
      'Shards in which a body that is due waits for a consumer.',
      () => this.#held,
    );
    this.#running = this.#run(keepMs, this.#counters);
  }

  /** Waits for the piece under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
  }

  async #run(keepMs: number, counters: Counters): Promise<void> {
    while (!this.#stopped) {
      try {
        if (this.#trusted()) await this.#look(this.#around.clock.now() - keepMs, counters);
        this.#tell(undefined);
      } catch (error) {
        counters.failed.add();
        this.#tell(reasonOf(error));
      }
      await this.#pause(this.#around.limits.retireEvery);
    }
  }

  /** Once through all shards. Rejects as the store does. */
  async #look(before: number, counters: Counters): Promise<void> {
    const { persistence, shards, cursors, conversations, clock } = this.#around;
    await cursors.load();
    let held = 0;
    for (let shard = 0; shard < persistence.shards; shard += 1) {
      if (shards.epoch(shard) === undefined) continue;
      if (await this.#retire(shard, before, counters)) held += 1;
      if (this.#stopped) return;
    }
    conversations.forgetBefore(before);
    this.#hold(held);
    if (held === 0) this.#doneMs = clock.monotonic();
  }

  /** All of one shard that is due. True if some of it has to wait for a consumer. */
  async #retire(shard: number, acceptedBefore: number, counters: Counters): Promise<boolean> {
    const { persistence, cursors, effects, limits } = this.#around;
    const passed = effects.passed(shard);
    const upTo = passed === undefined ? {} : { upTo: passed };
    let after = cursors.get(shard);
    for (let piece = 1; !this.#stopped; piece += 1) {
      const wanted = { shard, after, ...upTo, acceptedBefore, limit: limits.retireEntries };
      const retired = await persistence.retire(wanted);
      counters.bodies.add(retired.bodies);
      if (retired.upTo === after) break;
      after = retired.upTo;
      if (piece % PIECES_PER_CURSOR === 0) await cursors.keep(shard, after);
      await this.#pause(limits.retirePause);
    }
    await cursors.keep(shard, after);
    if (passed === undefined || after < passed) return false;
    const { entries } = await persistence.readShard(shard, after, 1);
    return entries.some(({ acceptedAt }) => acceptedAt < acceptedBefore);
  }

  #pause(delayMs: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#around.clock.after(delayMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** False for a while after the wall clock jumped ahead. */
  #trusted(): boolean {
    const { clock, log } = this.#around;
    const now = { wallMs: clock.now(), monotonicMs: clock.monotonic() };
    const last = this.#seen ?? now;
    this.#seen = now;
    const aheadMs = now.wallMs - last.wallMs - (now.monotonicMs - last.monotonicMs);
    if (aheadMs > JUMP_MS) {
      this.#doubtUntilMs = now.monotonicMs + DOUBT_MS;
      log.warn('the wall clock jumped ahead; for an hour no body is retired', { aheadMs });
    }
    return now.monotonicMs >= this.#doubtUntilMs;
  }

  /** Said when it begins and when it ends. */
  #hold(shards: number): void {
    const { log } = this.#around;
    if (shards > 0 && this.#held === 0) log.warn('old bodies wait for a consumer', { shards });
    if (shards === 0 && this.#held > 0) log.info('no old body waits for a consumer any more');
    this.#held = shards;
  }

  #tell(why: string | undefined): void {
    const { log } = this.#around;
    if (why !== undefined && !this.#failing) log.warn('old bodies could not be retired', { why });
    if (why === undefined && this.#failing) log.info('old bodies are retired again');
    this.#failing = why !== undefined;
  }
}
