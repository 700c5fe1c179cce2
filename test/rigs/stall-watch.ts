/** How long a server's event loop stood still, beyond what the machine is to blame for. */
import type { Besieged } from './besieged.ts';
import { Bystander } from './bystander.ts';
import { runDelayMs } from './run-delay.ts';

export class StallWatch {
  readonly #besieged: Besieged;
  readonly #bystander = new Bystander();
  #delayedMs = 0;

  constructor(besieged: Besieged) {
    this.#besieged = besieged;
  }

  /**
   * Since the last call, in ms. Taken off: what an idle process stood still meanwhile, or how long
   * the server waited for a core, whichever is more.
   */
  async longestMs(): Promise<number> {
    this.#besieged.loopDelayMs = 0;
    await this.#besieged.metrics();
    const delayedMs = runDelayMs(this.#besieged.server.pid ?? 0);
    const waitedMs = delayedMs - this.#delayedMs;
    this.#delayedMs = delayedMs;
    const idleMs = await this.#bystander.longestMs();
    return Math.max(0, this.#besieged.loopDelayMs - Math.max(idleMs, waitedMs));
  }

  leave(): Promise<void> {
    return this.#bystander.leave();
  }
}
