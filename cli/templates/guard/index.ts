/** Refuses texts that are longer than the settings allow. */
import {
  definePlugin,
  whole,
  type Guard,
  type GuardedMessage,
  type GuardVerdict,
} from 'im-kernel/contract';

class MyGuard implements Guard {
  readonly #maxCharacters: number;

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  /** Answer at once where you can; a promise is waited for up to `timeLimit`. */
  look({ mediaType, body }: GuardedMessage): GuardVerdict {
    if (!mediaType.toLowerCase().startsWith('text/')) return { is: 'allow' };
    const { length } = new TextDecoder().decode(body);
    if (length <= this.#maxCharacters) return { is: 'allow' };
    return { is: 'refuse', detail: `a text has at most ${this.#maxCharacters} characters` };
  }
}

export default definePlugin({
  contract: 1,
  role: 'guard',
  type: 'my-plugin',
  summary: 'Refuses texts that are too long.',
  stability: 'experimental',
  config: {
    maxCharacters: whole({ help: 'The longest text, in characters.', fallback: 500, min: 1 }),
  },
  create: ({ maxCharacters }) => new MyGuard(maxCharacters),
});
