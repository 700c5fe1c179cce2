/**
 * Retires the bodies of messages that are older than `chat.keepBodies`: from time to time it walks
 * through the shards that this node owns, in small pieces with pauses between them, each shard from
 * where it was before. What a consumer has not taken yet waits for it.
 */
import { ImError, reasonOf } from '../contract/index.ts';
import type { Clock, Component, Health, Metrics, Persistence } from '../contract/index.ts';
import type { Shards } from '../cluster/shards.ts';
import type { Limits } from '../config/limits.ts';
import type { Conversations } from './conversations.ts';
import type { Effects } from './effects.ts';
import type { RetentionCursors } from './retention-cursors.ts';

interface Surroundings {
  readonly keepMs: number;
  readonly limits: Limits;
  readonly persistence: Persistence;
  readonly shards: Shards;
  readonly conversations: Conversations;
  readonly effects: Pick<Effects, 'passed'>;
  readonly cursors: RetentionCursors;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** What the operator is told; called when it changes. */
  readonly report: (health: Health) => void;
}

/** A wall clock that ran ahead of the monotonic one by more than this between two looks jumped. */
const JUMP_MS = 60_000;
/** What is retired does not come back: after a jump there is so long to set the clock right. */
const DOUBT_MS = 3_600_000;
/** Pieces after which a shard's cursor is kept, at the latest. */
const PIECES_PER_CURSOR = 32;

export class Retention implements Component {
  readonly #around: Surroundings;
  readonly #bodies;
  readonly #failed;
  #running: Promise<void> | undefined;
  #stopped = false;
  /** Ends the pause under way. */
  #wake: () => void = () => undefined;
  /** When a look last left nothing behind that was due; monotonic ms. */
  #doneMs: number;
  /** Shards in which something due waits for a consumer. */
  #held = 0;
  #trouble: ImError | undefined;
  /** The two clocks at the last look. */
  #seen: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
  /** After a jump of the wall clock. */
  #doubt: { readonly error: ImError; readonly untilMs: number } | undefined;

  constructor(around: Surroundings) {
    const { metrics, clock } = around;
    this.#around = around;
    this.#bodies = metrics.counter('im_bodies_retired_total', 'Bodies of messages retired.');
    this.#failed = metrics.counter('im_retention_failures_total', 'Looks that the store ended.');
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
  }

  /** The work goes on in the background. */
  start(): Promise<void> {
    this.#running ??= this.#run();
    return Promise.resolve();
  }

  /** Waits for the piece under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#tell(await this.#try());
      await this.#pause(this.#around.limits.retireEvery);
    }
  }

  /** A look, if the clock can be trusted; returns what the operator should know. Never rejects. */
  async #try(): Promise<ImError | undefined> {
    const { clock, keepMs } = this.#around;
    const doubt = this.#doubted();
    if (doubt) return doubt;
    try {
      await this.#look(clock.now() - keepMs);
    } catch (error) {
      this.#failed.add();
      return new ImError('IM_RETENTION_FAILING', { why: reasonOf(error) });
    }
    return this.#held > 0 ? new ImError('IM_RETENTION_HELD', {}) : undefined;
  }

  /** Once through all shards. Rejects as the store does. */
  async #look(before: number): Promise<void> {
    const { persistence, shards, cursors, conversations, clock } = this.#around;
    await cursors.load();
    let held = 0;
    for (let shard = 0; shard < persistence.shards; shard += 1) {
      if (shards.epoch(shard) === undefined) continue;
      if (await this.#retire(shard, before)) held += 1;
      if (this.#stopped) return;
    }
    conversations.forgetBefore(before);
    this.#held = held;
    if (held === 0) this.#doneMs = clock.monotonic();
  }

  /** All of one shard that is due. True if some of it has to wait for a consumer. */
  async #retire(shard: number, acceptedBefore: number): Promise<boolean> {
    const { persistence, cursors, effects, limits } = this.#around;
    const passed = effects.passed(shard);
    const upTo = passed === undefined ? {} : { upTo: passed };
    let after = cursors.get(shard);
    for (let piece = 1; !this.#stopped; piece += 1) {
      const wanted = { shard, after, ...upTo, acceptedBefore, limit: limits.retireEntries };
      const retired = await persistence.retire(wanted);
      this.#bodies.add(retired.bodies);
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

  /** Why the wall clock is not believed, for a while after it jumped ahead. */
  #doubted(): ImError | undefined {
    const { clock } = this.#around;
    const now = { wallMs: clock.now(), monotonicMs: clock.monotonic() };
    const last = this.#seen ?? now;
    this.#seen = now;
    const aheadMs = now.wallMs - last.wallMs - (now.monotonicMs - last.monotonicMs);
    if (aheadMs > JUMP_MS) {
      const error = new ImError('IM_RETENTION_CLOCK', { aheadMs: Math.round(aheadMs) });
      this.#doubt = { error, untilMs: now.monotonicMs + DOUBT_MS };
    }
    if (this.#doubt && now.monotonicMs >= this.#doubt.untilMs) this.#doubt = undefined;
    return this.#doubt?.error;
  }

  #tell(error: ImError | undefined): void {
    if (error?.message === this.#trouble?.message) return;
    this.#trouble = error;
    const { report } = this.#around;
    report(error ? { state: 'degraded', why: error.message, error } : { state: 'running' });
  }
}
