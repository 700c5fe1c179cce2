/** A cache of answers for the stage, in the test's hands. */
import type { AnswerCache, Persistence, Remembered } from 'im-kernel/contract';
import type { AnswersSettings } from '../../core/config/role-settings.ts';
import type { AnswersInstance } from '../../core/config/settings.ts';
import { instance } from './effects-stage.ts';
import { inBetween } from './in-between.ts';
import type { StageOptions } from './stage.ts';

export class Shelf {
  readonly values = new Map<string, string>();
  /** Keys of each question. */
  readonly questions: (readonly string[])[] = [];
  /** Pairs of each call that hands some over. */
  readonly handed: (readonly Remembered[])[] = [];
  /** Called before anything is done: throw or wait to fail. */
  trouble: () => Promise<void> | void = () => undefined;
  /** What is answered, made of what would be right. */
  twist: (values: readonly (string | undefined)[]) => unknown = (values) => values;

  async #recall(keys: readonly string[]): Promise<readonly (string | undefined)[]> {
    this.questions.push(keys);
    await this.trouble();
    return this.twist(keys.map((key) => this.values.get(key))) as readonly string[];
  }

  async #remember(pairs: readonly Remembered[]): Promise<void> {
    this.handed.push(pairs);
    await this.trouble();
    for (const { key, value } of pairs) this.values.set(key, value);
  }

  /** As it stands in the configuration. */
  instance(settings: Partial<AnswersSettings> = {}): AnswersInstance {
    const made: Pick<AnswerCache, 'recall' | 'remember'> = {
      recall: (keys) => this.#recall(keys),
      remember: (pairs) => this.#remember(pairs),
    };
    const usual = { timeLimit: 50, suspension: 10_000, pending: 10_000 };
    return { ...instance('answers', 'answers', made), added: { ...usual, ...settings } };
  }

  /** Writes over every value. */
  spoil(change: (value: string, key: string) => string): void {
    for (const [key, value] of this.values) this.values.set(key, change(value, key));
  }
}

/** A store that outlives its stages, with the numbers that it was asked for. */
export class CountedStore {
  readonly asked: number[] = [];
  #store: Persistence | undefined;

  options(changes: Partial<Persistence> = {}): Pick<StageOptions, 'between'> {
    return {
      between: (made) => {
        const store = (this.#store ??= made);
        const findEntry: Persistence['findEntry'] = (key, number) => {
          this.asked.push(number);
          return store.findEntry(key, number);
        };
        return inBetween(store, { findEntry, ...changes });
      },
    };
  }
}
