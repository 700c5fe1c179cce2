/** The stream with what the screen needs, to the member that is followed. */
import type { Target } from '../../core/admin/client/admin-client.ts';
import type { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import { outlookOf, SLOWLY_MS } from '../../core/admin/client/outlook.ts';
import type { Action } from '../model/state.ts';
import type { Wants } from '../model/wants.ts';
import { problemOf } from './problem-of.ts';
import type { Surroundings } from './surroundings.ts';

interface Around extends Surroundings {
  readonly dispatch: (action: Action) => void;
}

/** Somebody who holds a key down changes the wishes with each: the last one counts, so often. */
const CHANGE_MS = 100;
const RETRY_MS = 1_000;
const nothing = (): void => undefined;

export class Follower {
  readonly #around: Around;
  #target: Target | undefined;
  #wants: Wants = { topics: [], intervalMs: 0 };
  #stream: (() => void) | undefined;
  #timer: (() => void) | undefined;
  #openedAt = -Infinity;

  constructor(around: Around) {
    this.#around = around;
  }

  follow(target: Target | undefined, wants: Wants): void {
    if (target === this.#target && sameWants(wants, this.#wants)) return;
    this.#target = target;
    this.#wants = wants;
    // Never later because of one more change: rows must come while the key is still down.
    this.#again(target ? Math.max(0, this.#openedAt + CHANGE_MS - this.#around.now()) : 0);
  }

  stop(): void {
    this.#timer?.();
    this.#stream?.();
    this.#timer = this.#stream = this.#target = undefined;
  }

  #again(delayMs: number): void {
    this.#timer?.();
    this.#timer = this.#around.after(delayMs, () => this.#open());
  }

  #open(): void {
    this.#stream?.();
    this.#stream = undefined;
    const wants = this.#wants;
    const { topics, intervalMs } = wants;
    if (!this.#target || topics.length === 0) return;
    const { connect, dispatch, now } = this.#around;
    this.#openedAt = now();
    this.#stream = connect(this.#target).watch(
      { topic: [...topics], intervalMs },
      {
        frame: (frame) => dispatch({ kind: 'views', frame }),
        event: nothing,
        lost: nothing,
        beat: nothing,
        closed: (problem) => {
          // Of what nobody wants any more: what is wanted instead is about to be asked for.
          if (wants === this.#wants) this.#closed(problem);
        },
      },
    );
  }

  /** What is refused each time is not asked for again before something else is wanted. */
  #closed(problem: AdminProblem): void {
    const outlook = outlookOf(problem);
    if (outlook !== 'soon') {
      const { topics } = this.#wants;
      this.#around.dispatch({ kind: 'unwanted', topics, problem: problemOf(problem) });
    }
    if (outlook !== 'never') this.#again(outlook === 'soon' ? RETRY_MS : SLOWLY_MS);
  }
}

function sameWants(a: Wants, b: Wants): boolean {
  return a.intervalMs === b.intervalMs && a.topics.join('\n') === b.topics.join('\n');
}
