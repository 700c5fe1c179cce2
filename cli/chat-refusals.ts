/**
 * What a chat says while a server that is there takes nothing: one quiet line after a while, and
 * one when it goes on. Most of it is over before anybody need know.
 */
import type { Cancel, Client, ClientClock, CommandHandle } from '../client/index.ts';
import { lengthText, safeText } from './chat-text.ts';

export interface RefusalParts {
  readonly clock: Pick<ClientClock, 'monotonic' | 'after'>;
  readonly say: (text: string) => void;
}

/** So long nothing is said. */
const QUIET_MS = 3_000;
const LOOK_MS = 500;

export class Refusals {
  readonly #parts: RefusalParts;
  /** The first that was put off, and is not answered yet. */
  #first: { readonly handle: CommandHandle; readonly sinceMs: number } | undefined;
  #why = '';
  #said = false;
  #cancel: Cancel | undefined;

  constructor(parts: RefusalParts) {
    this.#parts = parts;
  }

  putOff(handle: CommandHandle, why: string): void {
    const { clock } = this.#parts;
    this.#why = why;
    if (this.#first?.handle.state === 'pending') return;
    this.#over();
    this.#first = { handle, sinceMs: clock.monotonic() };
    this.#cancel = clock.after(QUIET_MS, () => this.#look());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#first = undefined;
  }

  #look(): void {
    const { clock, say } = this.#parts;
    if (this.#first?.handle.state !== 'pending') return this.#over();
    if (!this.#said) {
      this.#said = true;
      say(`the server takes nothing for now: ${this.#why}; what you write is sent later`);
    }
    this.#cancel = clock.after(LOOK_MS, () => this.#look());
  }

  #over(): void {
    const { clock, say } = this.#parts;
    if (this.#first && this.#said) {
      say(`-- the server goes on, after ${lengthText(clock.monotonic() - this.#first.sinceMs)} --`);
    }
    this.#said = false;
    this.stop();
  }
}

/** Listens to a client; the result ends it. */
export function watchRefusals(im: Client, parts: RefusalParts): Cancel {
  const refusals = new Refusals(parts);
  const cancel = im.on('put-off', ({ handle, code, detail }) => {
    refusals.putOff(handle, safeText(detail === undefined ? code : `${code} (${detail})`));
  });
  return () => {
    cancel();
    refusals.stop();
  };
}
