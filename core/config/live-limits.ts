/** The bounds of a running node, which may change while it runs. */
import type { Limits } from './limits.ts';

export class LiveLimits {
  /** As they stand: one object for everybody, read at each use and never copied. */
  readonly now: Limits;
  #terms: Limits;

  constructor(limits: Limits) {
    this.now = { ...limits };
    this.#terms = limits;
  }

  /**
   * As they stand, for who keeps to them: a connection has the same bounds from its first byte to
   * its last, since it was told of some of them. It never changes; a change makes another one.
   */
  get terms(): Limits {
    return this.#terms;
  }

  change(limits: Limits): void {
    this.#terms = limits;
    Object.assign(this.now, limits);
  }
}
