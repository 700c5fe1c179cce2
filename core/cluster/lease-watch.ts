/** Notices on an owner's own clock that its lease has run out, and that it runs again. */
import type { Cancel, Clock } from '../contract/index.ts';
import type { Lease } from './lease.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly lease: Lease;
  /** A look at the store, which renews the lease if it can; after so many ms at the latest. */
  readonly look: (limitMs: number) => Promise<void>;
  readonly over: () => void;
  readonly again: () => void;
}

/** A process that stood still finds its lease over, and may only have to ask for it, ms. */
const LOOK_MS = 200;

export class LeaseWatch {
  readonly #around: Surroundings;
  #stopped = true;
  #cancel: Cancel = () => undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#wait();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #wait(): void {
    const { clock, lease } = this.#around;
    if (this.#stopped || lease.leftMs === Infinity) return;
    this.#cancel = clock.after(lease.leftMs, () => void this.#due());
  }

  async #due(): Promise<void> {
    const { lease, look, over, again } = this.#around;
    if (!lease.open) await look(LOOK_MS);
    if (this.#stopped || lease.open) return this.#wait();
    over();
    lease.whenOpen(() => {
      if (this.#stopped) return;
      again();
      this.#wait();
    });
  }
}
