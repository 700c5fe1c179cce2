/** How fast counters go: they are read once a second, whoever watches. */
import type { Cancel, Clock } from '../../contract/index.ts';

const EVERY_MS = 1_000;

export class Rates<K extends string> {
  readonly #clock: Clock;
  readonly #read: () => Readonly<Record<K, number>> | undefined;
  #before: { readonly atMs: number; readonly values: Readonly<Record<K, number>> } | undefined;
  #rates: Readonly<Record<K, number>> | undefined;
  #cancel: Cancel = () => undefined;

  /** `read`: the counters; undefined: there is nobody to ask. */
  constructor(clock: Clock, read: () => Readonly<Record<K, number>> | undefined) {
    this.#clock = clock;
    this.#read = read;
  }

  start(): void {
    this.#cancel = this.#clock.after(EVERY_MS, () => this.start());
    const values = this.#read();
    const atMs = this.#clock.monotonic();
    const before = this.#before;
    this.#before = values && { atMs, values };
    this.#rates = undefined;
    if (!values || !before || atMs <= before.atMs) return;
    const perS = 1_000 / (atMs - before.atMs);
    const rates = Object.entries<number>(values).map(([key, value]) => {
      // A counter that went back is another life's.
      return [key, Math.max(0, value - before.values[key as K]) * perS] as const;
    });
    this.#rates = Object.fromEntries(rates) as Record<K, number>;
  }

  stop(): void {
    this.#cancel();
  }

  /** Per second, of the last whole second; 0 before there was one. */
  of(key: K): number {
    return this.#rates?.[key] ?? 0;
  }
}
