/** How a consumer is doing: its counters, its lag, and what the operator is told of it. */
import {
  ImError,
  type Clock,
  type Entry,
  type Health,
  type Log,
  type Metrics,
} from '../contract/index.ts';

interface Surroundings {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly report: (health: Health) => void;
}

/** A first failure may be chance; from here on the consumer is called degraded. */
const FAILURES_TOLD = 2;

type Counters = ReturnType<typeof countersOf>;

function countersOf(metrics: Metrics) {
  return {
    taken: metrics.counter('consumer_entries_total', 'Entries that the consumer took.'),
    retries: metrics.counter('consumer_failures_total', 'Attempts that failed.'),
    dead: metrics.counter('consumer_dead_letters_total', 'Entries set aside since the start.'),
    attemptMs: metrics.histogram(
      'consumer_attempt_ms',
      'How long the attempts took that succeeded.',
    ),
  };
}

export class ConsumerHealth {
  readonly #around: Surroundings;
  readonly #counters: Counters;
  /** Since when each shard that is behind has been so, on the monotonic clock. */
  readonly #behind = new Map<number, number>();
  readonly #failing = new Set<number>();
  #stored = 0;
  #setAside = 0;

  constructor(around: Surroundings) {
    this.#around = around;
    const { metrics, clock } = around;
    this.#counters = countersOf(metrics);
    metrics.gauge(
      'consumer_lag_ms',
      'Age of the oldest entry that the consumer has not taken.',
      () => (this.#behind.size === 0 ? 0 : clock.monotonic() - Math.min(...this.#behind.values())),
    );
    metrics.gauge(
      'consumer_shards_behind',
      'Shards with entries not taken.',
      () => this.#behind.size,
    );
    metrics.gauge('consumer_dead_letters', 'Dead letters in the store.', () => this.#stored);
  }

  /** `stored`: dead letters that are there already. */
  begin(stored: number): void {
    this.#stored = stored;
    if (stored > 0) this.#around.log.warn('dead letters are in the store', { count: stored });
  }

  /** Something follows in this shard. */
  behind(shard: number): void {
    if (!this.#behind.has(shard)) this.#behind.set(shard, this.#around.clock.monotonic());
  }

  caughtUp(shard: number): void {
    this.#behind.delete(shard);
  }

  /** This entry is the oldest of its shard that is not taken. */
  reached(shard: number, entry: Entry): void {
    const { clock } = this.#around;
    const ageMs = Math.max(0, clock.now() - entry.acceptedAt);
    this.#behind.set(shard, clock.monotonic() - ageMs);
  }

  taken(shard: number, attemptMs: number): void {
    this.#counters.taken.add();
    this.#counters.attemptMs.record(attemptMs);
    this.#recover(shard);
  }

  failed(shard: number, entry: Entry, failures: number, why: string): void {
    this.#counters.retries.add();
    if (failures < FAILURES_TOLD || this.#failing.has(shard)) return;
    this.#failing.add(shard);
    if (this.#failing.size > 1) return;
    const { conversation, position } = entry;
    const details = { consumer: this.#around.name, conversation, position, failures, why };
    this.#report(new ImError('IM_CONSUMER_FAILING', details));
  }

  setAside(shard: number, entry: Entry, why: string, isNew: boolean): void {
    const { conversation, position } = entry;
    this.#around.log.error('an entry was set aside', { conversation, position, why });
    this.#counters.dead.add();
    this.#setAside += 1;
    if (isNew) this.#stored += 1;
    this.#failing.delete(shard);
    // What fails still is the worse news; the dead letter is told when that is over.
    if (this.#failing.size === 0) this.#tell();
  }

  /** An operator handed a dead letter over once more. */
  tookAgain(attemptMs: number): void {
    this.#counters.taken.add();
    this.#counters.attemptMs.record(attemptMs);
  }

  failedAgain(): void {
    this.#counters.retries.add();
  }

  /** A dead letter is no more. */
  dealtWith(): void {
    this.#stored = Math.max(0, this.#stored - 1);
    if (this.#setAside <= this.#stored) return;
    this.#setAside = this.#stored;
    if (this.#failing.size === 0) this.#tell();
  }

  #recover(shard: number): void {
    if (this.#failing.delete(shard) && this.#failing.size === 0) this.#tell();
  }

  /** Dead letters of this life stay in sight until they are dealt with, or the next start. */
  #tell(): void {
    const count = this.#setAside;
    if (count === 0) this.#around.report({ state: 'running' });
    else this.#report(new ImError('IM_CONSUMER_DEAD', { count }));
  }

  #report(error: ImError): void {
    this.#around.report({ state: 'degraded', why: error.message, error });
  }
}
