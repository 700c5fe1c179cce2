/**
 * How long readers should hold a message for an earlier one, measured on what came in.
 *
 * The sampling rule of `lateness`: only late messages are samples. Were the others counted as 0, a
 * quantile of all would be 0 while few are late, and those few are what the window is for. All
 * messages make it forget, so that the window closes when nothing is late any more.
 */
import { QuantileSketch } from './quantile-sketch.ts';
import type { Settings } from './settings.ts';

/** After each message, what is known of lateness weighs this share of what it did. */
const KEPT_PER_MESSAGE = 1 - 1 / 1_024;
/** And after each late one. */
const KEPT_PER_LATE = 1 - 1 / 32;
/** Of delays, after each message. */
const KEPT_PER_DELAY = 1 - 1 / 256;
/** One message that is very late or slow says nothing about others. */
const OUTLIERS = 1;
const DELAY_PERCENTILE = 99;

export class HoldWindow {
  readonly #settings: Settings;
  readonly #sketch = new QuantileSketch();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * A message came, this much slower than the fastest of late from its device; undefined: nobody
   * knows.
   */
  came(slowerMs: number | undefined): void {
    const { mode, maxHold } = this.#settings;
    if (mode === 'fixed') return;
    if (mode === 'lateness') return this.#sketch.forget(KEPT_PER_MESSAGE);
    if (slowerMs === undefined) return;
    this.#sketch.forget(KEPT_PER_DELAY);
    this.#sketch.add(Math.min(slowerMs, maxHold));
  }

  /** It came this long after another one that stands behind it. */
  wasLate(lateMs: number): void {
    const { mode, maxHold } = this.#settings;
    // What the longest window would not mend is no reason to hold everything else longer.
    if (mode !== 'lateness' || lateMs > maxHold) return;
    this.#sketch.forget(KEPT_PER_LATE);
    this.#sketch.add(lateMs);
  }

  /** Whole ms, within the configured bounds. */
  get holdMs(): number {
    const { mode, hold, minHold, maxHold, percentile } = this.#settings;
    if (mode === 'fixed') return hold;
    const share = mode === 'p99' ? DELAY_PERCENTILE : percentile;
    const measured = Math.ceil(this.#sketch.quantile(share, OUTLIERS));
    return Math.min(maxHold, Math.max(minHold, measured));
  }
}
