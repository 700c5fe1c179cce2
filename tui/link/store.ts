/**
 * The state, outside of React: what comes from servers is published twice a second, or four times
 * while the owner changes; what comes from keys at once.
 */
import { pressed } from '../model/keys.ts';
import type { Effect } from '../model/acts.ts';
import type { Press } from '../model/press.ts';
import { reduce, type Action } from '../model/state.ts';
import { settle } from '../model/rows.ts';
import type { State } from '../model/ui.ts';
import { atMostToEnd } from '../screens/picture.ts';
import type { Surroundings } from './surroundings.ts';

const CALM_MS = 500;
const BUSY_MS = 250;

export class Store {
  readonly #around: Pick<Surroundings, 'now' | 'after'>;
  readonly #listeners = new Set<() => void>();
  #state: State;
  #published: State;
  #timer: (() => void) | undefined;

  constructor(state: State, around: Pick<Surroundings, 'now' | 'after'>) {
    this.#state = this.#published = state;
    this.#around = around;
  }

  get state(): State {
    return this.#state;
  }

  /** For React. */
  readonly published = (): State => this.#published;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  dispatch(action: Action): void {
    const before = this.#state;
    this.#state = reduce(before, action, this.#around.now());
    if (isAwaited(action, before)) this.publish();
  }

  press(press: Press): readonly Effect[] {
    const { state, effects } = pressed(this.#state, press);
    this.#state = settle(atMostToEnd(state));
    this.publish();
    return effects;
  }

  publish(): void {
    if (this.#published === this.#state) return;
    this.#published = this.#state;
    for (const listener of this.#listeners) listener();
  }

  /** Lets time go on; `each` is called after each step of it. */
  run(each: () => void): void {
    const { change } = this.#state.data;
    const busy = change !== undefined && change.endedAt === undefined;
    this.#timer = this.#around.after(busy ? BUSY_MS : CALM_MS, () => {
      this.dispatch({ kind: 'tick' });
      each();
      this.publish();
      this.run(each);
    });
  }

  stop(): void {
    this.#timer?.();
    this.#timer = undefined;
  }
}

/** An answer is what somebody waits for: other rows, another screen. */
function isAwaited(action: Action, { data }: State): boolean {
  const { kind } = action;
  if (kind !== 'views') return ['size', 'say', 'told', 'refused', 'unwanted'].includes(kind);
  const known = new Set([...data.views.values()].map(({ topic }) => topic));
  return Object.keys(action.frame.views).some((topic) => !known.has(topic));
}
