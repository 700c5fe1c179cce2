/** How a node's beats and decisions go, told once per change. */
import { ImError, reasonOf, type Health } from '../contract/index.ts';

export class BeatHealth {
  readonly #report: (health: Health) => void;
  /** What the last beat failed of, and the last decision: one may work while the other does not. */
  readonly #failures: { beat?: Health; decision?: Health } = {};
  /** What is wrong between nodes. */
  #problem: ImError | undefined;
  /** Why it was not well when it was told last; empty: it was. */
  #told = '';

  constructor(report: (health: Health) => void) {
    this.#report = report;
  }

  /** The store answers. `problem`: what is wrong between nodes all the same. */
  well(problem: ImError | undefined): void {
    delete this.#failures.beat;
    this.#problem = problem;
    this.#tell();
  }

  /** The store does not answer, or cannot be trusted any more. */
  trouble(error: unknown): void {
    this.#failures.beat = healthAfter(error);
    this.#tell();
  }

  /** Notes how a decision comes out, and settles as it does. */
  async deciding(decision: Promise<void>): Promise<void> {
    try {
      await decision;
      delete this.#failures.decision;
    } catch (error) {
      this.#failures.decision = healthAfter(error);
      throw error;
    } finally {
      this.#tell();
    }
  }

  #tell(): void {
    const { beat, decision } = this.#failures;
    const error = this.#problem;
    const problem: Health | undefined = error && { state: 'degraded', why: error.message, error };
    const health = beat ?? decision ?? problem ?? { state: 'running' };
    const text = health.state === 'running' ? '' : health.why;
    if (text === this.#told) return;
    this.#told = text;
    this.#report(health);
  }
}

function healthAfter(error: unknown): Health {
  const why = `it does not reach the store: ${reasonOf(error)}`;
  const passing = error instanceof ImError && error.kind === 'passing';
  return passing ? { state: 'degraded', why, error } : { state: 'failed', why };
}
