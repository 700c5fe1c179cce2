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
  /** The connections that they came on since it was asked last. */
  readonly #speaking = new Set<number>();

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
    const number = this.count;
    return {
      received: (bytes) => {
        decoder.push(bytes.slice());
        for (let frame = decoder.next(); frame !== undefined; frame = decoder.next())
          if (!FAREWELLS.has(frame.type)) this.#heard(number, frame.type);
      },
      closed: () => {
        this.#open -= 1;
      },
    };
  };

  /** On so many connections something was said since it was asked last. */
  speakers(): number {
    const { size } = this.#speaking;
    this.#speaking.clear();
    return size;
  }

  #heard(number: number, type: string): void {
    this.said.push(type);
    this.#speaking.add(number);
  }
}
