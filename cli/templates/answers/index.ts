/** Remembers recent answers in this process: of use to one node whose store is slow to read. */
import {
  definePlugin,
  duration,
  whole,
  type AnswerCache,
  type Clock,
  type Remembered,
} from 'im-kernel/contract';

interface Settings {
  /** ms. */
  readonly expiry: number;
  readonly answers: number;
}

class MyAnswers implements AnswerCache {
  readonly #settings: Settings;
  readonly #clock: Clock;
  /** The longest unused first. */
  readonly #known = new Map<string, { readonly value: string; readonly untilMs: number }>();

  constructor(settings: Settings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.#known.clear();
  }

  async recall(keys: readonly string[]): Promise<readonly (string | undefined)[]> {
    return keys.map((key) => {
      const found = this.#known.get(key);
      if (!found || found.untilMs <= this.#clock.monotonic()) return undefined;
      this.#keep(key, found.value);
      return found.value;
    });
  }

  async remember(pairs: readonly Remembered[]): Promise<void> {
    for (const { key, value } of pairs) this.#keep(key, value);
  }

  #keep(key: string, value: string): void {
    const untilMs = this.#clock.monotonic() + this.#settings.expiry;
    this.#known.delete(key);
    this.#known.set(key, { value, untilMs });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#settings.answers) return;
      this.#known.delete(oldest);
    }
  }
}

export default definePlugin({
  contract: 1,
  role: 'answers',
  type: 'my-plugin',
  summary: 'Remembers recent answers in this process.',
  stability: 'experimental',
  config: {
    expiry: duration({
      help: 'How long an answer is remembered; a repeat begins that time anew.',
      fallback: 3_600_000,
      min: 1,
    }),
    answers: whole({ help: 'Answers remembered at once.', fallback: 100_000, min: 1 }),
  },
  create: (settings, { clock }) => new MyAnswers(settings, clock),
});
