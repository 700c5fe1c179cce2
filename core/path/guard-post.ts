/**
 * One guard as the path meets it: with a time limit, a policy for its failures, and a breaker that
 * leaves it out for a while when it keeps failing (a circuit breaker with one message as its trial,
 * after M. Nygard, Release It!). Nothing that a guard does is thrown or waited for beyond that.
 */
import {
  ImError,
  reasonOf,
  type Clock,
  type Counter,
  type GuardedMessage,
  type Health,
  type Histogram,
  type Log,
} from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import type { Content, Guarded } from './guarding.ts';

/** Where a guard's deeds are counted and told. */
export interface PostReport {
  readonly verdicts: Counter;
  readonly failures: Counter;
  readonly lookMs: Histogram;
  readonly log: Log;
  health(health: Health): void;
}

export type Finding =
  | { readonly is: 'allow' }
  | { readonly is: 'change'; readonly content: Content }
  | { readonly is: 'refuse'; readonly detail: string }
  /** The policy says that the message must come again. */
  | { readonly is: 'failed' };

type Failure = 'timed-out' | 'threw' | 'ill-formed';

const DETAIL_MAX_CHARS = 256;

export class GuardPost {
  readonly name: string;
  readonly guarded: Guarded;
  readonly #clock: Clock;
  readonly #limits: Limits;
  /** Failures in a row. */
  #failures = 0;
  /** Health says that it is left out. */
  #told = false;
  #leftOutUntilMs = 0;
  /** One message tries whether the guard works again. */
  #trying = false;

  constructor(guarded: Guarded, clock: Clock, limits: Limits) {
    this.name = guarded.name;
    this.guarded = guarded;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** What the guard says, or what the policy says for it. Never throws or rejects. */
  look(message: GuardedMessage): Finding | Promise<Finding> {
    if (!this.#works()) {
      this.guarded.report.failures.add(1, 'left-out');
      return this.#byPolicy();
    }
    const startedMs = this.#clock.monotonic();
    try {
      const answer: unknown = this.guarded.guard.look(message);
      if (answer instanceof Promise) return this.#wait(answer, startedMs);
      return this.#settle(answer, startedMs);
    } catch (error) {
      return this.#fail('threw', reasonOf(error));
    }
  }

  /** What it made of a message breaks the rules for messages. */
  misshaped(): void {
    this.guarded.report.failures.add(1, 'misshaped');
  }

  #wait(answer: Promise<unknown>, startedMs: number): Promise<Finding> {
    const { promise, resolve } = Promise.withResolvers<Finding>();
    const { timeLimit } = this.guarded.settings;
    let open = true;
    const end = (finding: () => Finding): void => {
      if (!open) return;
      open = false;
      cancel();
      resolve(finding());
    };
    const cancel = this.#clock.after(timeLimit, () => {
      end(() => this.#fail('timed-out', `no verdict within ${timeLimit} ms`));
    });
    answer.then(
      (verdict) => end(() => this.#settle(verdict, startedMs)),
      (error: unknown) => end(() => this.#fail('threw', reasonOf(error))),
    );
    return promise;
  }

  #settle(verdict: unknown, startedMs: number): Finding {
    this.guarded.report.lookMs.record(this.#clock.monotonic() - startedMs);
    const finding = findingOf(verdict);
    if (!finding) return this.#fail('ill-formed', 'its verdict is none');
    this.guarded.report.verdicts.add(1, finding.is);
    if (this.#failures > 0) this.#recover();
    return finding;
  }

  #works(): boolean {
    if (this.#failures < this.#limits.guardFailures) return true;
    if (this.#trying || this.#clock.monotonic() < this.#leftOutUntilMs) return false;
    this.#trying = true;
    return true;
  }

  #fail(failure: Failure, why: string): Finding {
    const { report } = this.guarded;
    const { guardFailures, guardSuspension } = this.#limits;
    report.failures.add(1, failure);
    this.#failures += 1;
    this.#trying = false;
    if (this.#failures >= guardFailures) {
      this.#leftOutUntilMs = this.#clock.monotonic() + guardSuspension;
    }
    if (this.#failures >= guardFailures && !this.#told) {
      this.#told = true;
      report.log.warn('the guard is left out for a while', { why, failures: this.#failures });
      const details = { guard: this.name, failures: guardFailures, why };
      const error = new ImError('IM_GUARD_FAILING', details);
      report.health({ state: 'degraded', why: error.message, error });
    }
    return this.#byPolicy();
  }

  #recover(): void {
    this.#failures = 0;
    this.#trying = false;
    if (this.#told) this.guarded.report.health({ state: 'running' });
    this.#told = false;
  }

  #byPolicy(): Finding {
    return this.guarded.settings.onFailure === 'allow' ? { is: 'allow' } : { is: 'failed' };
  }
}

type Loose = Readonly<Record<string, unknown>>;

/** A plugin is not ours: its verdict is looked at before it is believed. */
function findingOf(verdict: unknown): Finding | undefined {
  if (!(verdict instanceof Object)) return undefined;
  const { is, body, mediaType, detail } = verdict as Loose;
  if (is === 'allow') return { is };
  if (is === 'refuse' && typeof detail === 'string') {
    return { is, detail: detail.slice(0, DETAIL_MAX_CHARS) };
  }
  if (is !== 'change' || !(body instanceof Uint8Array)) return undefined;
  // A copy: the guard may use its buffer again.
  const own = new Uint8Array(body);
  if (mediaType === undefined) return { is, content: { body: own } };
  return typeof mediaType === 'string' ? { is, content: { body: own, mediaType } } : undefined;
}
