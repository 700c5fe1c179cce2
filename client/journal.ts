/**
 * Writes the outbox: one write at a time, and whatever comes meanwhile goes into the next one, so
 * that a slow disk makes larger writes and not a longer queue.
 */
import type { ClientClock } from './clock.ts';
import type { Outbox, OutboxChange } from './outbox.ts';

interface Added {
  readonly change: OutboxChange;
  readonly kept: (() => void) | undefined;
}

export interface JournalSettings {
  readonly clock: ClientClock;
  readonly outbox: Outbox;
  /** Wait before a failed write is tried again, ms. */
  readonly retryMs: number;
  readonly onFailure: (error: unknown) => void;
}

export class Journal {
  readonly #settings: JournalSettings;
  #waiting: Added[] = [];
  #writing = false;
  #closed = false;
  #drained: (() => void)[] = [];

  constructor(settings: JournalSettings) {
    this.#settings = settings;
  }

  /**
   * Adds a change; `kept` is called when the outbox holds it. Changes are kept in the order in
   * which they came.
   */
  add(change: OutboxChange, kept?: () => void): void {
    this.addTogether([{ change, kept }]);
  }

  /** Adds changes of which the outbox is to hold all, or none. */
  addTogether(changes: readonly Added[]): void {
    if (this.#closed) return;
    this.#waiting.push(...changes);
    if (!this.#writing) void this.#write();
  }

  /** Resolves when everything added so far is kept, or cannot be. Nothing is taken after it. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#writing) await new Promise<void>((resolve) => this.#drained.push(resolve));
    await this.#settings.outbox.close();
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const done = this.#settings.outbox.write(batch.map(({ change }) => change));
        if (done !== undefined) await done;
      } catch (error) {
        this.#waiting = [...batch, ...this.#waiting];
        this.#settings.onFailure(error);
        if (this.#closed) break;
        await this.#pause();
        continue;
      }
      for (const { kept } of batch) kept?.();
    }
    this.#writing = false;
    for (const resolve of this.#drained) resolve();
  }

  #pause(): Promise<void> {
    return new Promise(
      (resolve) => void this.#settings.clock.after(this.#settings.retryMs, resolve),
    );
  }
}
