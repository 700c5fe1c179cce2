/** Links that were refused: counted, and told of for a while. */
import type { Clock } from '../../contract/index.ts';
import type { LinkTrouble } from './heart-end.ts';

/** How long after a stranger came it is told of, ms. */
const TOLD_MS = 60_000;

export class Strangers {
  readonly #clock: Clock;
  #refused = 0;
  #last: LinkTrouble | undefined;
  #untilMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `trouble`: of who came here; undefined: of a link that tells of itself. */
  refused(trouble: LinkTrouble | undefined): void {
    this.#refused += 1;
    if (!trouble) return;
    const { code, details } = trouble;
    this.#last = { code, details: { ...details, peer: hostOf(details['peer']) } };
    this.#untilMs = this.#clock.monotonic() + TOLD_MS;
  }

  get trouble(): LinkTrouble | undefined {
    return this.#clock.monotonic() < this.#untilMs ? this.#last : undefined;
  }

  /** Since this was asked last. */
  takeRefused(): number {
    const refused = this.#refused;
    this.#refused = 0;
    return refused;
  }
}

/** Without the port, which differs each time: the same stranger is told of once. */
function hostOf(peer: unknown): string {
  return String(peer).replace(/:\d+$/, '');
}
