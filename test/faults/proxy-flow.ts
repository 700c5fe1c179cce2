/** One direction of a connection through the fault proxy: what came waits until it may go on. */
import type { Socket } from 'node:net';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';

/** How a direction treats what comes, asked anew for every piece. */
export interface Weather {
  /** Nothing goes on, neither bytes nor an end. */
  readonly stalls: boolean;
  readonly delayMs: number;
  /** The size of the next piece, in bytes; Infinity: as it came. */
  readonly pieceBytes: () => number;
}

/** Above it nothing more is read, as a full window of TCP would have it. */
const HELD_MAX_BYTES = 65_536;

interface Held {
  bytes: Uint8Array;
  readonly dueMs: number;
}
type End = 'end' | 'reset';

export class ProxyFlow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #weather: () => Weather;
  readonly #held: Held[] = [];
  #heldBytes = 0;
  #end: End | undefined;
  #running = false;

  constructor(from: Socket, to: Socket, weather: () => Weather) {
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    from.on('data', (bytes: Uint8Array) => this.#came(bytes));
    from.on('end', () => this.#ended('end'));
    from.on('error', () => this.#ended('reset'));
    from.on('close', () => this.#ended('reset'));
    to.on('close', () => this.#drop());
  }

  /** The weather has changed: goes on if it lets. */
  wake(): void {
    if (this.#running) return;
    this.#running = true;
    this.#run().then(
      () => (this.#running = false),
      // A socket that breaks while it is written to has told so by its own event.
      () => (this.#running = false),
    );
  }

  #came(bytes: Uint8Array): void {
    this.#held.push({ bytes, dueMs: performance.now() + this.#weather().delayMs });
    this.#heldBytes += bytes.length;
    if (this.#heldBytes >= HELD_MAX_BYTES) this.#from.pause();
    this.wake();
  }

  #ended(how: End): void {
    this.#end ??= how;
    this.wake();
  }

  #drop(): void {
    this.#held.length = 0;
    this.#heldBytes = 0;
    this.#from.resume();
  }

  async #run(): Promise<void> {
    while (!this.#weather().stalls && !this.#to.destroyed) {
      const [first] = this.#held;
      if (first === undefined) {
        if (this.#end === 'end') this.#to.end();
        if (this.#end === 'reset') this.#to.resetAndDestroy();
        return;
      }
      const earlyMs = first.dueMs - performance.now();
      if (earlyMs > 0) await pause(earlyMs);
      else await this.#pass(first);
    }
  }

  async #pass(first: Held): Promise<void> {
    const piece = first.bytes.subarray(0, this.#weather().pieceBytes());
    first.bytes = first.bytes.subarray(piece.length);
    if (first.bytes.length === 0) this.#held.shift();
    this.#heldBytes -= piece.length;
    if (this.#heldBytes < HELD_MAX_BYTES) this.#from.resume();
    // Let go of each alone, or the system would join them again.
    if (this.#to.write(piece)) return turn();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#to.off('drain', done).off('close', done);
        resolve();
      };
      this.#to.on('drain', done).on('close', done);
    });
  }
}
