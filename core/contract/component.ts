/**
 * What every part of a node is: something that starts, stops, and says how it is.
 * The kernel drives the calls; a component never starts, stops or looks up another one.
 */
import type { ImError } from './errors.ts';

/** Ends a timer or a subscription. Calling it twice, or late, does nothing. */
export type Cancel = () => void;

/** Time comes from here and nowhere else, so that a simulator can own it. */
export interface Clock {
  /** Wall clock in ms since 1970. It may jump: for display and records, never for a wait. */
  now(): number;
  /** Monotonic ms since an arbitrary start: for every wait, lease and measurement. */
  monotonic(): number;
  /** Calls `run` once, `delayMs` from now (any length). */
  after(delayMs: number, run: () => void): Cancel;
  /** Calls `run` at the end of the current turn of the event loop: gathers work without a timer. */
  soon(run: () => void): void;
}

/** Chance comes from here and nowhere else. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** `length` random octets, unpredictable in production. */
  bytes(length: number): Uint8Array;
}

/** Structured log. Never pass a body, a token or a key. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface Counter {
  /** Adds `by` (default 1), under a label of low cardinality such as a code. */
  add(by?: number, label?: string): void;
}

export interface Histogram {
  /** Records one value in the unit that the histogram was made with. */
  record(value: number): void;
}

/**
 * Names are lower_snake_case and end in their unit (`_ms`, `_bytes`); a counter's end in `_total`
 * behind it. One name is of one kind in all instances; none ends in `_bucket`, `_sum` or `_count`.
 */
export interface Metrics {
  /** `by`: what its labels tell apart, such as `code`, in lower_snake_case; absent: `label`. */
  counter(name: string, help: string, by?: string): Counter;
  histogram(name: string, help: string): Histogram;
  /** `read` is called when somebody looks, never otherwise. */
  gauge(name: string, help: string, read: () => number): void;
}

/**
 * What a running component may say of itself; the other states are the kernel's to report. Of
 * `error` the operator is shown the code and what to do.
 */
export type Health =
  | { readonly state: 'running' }
  /** Works, but not as it should: shown to the operator. */
  | { readonly state: 'degraded'; readonly why: string; readonly error?: ImError }
  /** Cannot go on and lost nothing: the kernel stops the node in order. */
  | { readonly state: 'failed'; readonly why: string; readonly error?: ImError };

/** All that a plugin is given: never the container, the settings or another plugin. */
export interface Host {
  /**
   * The instance's name in the configuration, such as `tcp`; a role that occurs once has its
   * role's.
   */
  readonly name: string;
  /** The node's name. */
  readonly node: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  /**
   * Callable at any time between `start` and the end of `stop`. The kernel logs each change: say it
   * nowhere else. An `error` of the same code and details but for its `why` is the same trouble.
   */
  report(health: Health): void;
}

export interface Component {
  /**
   * Called once. Acquire everything; resolve when ready for work. Rejecting ends the boot and rolls
   * back what started before. `signal` fires when the kernel waits no longer: give back what was
   * taken and reject. Of a guard, a consumer or an authentication another one of the same name may
   * run beside it for a moment, when settings are reloaded.
   */
  start(signal: AbortSignal): Promise<void>;
  /**
   * Finish what was begun and release everything; nothing that was started may outlive it. Legal
   * before `start`, after a failed `start`, and twice. Must be done when `deadline` fires.
   */
  stop(deadline: AbortSignal): Promise<void>;
}
