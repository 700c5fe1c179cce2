/** The way in from one peer: bytes in any slices, or whole messages, become frames. */
import type { Binding } from '../contract/index.ts';
import { FrameDecoder } from '../wire/frame-decoder.ts';
import type { ClientFrame } from '../wire/frames.ts';
import { decodeJson } from '../wire/json.ts';
import { WireError } from '../wire/wire-error.ts';

export class Input {
  readonly #decoder: FrameDecoder | undefined;
  #message: Uint8Array | undefined;
  #maxFrameBytes: number;

  constructor(binding: Binding, maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
    if (binding.encoding === 'tlv') {
      this.#decoder = new FrameDecoder({ from: 'client', framing: binding.framing, maxFrameBytes });
    }
  }

  limit(maxFrameBytes: number): void {
    this.#maxFrameBytes = maxFrameBytes;
    if (this.#decoder) this.#decoder.maxFrameBytes = maxFrameBytes;
  }

  push(bytes: Uint8Array): void {
    if (this.#decoder) this.#decoder.push(bytes);
    else this.#message = bytes;
  }

  /** The next whole frame; throws WireError. */
  next(): ClientFrame | undefined {
    if (this.#decoder) return this.#decoder.next() as ClientFrame | undefined;
    const message = this.#message;
    if (!message) return undefined;
    this.#message = undefined;
    if (message.length > this.#maxFrameBytes) {
      throw new WireError('frame-too-large', 'a message above the limit', message.length);
    }
    return decodeJson(message, 'client');
  }

  /** True when a frame has begun and not ended. */
  get partial(): boolean {
    return (this.#decoder?.partialBytes ?? 0) > 0;
  }
}
