/** What several viewers ask within one moment is looked up once, whoever watches. */
import type { Clock } from '../../contract/index.ts';

/** Shorter than the shortest interval of a stream: nobody sees the same picture twice. */
const FRESH_MS = 200;
const KEPT_MAX = 200;

export class SharedLooks {
  readonly #clock: Clock;
  readonly #looks = new Map<string, { readonly atMs: number; readonly view: Promise<unknown> }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `key`: the same for those who ask the same. */
  of(key: string, look: () => Promise<unknown>): Promise<unknown> {
    const nowMs = this.#clock.monotonic();
    const known = this.#looks.get(key);
    if (known && nowMs - known.atMs < FRESH_MS) return known.view;
    const view = look();
    if (this.#looks.size >= KEPT_MAX) this.#looks.clear();
    this.#looks.set(key, { atMs: nowMs, view });
    return view;
  }
}
