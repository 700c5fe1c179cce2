/** Tells the operator how the store is, once per change, and counts. */
import type { Counter, Health, Histogram, Host, ImError } from 'im-kernel/contract';
import type { Fault } from './faults.ts';

export type Side = 'writers' | 'readers' | 'lifeline';

/** The connections of a side mostly break together: one line tells of them; the rest is counted. */
const QUIET_MS = 10_000;

export class Reporter {
  readonly #host: Host;
  readonly #commits: Counter;
  readonly #outcomes: Counter;
  readonly #refused: Counter;
  readonly #lost: Counter;
  readonly #commitMs: Histogram;
  readonly #entries: Histogram;
  readonly #appends: Histogram;
  readonly #away = new Map<Side, ImError>();
  /** When it was last logged that a connection was lost. */
  readonly #lostMs = new Map<Side, number>();
  #full: ImError | undefined;
  #broken: ImError | undefined;
  #said: string | undefined;

  constructor(host: Host) {
    const { metrics } = host;
    this.#host = host;
    this.#commits = metrics.counter('store_commits_total', 'Statements that appended.');
    this.#outcomes = metrics.counter(
      'store_parts_total',
      'Parts of batches handed in, by outcome.',
      'outcome',
    );
    this.#refused = metrics.counter('store_refused_total', 'Requests not done, by code.', 'code');
    this.#lost = metrics.counter('store_connections_lost_total', 'Connections that broke.', 'side');
    this.#commitMs = metrics.histogram('store_commit_ms', 'How long a commit took.');
    this.#entries = metrics.histogram('store_commit_entries', 'Entries per commit.');
    this.#appends = metrics.histogram('store_commit_requests', 'Appends per commit.');
  }

  committed(appends: number, entries: number, commitMs: number): void {
    this.#commits.add();
    this.#appends.record(appends);
    this.#entries.record(entries);
    this.#commitMs.record(commitMs);
    if (this.#full === undefined) return;
    this.#full = undefined;
    this.#say();
  }

  outcome(outcome: string): void {
    this.#outcomes.add(1, outcome);
  }

  failed(error: ImError, fault: Fault): void {
    this.#refused.add(1, error.code);
    if (fault === 'full') this.#full = error;
    else if (fault === 'broken') this.#broken ??= error;
    else if (fault === 'bug') this.#host.log.error('a request was wrong', { why: error.message });
    this.#say();
  }

  lost(side: Side, why: string): void {
    this.#lost.add(1, side);
    const { clock, log } = this.#host;
    const nowMs = clock.monotonic();
    const isQuiet = nowMs - (this.#lostMs.get(side) ?? -Infinity) < QUIET_MS;
    const told = 'a connection to the database was lost';
    if (isQuiet) return log.debug(told, { side, why });
    this.#lostMs.set(side, nowMs);
    log.warn(told, { side, why });
  }

  /** `error`: why there is no connection; undefined: there is one again. */
  away(side: Side, error: ImError | undefined): void {
    if (error === undefined) this.#away.delete(side);
    else this.#away.set(side, error);
    this.#say();
  }

  #health(): Health {
    const error = this.#broken ?? this.#full ?? [...this.#away.values()][0];
    if (error === undefined) return { state: 'running' };
    return { state: this.#broken ? 'failed' : 'degraded', why: error.message, error };
  }

  /** A failure is said once, and is the last word. */
  #say(): void {
    const health = this.#health();
    const words = health.state === 'degraded' ? health.why : health.state;
    if (words === (this.#said ?? 'running') || this.#said === 'failed') return;
    this.#said = words;
    this.#host.report(health);
  }
}
