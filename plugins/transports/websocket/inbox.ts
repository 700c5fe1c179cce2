/**
 * Hands messages to the kernel one after the other. One read from the socket may hold many, and
 * the kernel may ask to wait after any of them; the rest of that read stays here, at most `max`
 * messages.
 */
export interface InboxOptions {
  readonly max: number;
  /** Gives one message on; a promise: no other until it resolves. */
  hand(bytes: Uint8Array): Promise<void> | undefined;
  pause(): void;
  resume(): void;
  /** The promise was rejected. */
  fail(error: unknown): void;
}

export class Inbox {
  readonly #options: InboxOptions;
  #messages: Uint8Array[] = [];
  #at = 0;
  #waiting = false;
  #last: (() => void) | undefined;
  #cleared = false;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** False: it is full, and the message is not kept. */
  put(bytes: Uint8Array): boolean {
    if (!this.#waiting) this.#hand(bytes);
    else if (this.#messages.length - this.#at >= this.#options.max) return false;
    else this.#messages.push(bytes);
    return true;
  }

  /** Runs `last` once all is handed on: now, if nothing waits. Only the first one counts. */
  afterAll(last: () => void): void {
    if (!this.#waiting) last();
    else this.#last ??= last;
  }

  /** Drops what waits; nothing is handed on any more. */
  clear(): void {
    this.#cleared = true;
    this.#messages = [];
    this.#last = undefined;
  }

  #hand(bytes: Uint8Array): void {
    const wait = this.#options.hand(bytes);
    if (!wait) return;
    this.#waiting = true;
    this.#options.pause();
    wait.then(this.#handOn, (error: unknown) => this.#options.fail(error));
  }

  readonly #handOn = (): void => {
    this.#waiting = false;
    while (!this.#waiting && !this.#cleared && this.#at < this.#messages.length) {
      const bytes = this.#messages[this.#at];
      this.#at += 1;
      if (bytes) this.#hand(bytes);
    }
    if (this.#waiting || this.#cleared) return;
    this.#messages = [];
    this.#at = 0;
    this.#options.resume();
    const last = this.#last;
    this.#last = undefined;
    last?.();
  };
}
