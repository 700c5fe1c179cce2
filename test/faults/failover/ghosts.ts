/**
 * Connections that their clients have left and that stay open all the same, so that it is heard
 * what a server says on them after its time is over.
 */
import { FrameDecoder } from '../../../core/wire/frame-decoder.ts';
import type { Lingering } from '../tapped-connector.ts';

const MAX_FRAME_BYTES = 1 << 20;
/** What one may say that has nothing to say any more. */
const FAREWELLS: ReadonlySet<string> = new Set(['moved', 'error', 'ping', 'pong']);

export class Ghosts {
  #addresses: ReadonlySet<string> = new Set();
  #open = 0;
  /** Connections that stayed. */
  count = 0;
  /** The kinds of frames that came and are no farewell. */
  readonly said: string[] = [];

  /** From now on connections to these addresses stay. */
  watch(addresses: readonly string[]): void {
    this.#addresses = new Set(addresses);
  }

  /** Those that the server has not closed yet. */
  get open(): number {
    return this.#open;
  }

  readonly linger = (address: string): Lingering | undefined => {
    if (!this.#addresses.has(address)) return undefined;
    const settings = { framing: 'stream', maxFrameBytes: MAX_FRAME_BYTES, from: 'server' } as const;
    // Nobody asks anything but histories.
    const decoder = new FrameDecoder({ ...settings, whatOf: () => 'history' });
    this.count += 1;
    this.#open += 1;
    return {
      received: (bytes) => {
        decoder.push(bytes.slice());
        for (let frame = decoder.next(); frame !== undefined; frame = decoder.next())
          if (!FAREWELLS.has(frame.type)) this.said.push(frame.type);
      },
      closed: () => {
        this.#open -= 1;
      },
    };
  };
}
