/**
 * After a takeover: holds back what consumers had not taken when a shard's last owner went, until
 * the failover policy lets it go on. The sequence of a shard stays the log's: what is held holds up
 * what follows it there. Nothing is skipped, and nothing else waits.
 */
import {
  reasonOf,
  type Cancel,
  type Clock,
  type Counter,
  type FailoverRule,
  type Log,
  type Metrics,
  type Persistence,
} from '../contract/index.ts';
import { Awaited } from './awaited.ts';
import type { Place } from './consumer-cursors.ts';
import { concernedBy } from './unfinished.ts';

interface Surroundings {
  readonly rule: FailoverRule;
  readonly persistence: Persistence;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Entries looked at in a shard, and users awaited by all of them, at most. */
  readonly most: number;
  /** A session of the user is live here. */
  readonly isHere: (user: string) => boolean;
}

/**
 * nothing: no entry was left. back: whom it waited for. kept: a new entry in the shard. limit: it
 * waited long enough. too many: more than may be looked at. unread: the store could not be read.
 */
type Reason = 'nothing' | 'back' | 'kept' | 'limit' | 'too many' | 'unread';

/** What is held, and how it goes on. */
export interface Holding {
  readonly shards: readonly number[];
  /** Where the consumers are in a shard. */
  readonly placesOf: (shard: number) => readonly Place[];
  /** Called once for each shard, unless the node stops. */
  readonly release: (shard: number) => void;
}

export class Replay {
  readonly #around: Surroundings;
  readonly #released: Counter;
  readonly #awaited: Awaited;
  readonly #held = new Set<number>();
  #release: Holding['release'] = () => undefined;
  #cancel: Cancel = () => undefined;

  constructor(around: Surroundings) {
    const { metrics, rule } = around;
    this.#around = around;
    this.#awaited = new Awaited(rule.replay === 'on-reconnect' ? 'all' : 'any');
    this.#released = metrics.counter(
      'im_replay_released_total',
      'Shards whose consumers went on after a takeover, by reason.',
      'reason',
    );
    metrics.gauge(
      'im_replay_held_shards',
      'Shards whose consumers wait after a takeover.',
      () => this.#held.size,
    );
  }

  /** Holds these shards, or none of them; then looks, in the background, at what each waits for. */
  hold({ shards, placesOf, release }: Holding): void {
    const { rule, clock, log } = this.#around;
    if (rule.replay === 'eager' || shards.length === 0) return;
    for (const shard of shards) this.#held.add(shard);
    this.#release = release;
    if (rule.replay === 'on-reconnect') {
      this.#cancel = clock.after(rule.replayWithinMs, () => this.#goOn([...this.#held], 'limit'));
    }
    log.info('consumers wait after a takeover', { shards: shards.length, replay: rule.replay });
    void this.#lookAt(shards, placesOf);
  }

  isHeld(shard: number): boolean {
    return this.#held.has(shard);
  }

  /** A session of the user went live. */
  welcomed(user: string): void {
    if (this.#held.size > 0) this.#goOn(this.#awaited.back(user), 'back');
  }

  /** A new entry was kept in a shard that is held. */
  kept(shard: number): void {
    if (this.#around.rule.replay === 'per-client') this.#goOn([shard], 'kept');
  }

  /** What is held comes after the next start. */
  stop(): void {
    this.#cancel();
    this.#held.clear();
  }

  /** Never rejects. */
  async #lookAt(shards: readonly number[], placesOf: Holding['placesOf']): Promise<void> {
    for (const shard of shards) {
      if (!this.#held.has(shard)) continue;
      const verdict = await this.#judge(shard, placesOf(shard));
      if (!this.#held.has(shard)) continue;
      if (typeof verdict === 'string') this.#goOn([shard], verdict);
      else this.#wait(shard, verdict);
    }
  }

  async #judge(shard: number, places: readonly Place[]): Promise<Reason | ReadonlySet<string>> {
    const { rule, persistence, most, log } = this.#around;
    const whom = rule.replay === 'on-reconnect' ? 'authors' : 'members';
    try {
      const users = await concernedBy(persistence, { shard, places, whom, most });
      if (!users) return 'too many';
      return users.size === 0 ? 'nothing' : users;
    } catch (error) {
      log.warn('what a takeover left could not be read', { shard, why: reasonOf(error) });
      return 'unread';
    }
  }

  #wait(shard: number, users: ReadonlySet<string>): void {
    const { rule, isHere, most } = this.#around;
    const away = new Set([...users].filter((user) => !isHere(user)));
    const isEnough = rule.replay === 'on-reconnect' ? away.size === 0 : away.size < users.size;
    if (isEnough) this.#goOn([shard], 'back');
    else if (this.#awaited.size + away.size > most) this.#goOn([shard], 'too many');
    else this.#awaited.add(shard, away);
  }

  #goOn(shards: readonly number[], reason: Reason): void {
    for (const shard of shards) {
      if (!this.#held.delete(shard)) continue;
      this.#awaited.drop(shard);
      this.#released.add(1, reason);
      this.#release(shard);
    }
    if (this.#held.size === 0) this.#cancel();
  }
}
