/** Which ordering a conversation has: each kind may have its own. */
import type { Ordering, ReaderRule } from '../contract/index.ts';
import type { OrderingRule } from '../wire/frames.ts';

/** Orderings with what is theirs, `T`, such as a part of a batch. */
interface Share<T> {
  readonly ordering: Ordering;
  readonly items: readonly T[];
}

export class Orderings {
  readonly #direct: Ordering;
  readonly #group: Ordering;

  /** The same one twice: it is for every conversation. */
  constructor(direct: Ordering, group: Ordering) {
    this.#direct = direct;
    this.#group = group;
  }

  of(conversation: string): Ordering {
    return conversation.startsWith('d/') ? this.#direct : this.#group;
  }

  /** The one of each kind of conversation. */
  get kinds(): { readonly direct: Ordering; readonly group: Ordering } {
    return { direct: this.#direct, group: this.#group };
  }

  /** Parts a list by ordering, its sequence kept within each. */
  share<T>(items: readonly T[], conversationOf: (item: T) => string): readonly Share<T>[] {
    if (this.#direct === this.#group) return [{ ordering: this.#direct, items }];
    return [this.#direct, this.#group]
      .map((ordering) => ({
        ordering,
        items: items.filter((item) => this.of(conversationOf(item)) === ordering),
      }))
      .filter((share) => share.items.length > 0);
  }

  /**
   * What clients are told: one rule for all, or one for each kind. `news`: what an ordering has
   * just announced.
   */
  rules(news?: { readonly by: Ordering; readonly rule: ReaderRule }): readonly OrderingRule[] {
    const ruleOf = (one: Ordering): ReaderRule => (news?.by === one ? news.rule : one.rule);
    if (this.#direct === this.#group) return [ruleOf(this.#direct)];
    return [
      { ...ruleOf(this.#direct), kind: 'd' },
      { ...ruleOf(this.#group), kind: 'g' },
    ];
  }
}
