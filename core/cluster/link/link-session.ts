/** One link over one byte stream: proven first, then frames both ways, watched for silence. */
import {
  ImError,
  type Cancel,
  type Clock,
  type Link,
  type LinkEar,
  type LinkOptions,
} from '../../contract/index.ts';
import { Handshake, HANDSHAKE_FRAME_MAX, type Secret, type Step } from './handshake.ts';
import { encodeLinkFrame, LinkFrameReader, type LinkFrame } from './link-frames.ts';
import type { ByteStream, StreamEar } from './network.ts';

/** Heartbeats of silence after which the other end counts as gone. */
const SILENCES = 2.5;
const encoder = new TextEncoder();

export interface SessionOptions {
  readonly side: 'connects' | 'listens';
  readonly options: LinkOptions;
  readonly secret: Secret;
  readonly nonce: Uint8Array;
  readonly clock: Clock;
  readonly ear: LinkEar;
}

export class LinkSession implements Link, StreamEar {
  readonly #around: SessionOptions;
  readonly #handshake: Handshake;
  readonly #reader = new LinkFrameReader();
  #stream: ByteStream | undefined;
  #state: 'proving' | 'open' | 'ended' = 'proving';
  #heardMs: number;
  #cancel: Cancel;

  constructor(around: SessionOptions) {
    const { side, options, secret, nonce, clock } = around;
    this.#around = around;
    this.#handshake = new Handshake({ side, purpose: options.purpose, secret, nonce });
    this.#heardMs = clock.monotonic();
    this.#cancel = clock.after(options.openTimeoutMs, () => {
      this.#end(this.#away(`it was not open within ${options.openTimeoutMs} ms`), 'destroy');
    });
  }

  /** Called once, before anything else. */
  over(stream: ByteStream): void {
    this.#stream = stream;
  }

  get peer(): string {
    return this.#stream?.peer ?? '';
  }

  send(frame: Uint8Array): boolean {
    if (this.#state !== 'open') return false;
    const { outputMaxBytes } = this.#around.options;
    if ((this.#stream?.pendingBytes ?? 0) + frame.length > outputMaxBytes) {
      this.#end(this.#away('it takes nothing any more'), 'destroy');
      return false;
    }
    this.#stream?.write(encodeLinkFrame('data', frame));
    return true;
  }

  close(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#cancel();
    this.#stream?.destroy();
  }

  opened(): void {
    if (this.#around.side === 'connects' && this.#state === 'proving') {
      this.#stream?.write(encodeLinkFrame('hello', this.#handshake.hello()));
    }
  }

  received(bytes: Uint8Array): void {
    this.#heardMs = this.#around.clock.monotonic();
    for (const frame of this.#reader.read(bytes, () => this.#frameMax)) {
      if (this.#state === 'ended') return;
      if (frame) this.#take(frame);
      else this.#refuse('it speaks no protocol of ours', false);
    }
  }

  closed(why: string): void {
    this.#end(this.#away(why), 'destroy');
  }

  get #frameMax(): number {
    return this.#state === 'open' ? this.#around.options.frameMaxBytes : HANDSHAKE_FRAME_MAX;
  }

  #take(frame: LinkFrame): void {
    if (this.#state === 'proving') return this.#step(this.#handshake.take(frame));
    if (frame.kind === 'data') return this.#around.ear.received(frame.payload);
    if (frame.kind === 'ping') return this.#stream?.write(encodeLinkFrame('pong'));
    if (frame.kind !== 'pong') this.#refuse('it speaks no protocol of ours', false);
  }

  #step(step: Step): void {
    if (step.is === 'refused') return this.#refuse(step.why, step.told);
    if (step.kind) this.#stream?.write(encodeLinkFrame(step.kind, step.payload));
    if (step.is !== 'open') return;
    this.#state = 'open';
    this.#cancel();
    this.#watch();
    this.#around.ear.opened(this);
  }

  #watch(): void {
    const { clock, options } = this.#around;
    this.#cancel = clock.after(options.heartbeatMs, () => {
      const silentMs = clock.monotonic() - this.#heardMs;
      if (silentMs >= options.heartbeatMs * SILENCES) {
        return this.#end(this.#away(`it was silent for ${Math.round(silentMs)} ms`), 'destroy');
      }
      if (silentMs >= options.heartbeatMs / 2) this.#stream?.write(encodeLinkFrame('ping'));
      return this.#watch();
    });
  }

  #refuse(why: string, told: boolean): void {
    if (!told) this.#stream?.write(encodeLinkFrame('refuse', encoder.encode(why)));
    // While nothing else was sent, these few bytes find room; later they might wait for ever.
    const how = this.#state === 'proving' ? 'end' : 'destroy';
    this.#end(new ImError('IM_LINK_REFUSED', { peer: this.peer, why }), how);
  }

  #away(why: string): ImError {
    return new ImError('IM_LINK_AWAY', { peer: this.peer, why });
  }

  #end(why: ImError, how: 'end' | 'destroy'): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#cancel();
    this.#stream?.[how]();
    this.#around.ear.closed(why);
  }
}
