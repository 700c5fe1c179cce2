/**
 * A device's memory, which outlives the process of its client. A write takes time; one that is
 * under way when the client dies may or may not be kept.
 */
import {
  applyChange,
  changesOf,
  emptyOutbox,
  type Outbox,
  type OutboxChange,
  type OutboxState,
} from '../../client/outbox.ts';
import type { Life } from './life.ts';
import type { Prng } from './prng.ts';
import type { Situations } from './situations.ts';

export interface SimOutboxParts {
  readonly life: Life;
  readonly prng: Prng;
  readonly situations: Situations;
  /** Mean time of a write; 0: done at once. */
  readonly writeMs: number;
}

/** What is kept of one device, between the lives of its client. */
export class DeviceMemory {
  #state = emptyOutbox();

  get state(): OutboxState {
    return this.#state;
  }

  forget(): void {
    this.#state = emptyOutbox();
  }

  /** The outbox for one life of the client. */
  outbox({ life, prng, situations, writeMs }: SimOutboxParts): Outbox {
    const state = this.#state;
    let underWay: readonly OutboxChange[] | undefined;
    const apply = (changes: readonly OutboxChange[]): void => {
      for (const change of changes) applyChange(state, change);
    };
    life.onEnd(() => {
      if (underWay === undefined) return;
      if (prng.chance(0.5)) apply(underWay);
      else situations.add('outbox write lost in a crash');
    });
    return {
      load: () => {
        const copy = emptyOutbox();
        for (const change of changesOf(state)) applyChange(copy, change);
        return Promise.resolve(copy);
      },
      write: (changes) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        if (!life.act()) return promise;
        if (writeMs === 0) {
          apply(changes);
          return undefined;
        }
        underWay = changes;
        life.after(prng.exponential(writeMs), () => {
          underWay = undefined;
          apply(changes);
          resolve();
        });
        return promise;
      },
      close: () => Promise.resolve(),
    };
  }
}
