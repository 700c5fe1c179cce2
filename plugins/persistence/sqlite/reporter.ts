/** Tells the operator how the store is, once per change, and counts. */
import { ImError } from 'im-kernel/contract';
import type { Counter, Histogram, Host } from 'im-kernel/contract';
import type { Ended } from './messages.ts';
import type { ThreadEvents } from './store-thread.ts';

export class Reporter implements ThreadEvents {
  readonly #host: Host;
  readonly #free: () => void;
  readonly #commits: Counter;
  readonly #full: Counter;
  readonly #busy: Counter;
  readonly #ended: Counter;
  readonly #commitMs: Histogram;
  readonly #requests: Histogram;
  #state: 'running' | 'degraded' | 'failed' = 'running';

  /** `free`: asks for the file, which another process holds. */
  constructor(host: Host, free: () => void) {
    const { metrics } = host;
    this.#host = host;
    this.#free = free;
    this.#commits = metrics.counter('store_commits_total', 'Transactions that ended.');
    this.#full = metrics.counter('store_full_total', 'Transactions for which there was no room.');
    this.#busy = metrics.counter(
      'store_busy_total',
      'Times that another process held the file for too long.',
    );
    this.#ended = metrics.counter(
      'store_holders_ended_total',
      'Processes that were stopped while they held the file, and were ended.',
    );
    this.#commitMs = metrics.histogram('store_commit_ms', 'How long a transaction took.');
    this.#requests = metrics.histogram('store_commit_requests', 'Requests per transaction.');
  }

  committed(requests: number, commitMs: number): void {
    this.#commits.add();
    this.#commitMs.record(commitMs);
    this.#requests.record(requests);
  }

  full(why: string): void {
    this.#full.add();
    this.#degrade('IM_STORE_FULL', why);
  }

  busy(why: string): void {
    this.#busy.add();
    this.#degrade('IM_STORE_AWAY', why);
    this.#free();
  }

  ended({ ...ended }: Ended): void {
    this.#ended.add();
    this.#host.log.warn('ended a process that was stopped while it held the file', ended);
  }

  #degrade(code: 'IM_STORE_FULL' | 'IM_STORE_AWAY', why: string): void {
    if (this.#state !== 'running') return;
    this.#state = 'degraded';
    const error = new ImError(code, { why });
    this.#host.report({ state: 'degraded', why: error.message, error });
  }

  fits(): void {
    if (this.#state !== 'degraded') return;
    this.#state = 'running';
    this.#host.report({ state: 'running' });
  }

  broken(why: string): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    const error = new ImError('IM_STORE_BROKEN', { why });
    this.#host.report({ state: 'failed', why: error.message, error });
  }
}
