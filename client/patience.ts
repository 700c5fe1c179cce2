/**
 * How long to wait for a server that had fallen silent. The system under a hung process still opens
 * connections for it, so that only waiting tells: not for long, while others may be asked instead.
 */
import type { ClientLimits } from './limits.ts';

/** More addresses than this are not remembered: the oldest is forgotten. */
const SILENT_MAX = 16;

export class Patience {
  readonly #limits: Pick<ClientLimits, 'silentTimeoutMs'>;
  /** Address to ms. */
  readonly #waits = new Map<string, number>();

  constructor(limits: Pick<ClientLimits, 'silentTimeoutMs'>) {
    this.#limits = limits;
  }

  /** In ms; infinite for one that has not fallen silent. */
  with(address: string): number {
    return this.#waits.get(address) ?? Infinity;
  }

  /** It said nothing any more, or again nothing: then it gets twice as long, for it may be slow. */
  silent(address: string, wasOnline: boolean): void {
    const waitMs = this.#waits.get(address);
    if (wasOnline) this.#waits.set(address, this.#limits.silentTimeoutMs);
    else if (waitMs !== undefined) this.#waits.set(address, waitMs * 2);
    const [oldest] = this.#waits.keys();
    if (this.#waits.size > SILENT_MAX && oldest !== undefined) this.#waits.delete(oldest);
  }

  /** It speaks, or is gone. */
  over(address: string): void {
    this.#waits.delete(address);
  }
}
