/** What one file of instrumented code counts while it runs, as istanbul lays it out. */
export interface FileCounters {
  s: Record<string, number> | Uint32Array;
  b: Record<string, readonly number[] | Uint32Array>;
}

/**
 * For each counter and each bucket of it (once, twice, more often in one execution): the length of
 * the shortest input that reached it.
 */
export type Seen = Uint16Array;

const BUCKETS = 3;
const NEVER = 0xffff;
/** So much shorter must an input be to count as news where a longer one has been. */
const SHORTER = 0.5;
/** Inputs up to this length are as good as each other. */
const SHORT_BYTES = 16;

/**
 * The counters of instrumented code, moved into one typed array: clearing them and looking for news
 * after each execution costs about as much as one decoding.
 */
export class Coverage {
  readonly #counters: Uint32Array;
  /** Statements stand before this index, branches from it on. */
  readonly #firstBranch: number;

  /** Takes over the counters of all files; the code must not be running. */
  constructor(files: readonly FileCounters[]) {
    const statements = files.reduce((sum, { s }) => sum + Object.keys(s).length, 0);
    const ways = files.flatMap(({ b }) => Object.values(b));
    const total = ways.reduce((sum, way) => sum + way.length, statements);
    this.#counters = new Uint32Array(total);
    this.#firstBranch = statements;
    let at = 0;
    const take = (length: number) => this.#counters.subarray(at, (at += length));
    for (const file of files) file.s = take(Object.keys(file.s).length);
    for (const { b } of files) for (const key of Object.keys(b)) b[key] = take(b[key]!.length);
  }

  nothingSeen(): Seen {
    return new Uint16Array(this.#counters.length * BUCKETS).fill(NEVER);
  }

  /** To be called before each execution. */
  clear(): void {
    this.#counters.fill(0);
  }

  /**
   * Adds the execution since `clear`, of an input of that length, to what was seen. True if it
   * reached what none has reached before, or only much longer ones.
   */
  addTo(seen: Seen, length: number): boolean {
    const counters = this.#counters;
    const size = Math.max(length, SHORT_BYTES);
    let isNew = false;
    for (let i = 0; i < counters.length; i++) {
      const count = counters[i]!;
      if (count === 0) continue;
      const bucket = i * BUCKETS + Math.min(count, BUCKETS) - 1;
      if (size >= seen[bucket]! * SHORTER) continue;
      seen[bucket] = size;
      isNew = true;
    }
    return isNew;
  }

  /** Branches reached by any execution, of all there are. */
  branches(seen: Seen): { readonly covered: number; readonly total: number } {
    let covered = 0;
    for (let i = this.#firstBranch; i < this.#counters.length; i++) {
      if (seen.subarray(i * BUCKETS, (i + 1) * BUCKETS).some((length) => length < NEVER)) covered++;
    }
    return { covered, total: this.#counters.length - this.#firstBranch };
  }
}
