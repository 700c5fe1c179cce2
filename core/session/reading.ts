/**
 * How a session reads: frame after frame, for as long as it may. While it must wait, the transport
 * reads no more either: that is the back-pressure.
 */
import type { ClientFrame } from '../wire/frames.ts';
import { WireError } from '../wire/wire-error.ts';
import type { Input } from './input.ts';

/** What the session tells its reading. */
export interface Reader {
  /** True: whatever comes is discarded. */
  readonly deaf: boolean;
  /** True: read no further; `resume` follows. */
  readonly mustWait: boolean;
  take(frame: ClientFrame): void;
  /** The peer sent what cannot be read. */
  unreadable(error: WireError): void;
  /** It goes on after a wait. */
  resumed(): void;
}

export class Reading {
  readonly #input: Input;
  readonly #reader: Reader;
  #resume: (() => void) | undefined;

  constructor(input: Input, reader: Reader) {
    this.#input = input;
    this.#reader = reader;
  }

  /** True while it waits. */
  get pacing(): boolean {
    return this.#resume !== undefined;
  }

  receive(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#reader.deaf) return undefined;
    this.#input.push(bytes);
    return this.#advance();
  }

  /** Goes on, if whatever stopped it is over. */
  resume(): void {
    if (!this.#resume || (this.#reader.mustWait && !this.#reader.deaf)) return;
    const resume = this.#resume;
    this.#resume = undefined;
    resume();
  }

  #advance(): Promise<void> | undefined {
    try {
      while (!this.#reader.deaf) {
        if (this.#reader.mustWait) return this.#pace();
        const frame = this.#input.next();
        if (frame === undefined) return undefined;
        this.#reader.take(frame);
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#reader.unreadable(error);
    }
    return undefined;
  }

  async #pace(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
    this.#reader.resumed();
    await this.#advance();
  }
}
