/** The way between one node and its database, each direction of which may be cut. */
import type { Direction } from '../link.ts';

export class StorePath {
  readonly #cut = new Set<Direction>();
  readonly #held: Record<Direction, (() => void)[]> = { up: [], down: [] };

  /** Nothing is cut. */
  get whole(): boolean {
    return this.#cut.size === 0;
  }

  /** Runs at once, or when the direction is mended: what is under way is late, not lost. */
  pass(way: Direction, run: () => void): void {
    if (this.#cut.has(way)) this.#held[way].push(run);
    else run();
  }

  cut(ways: readonly Direction[]): void {
    for (const way of ways) this.#cut.add(way);
  }

  mend(): void {
    this.#cut.clear();
    for (const way of ['up', 'down'] as const) for (const run of this.#held[way].splice(0)) run();
  }
}
