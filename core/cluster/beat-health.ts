/** How a node's beats go, told once per change. */
import { ImError, reasonOf, type Health } from '../contract/index.ts';

export class BeatHealth {
  readonly #report: (health: Health) => void;
  /** Why it was not well when it was told last; empty: it was. */
  #told = '';

  constructor(report: (health: Health) => void) {
    this.#report = report;
  }

  /** The store answers. `problem`: what is wrong between nodes all the same. */
  well(problem: ImError | undefined): void {
    if (problem) this.#tell({ state: 'degraded', why: problem.message, error: problem });
    else this.#tell({ state: 'running' });
  }

  /** The store does not answer, or cannot be trusted any more. */
  trouble(error: unknown): void {
    const why = `it does not reach the store: ${reasonOf(error)}`;
    const passing = error instanceof ImError && error.kind === 'passing';
    this.#tell(passing ? { state: 'degraded', why, error } : { state: 'failed', why });
  }

  #tell(health: Health): void {
    const text = health.state === 'running' ? '' : health.why;
    if (text === this.#told) return;
    this.#told = text;
    this.#report(health);
  }
}
