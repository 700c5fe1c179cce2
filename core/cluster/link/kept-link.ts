/**
 * A link that is kept: connected again whenever it ends, after waits that double from try to try,
 * each with full jitter, so that the servers that lost one sequencer do not come back in step (the
 * "full jitter" of Brooker, Exponential Backoff and Jitter, 2015).
 */
import {
  ImError,
  reasonOf,
  type Cancel,
  type ConnectOptions,
  type Link,
  type LinkEar,
  type LinkEnd,
} from '../../contract/index.ts';
import { NONCE_BYTES, type Secret } from './handshake.ts';
import { LinkSession } from './link-session.ts';
import type { LinkMeans } from './link-means.ts';

export class KeptLink implements LinkEnd, LinkEar {
  readonly address: string;
  readonly #options: ConnectOptions;
  readonly #ear: LinkEar;
  readonly #means: LinkMeans;
  #session: LinkSession | undefined;
  #secret: Secret | undefined;
  #failures = 0;
  #openedMs: number | undefined;
  #cancel: Cancel | undefined;
  #closed = false;

  constructor(options: ConnectOptions, ear: LinkEar, means: LinkMeans) {
    const { host, port } = options.to;
    this.address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    this.#options = options;
    this.#ear = ear;
    this.#means = means;
    this.#cancel = means.clock.after(0, () => void this.#try());
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    this.#session?.close();
    return Promise.resolve();
  }

  opened(link: Link): void {
    this.#openedMs = this.#means.clock.monotonic();
    this.#ear.opened(link);
  }

  received(frame: Uint8Array): void {
    if (!this.#closed) this.#ear.received(frame);
  }

  closed(why: ImError): void {
    this.#session = undefined;
    this.#settle();
    // Whoever mends the file need not start anything again.
    if (why.code === 'IM_LINK_REFUSED') this.#secret = undefined;
    if (this.#closed) return;
    this.#ear.closed(why);
    if (!this.#closed) this.#later();
  }

  /** Only a link that lasted begins anew: one that is cut each time must not be tried in a rush. */
  #settle(): void {
    const { clock } = this.#means;
    const openMs = this.#openedMs === undefined ? 0 : clock.monotonic() - this.#openedMs;
    this.#openedMs = undefined;
    if (openMs >= this.#options.reconnectMaxMs) this.#failures = 0;
  }

  #later(): void {
    const { reconnectBaseMs, reconnectMaxMs } = this.#options;
    const ceilingMs = Math.min(reconnectMaxMs, reconnectBaseMs * 2 ** this.#failures);
    if (ceilingMs < reconnectMaxMs) this.#failures += 1;
    const waitMs = this.#means.random.next() * ceilingMs;
    this.#cancel = this.#means.clock.after(waitMs, () => void this.#try());
  }

  async #try(): Promise<void> {
    const { clock, random, network, readSecret } = this.#means;
    const options = this.#options;
    try {
      const secret = (this.#secret ??= await readSecret(options.secretFile, 'read'));
      if (this.#closed) return;
      const nonce = random.bytes(NONCE_BYTES);
      const session = { side: 'connects', options, secret, nonce, clock, ear: this } as const;
      this.#session = new LinkSession(session);
      this.#session.over(network.connect(options.to, this.#session));
    } catch (error) {
      this.#session?.close();
      const why = { peer: this.address, why: reasonOf(error) };
      this.closed(error instanceof ImError ? error : new ImError('IM_LINK_AWAY', why));
    }
  }
}
