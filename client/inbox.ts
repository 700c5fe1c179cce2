/**
 * Which deliveries are new: each (conversation, position) of a log is shown once, and none is
 * passed over. A state machine without input or output, after PROTOCOL section 4.
 */

/** show: it is next. repeat: it was taken before. gap: earlier ones, above `after`, are missing. */
export type Verdict =
  | { readonly verdict: 'show' }
  | { readonly verdict: 'repeat' }
  | { readonly verdict: 'gap'; readonly after: number };

const SHOW: Verdict = { verdict: 'show' };
const REPEAT: Verdict = { verdict: 'repeat' };

export class Inbox {
  /** Taken up to here, by conversation; one that is not in it begins wherever the server begins. */
  readonly #taken = new Map<string, number>();

  /** What an earlier client of this device had handled. */
  load(received: ReadonlyMap<string, number>): void {
    for (const [conversation, position] of received) this.#taken.set(conversation, position);
  }

  /** `previous`: the last earlier position meant for this device; absent: the one before. */
  judge(conversation: string, position: number, previous = position - 1): Verdict {
    const taken = this.#taken.get(conversation);
    if (taken === undefined) return SHOW;
    if (position <= taken) return REPEAT;
    return previous > taken ? { verdict: 'gap', after: taken } : SHOW;
  }

  /** It will be shown, after all that was taken before it. */
  take(conversation: string, position: number): void {
    const taken = this.#taken.get(conversation);
    if (taken === undefined || position > taken) this.#taken.set(conversation, position);
  }

  /** Another log: positions lost their meaning. */
  forget(): void {
    this.#taken.clear();
  }
}
