/** The hold of each kind of conversation, as the rules of WELCOME and ORDERING say. */
import type { OrderingRule } from '../core/wire/frames.ts';
import { Hold, type HoldReading } from './hold.ts';

/** `d`: direct conversations; `g`: groups. */
export type HoldReadings = Readonly<Record<'d' | 'g', HoldReading>>;

export class Holds {
  readonly #direct: Hold;
  readonly #group: Hold;

  /** As for `Hold`. */
  constructor(raw: boolean, holdMaxMs: number) {
    this.#direct = new Hold(raw, holdMaxMs);
    this.#group = new Hold(raw, holdMaxMs);
  }

  follow(rules: readonly OrderingRule[]): void {
    for (const rule of rules) {
      if (rule.kind !== 'g') this.#direct.follow(rule);
      if (rule.kind !== 'd') this.#group.follow(rule);
    }
  }

  set window(deliveries: number) {
    this.#direct.window = deliveries;
    this.#group.window = deliveries;
  }

  of(conversation: string): Hold {
    return conversation.startsWith('d/') ? this.#direct : this.#group;
  }

  get readings(): HoldReadings {
    return { d: this.#direct.reading, g: this.#group.reading };
  }
}
