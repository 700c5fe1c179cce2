/** One of something at a time, which another may follow: who uses the old one ends with it. */
export class Current<T> {
  #held: Held<T>;

  constructor(value: T) {
    this.#held = { value, users: 0, left: undefined };
  }

  get value(): T {
    return this.#held.value;
  }

  /** Whatever follows meanwhile, `run` has this one to its end. */
  async use<R>(run: (value: T) => R | Promise<R>): Promise<R> {
    const held = this.#held;
    held.users += 1;
    try {
      return await run(held.value);
    } finally {
      held.users -= 1;
      if (held.users === 0) held.left?.();
    }
  }

  /** Who comes from now on has `next`. Resolves when nobody uses the one before any more. */
  exchange(next: T): Promise<void> {
    const old = this.#held;
    this.#held = { value: next, users: 0, left: undefined };
    if (old.users === 0) return Promise.resolve();
    return new Promise((resolve) => (old.left = resolve));
  }
}

interface Held<T> {
  readonly value: T;
  users: number;
  left: (() => void) | undefined;
}
