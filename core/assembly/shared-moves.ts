/** Shows one thread how long ago the loop of another moved. */
import { hrtime } from 'node:process';
import type { LoopMoves } from '../cluster/heart/loop-watch.ts';

const NS_PER_MS = 1_000_000;

export class SharedMoves implements LoopMoves {
  /** For the other thread's own object. */
  readonly memory: SharedArrayBuffer;
  /** When it moved, by the system's monotonic clock, which all threads read alike, ns. */
  readonly #movedNs: BigInt64Array;

  constructor(memory = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#movedNs = new BigInt64Array(memory);
  }

  moved(): void {
    Atomics.store(this.#movedNs, 0, hrtime.bigint());
  }

  get ageMs(): number {
    return Number(hrtime.bigint() - Atomics.load(this.#movedNs, 0)) / NS_PER_MS;
  }
}
