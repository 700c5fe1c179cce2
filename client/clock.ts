/**
 * Time and chance as the client needs them: the same shapes as the kernel's, so that one simulator
 * drives both.
 */

/** Ends a timer or a subscription. Calling it twice, or late, does nothing. */
export type Cancel = () => void;

export interface ClientClock {
  /** Wall clock in ms since 1970: for `sentAt` and names only, never for a wait. */
  now(): number;
  /** Monotonic ms since an arbitrary start: for every wait and measurement. */
  monotonic(): number;
  /** Calls `run` once, `delayMs` from now (any length). */
  after(delayMs: number, run: () => void): Cancel;
  /** Calls `run` at the end of the current turn of the event loop: gathers work without a timer. */
  soon(run: () => void): void;
}

export interface ClientRandom {
  /** Uniform in [0, 1). */
  next(): number;
  /** `length` random octets, unpredictable in production. */
  bytes(length: number): Uint8Array;
}
