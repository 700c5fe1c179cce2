/** One WebSocket as the kernel's Peer. A close frame is its half-close. */
import type { Socket } from 'node:net';
import {
  reasonOf,
  type Binding,
  type Cancel,
  type Ear,
  type Peer,
  type TransportHost,
} from 'im-kernel/contract';
import type { HeldWebSocket } from './held-web-socket.ts';
import { Inbox } from './inbox.ts';
import type { Meter } from './meter.ts';

const CLOSE = { normal: 1000, wrongType: 1003, policy: 1008, tooBig: 1009 } as const;

export interface ConnectionSettings {
  readonly address: string;
  readonly secure: boolean;
  readonly binding: Binding;
  readonly flushTimeoutMs: number;
  readonly halfOpenTimeoutMs: number;
  readonly faultLingerMs: number;
  readonly controlFramesMax: number;
  readonly inboxMax: number;
}

export class Connection implements Peer {
  readonly address: string;
  readonly secure: boolean;
  readonly #web: HeldWebSocket;
  readonly #socket: Socket;
  readonly #host: TransportHost;
  readonly #settings: ConnectionSettings;
  readonly #meter: Meter;
  readonly #inbox: Inbox;
  readonly #sending: { readonly binary: boolean; readonly compress: false; readonly fin: true };
  #ear: Ear | undefined;
  /**
   * The kernel has ended it, or the peer broke the protocol: the ear hears nothing more but
   * `closed`.
   */
  #ending = false;
  /** The last message was read: what follows is discarded. */
  #deaf = false;
  #saturated = false;
  #corked = false;
  #controls = 0;
  #closeCode: number | undefined = CLOSE.normal;
  #cancel: Cancel | undefined;

  constructor(
    web: HeldWebSocket,
    socket: Socket,
    host: TransportHost,
    settings: ConnectionSettings,
    meter: Meter,
  ) {
    this.address = settings.address;
    this.secure = settings.secure;
    this.#web = web;
    this.#socket = socket;
    this.#host = host;
    this.#settings = settings;
    this.#meter = meter;
    this.#sending = { binary: settings.binding.encoding === 'tlv', compress: false, fin: true };
    this.#inbox = new Inbox({
      max: settings.inboxMax,
      hand: (bytes) => this.#ear?.receive(bytes),
      pause: () => void (this.#ending || this.#deaf || web.pause()),
      resume: () => web.resume(),
      fail: (error) => this.#onFailure(error),
    });
  }

  /** Announces it to the kernel and begins to read. Called once. */
  open(): void {
    const web = this.#web;
    web.hold(this.#onWish);
    this.#ear = this.#host.open(this, this.#settings.binding);
    this.#socket.on('data', this.#onBytes);
    web.on('message', this.#onMessage);
    web.on('ping', this.#onControl);
    web.on('pong', this.#onControl);
    web.once('close', this.#onClose);
  }

  send(bytes: Uint8Array, more = false): boolean {
    if (this.#ending || this.#web.readyState !== this.#web.OPEN) return true;
    const socket = this.#socket;
    this.#meter.bytesOut.add(bytes.length);
    if (more) this.#cork();
    const mark = this.#host.highWaterBytes;
    // Only a write that may fill the buffer asks to be told of its end: the others stay cheap.
    const watch = this.#saturated || socket.writableLength + bytes.length >= mark;
    this.#web.send(bytes, this.#sending, watch ? this.#onWritten : undefined);
    if (!more) this.#uncork();
    if (socket.writableLength >= mark) this.#saturated = true;
    return !this.#saturated;
  }

  end(lingerMs: number): void {
    if (!this.#ending && !this.#socket.destroyed) this.#finish(this.#closeCode, lingerMs);
  }

  destroy(): void {
    this.#silence();
    this.#web.terminate();
  }

  /** `ws` reads them too; only whole messages come out of it. */
  readonly #onBytes = (): void => {
    if (!this.#ending) this.#ear?.alive();
  };

  readonly #onMessage = (data: Buffer, isBinary: boolean): void => {
    this.#controls = 0;
    this.#meter.bytesIn.add(data.length);
    if (this.#ending || this.#deaf) return;
    if (isBinary !== this.#sending.binary) this.#onFault(CLOSE.wrongType);
    else if (!this.#inbox.put(data)) this.#onFault(CLOSE.policy);
  };

  /** `ws` answers pings itself; a peer that sends little else is not one that chats. */
  readonly #onControl = (): void => {
    this.#controls += 1;
    if (this.#controls > this.#settings.controlFramesMax && !this.#deaf)
      this.#onFault(CLOSE.policy);
  };

  readonly #onWish = (code: number | undefined, fault: boolean): void => {
    if (this.#ending) this.#web.finish(code);
    else if (fault) this.#onFault(code ?? CLOSE.policy);
    else if (!this.#deaf) this.#onCloseFrame(code);
  };

  #onCloseFrame(code: number | undefined): void {
    this.#deaf = true;
    this.#closeCode = code;
    this.#inbox.afterAll(() => {
      if (this.#ending) return;
      this.#endUnlessEnded();
      this.#ear?.ended();
    });
  }

  #onFault(code: number): void {
    this.#deaf = true;
    this.#meter.faults.add(1, String(code));
    this.#inbox.afterAll(() => {
      if (this.#ending) return;
      if (code !== CLOSE.tooBig) {
        this.#finish(code, this.#settings.faultLingerMs);
        return;
      }
      this.#closeCode = code;
      this.#endUnlessEnded();
      this.#ear?.oversize();
    });
  }

  /**
   * A promise of the kernel must not reject; one that does costs this connection and nothing else.
   */
  #onFailure(error: unknown): void {
    this.#host.log.error('receive failed', { peer: this.address, why: reasonOf(error) });
    this.destroy();
  }

  readonly #onWritten = (): void => {
    if (!this.#saturated || this.#socket.writableLength > 0) return;
    this.#saturated = false;
    if (!this.#ending && !this.#socket.destroyed) this.#ear?.drained();
  };

  readonly #onClose = (): void => {
    this.#silence();
    this.#cancel?.();
    this.#ear?.closed();
  };

  #silence(): void {
    this.#ending = true;
    this.#inbox.clear();
  }

  /** Many small messages that follow each other become one write. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
  }

  #uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#socket.uncork();
  }

  #finish(code: number | undefined, lingerMs: number): void {
    this.#silence();
    this.#closeAfter(this.#settings.flushTimeoutMs);
    this.#web.finish(code);
    // An empty write ends when all before it has left: from then on the lingering counts.
    if (this.#socket.writable) this.#socket.write('', () => this.#closeAfter(lingerMs));
    this.#web.resume();
  }

  #endUnlessEnded(): void {
    this.#cancel = this.#host.clock.after(this.#settings.halfOpenTimeoutMs, () => this.end(0));
  }

  #closeAfter(delayMs: number): void {
    this.#cancel?.();
    if (this.#socket.destroyed) return;
    this.#cancel = this.#host.clock.after(delayMs, () => this.#web.terminate());
  }
}
