/**
 * How late the main loop is, by a tick of its own: shown, told to the other nodes, and used: a node
 * whose loop stood for long should be given nothing.
 */
import type { Cancel, Clock } from '../../contract/index.ts';

/** Where a loop shows that it moves, and others see it. */
export interface LoopMoves {
  moved(): void;
  /** Since it moved, ms. */
  readonly ageMs: number;
}

interface Surroundings {
  readonly clock: Clock;
  readonly moves: LoopMoves;
  readonly beatMs: number;
  /** A loop that was later than this is not steady. */
  readonly lateMs: number;
}

const TICK_MS = 100;
/** For so many beats after it was late it is not steady. */
const UNSTEADY_BEATS = 3;

export class LoopWatch {
  readonly #around: Surroundings;
  #cancel: Cancel = () => undefined;
  #dueMs = Infinity;
  /** The longest of this beat and of the last one. */
  #worstMs: readonly [now: number, before: number] = [0, 0];
  #beatEndsMs = 0;
  #unsteadyUntilMs = -Infinity;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  start(): void {
    this.#beatEndsMs = this.#around.clock.monotonic() + this.#around.beatMs;
    this.#around.moves.moved();
    this.#wait();
  }

  stop(): void {
    this.#cancel();
    this.#dueMs = Infinity;
  }

  /** The longest that it was late within the last beat or two, ms. */
  get delayMs(): number {
    this.#note();
    return Math.round(Math.max(...this.#worstMs));
  }

  /** False: it stood for too long, not long ago. */
  get steady(): boolean {
    this.#note();
    return this.#around.clock.monotonic() >= this.#unsteadyUntilMs;
  }

  #wait(): void {
    const { clock, moves } = this.#around;
    this.#dueMs = clock.monotonic() + TICK_MS;
    this.#cancel = clock.after(TICK_MS, () => {
      this.#note();
      moves.moved();
      this.#wait();
    });
  }

  /** After a pause, others may run before the tick that is late. */
  #note(): void {
    const { clock, beatMs, lateMs } = this.#around;
    const nowMs = clock.monotonic();
    if (nowMs >= this.#beatEndsMs) {
      this.#worstMs = [0, nowMs < this.#beatEndsMs + beatMs ? this.#worstMs[0] : 0];
      this.#beatEndsMs = nowMs + beatMs;
    }
    const overdueMs = Math.max(0, nowMs - this.#dueMs);
    this.#worstMs = [Math.max(this.#worstMs[0], overdueMs), this.#worstMs[1]];
    if (overdueMs > lateMs) this.#unsteadyUntilMs = nowMs + UNSTEADY_BEATS * beatMs;
  }
}

/** Within one thread. */
export class OwnMoves implements LoopMoves {
  readonly #clock: Clock;
  #movedMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#movedMs = clock.monotonic();
  }

  moved(): void {
    this.#movedMs = this.#clock.monotonic();
  }

  get ageMs(): number {
    return this.#clock.monotonic() - this.#movedMs;
  }
}
