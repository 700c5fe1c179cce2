/**
 * One TCP or TLS connection as the kernel's Peer. The listener has given its socket an error
 * handler.
 */
import type { Socket } from 'node:net';
import {
  reasonOf,
  type Binding,
  type Cancel,
  type Ear,
  type Peer,
  type TransportHost,
} from 'im-kernel/contract';
import type { Meter } from './meter.ts';

const BINDING: Binding = { encoding: 'tlv', framing: 'stream' };

export interface ConnectionSettings {
  readonly address: string;
  readonly secure: boolean;
  readonly flushTimeoutMs: number;
  readonly halfOpenTimeoutMs: number;
}

export class Connection implements Peer {
  readonly address: string;
  readonly secure: boolean;
  readonly #socket: Socket;
  readonly #host: TransportHost;
  readonly #settings: ConnectionSettings;
  readonly #meter: Meter;
  #ear: Ear | undefined;
  /** The kernel has ended it: no more is handed to the ear but `closed`. */
  #ending = false;
  #saturated = false;
  #waiting = false;
  #inputEnded = false;
  #cancel: Cancel | undefined;

  constructor(socket: Socket, host: TransportHost, settings: ConnectionSettings, meter: Meter) {
    this.address = settings.address;
    this.secure = settings.secure;
    this.#socket = socket;
    this.#host = host;
    this.#settings = settings;
    this.#meter = meter;
  }

  /** Announces it to the kernel and begins to read. Called once. */
  open(): void {
    const socket = this.#socket;
    this.#ear = this.#host.open(this, BINDING);
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.once('close', this.#onClose);
  }

  send(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    if (this.#ending || socket.destroyed) return true;
    this.#meter.bytesOut.add(bytes.length);
    const mark = this.#host.highWaterBytes;
    // Only a write that may fill the buffer asks to be told of its end: the others stay cheap.
    const watch = this.#saturated || socket.writableLength + bytes.length >= mark;
    socket.write(bytes, watch ? this.#onWritten : undefined);
    if (socket.writableLength >= mark) this.#saturated = true;
    return !this.#saturated;
  }

  end(lingerMs: number): void {
    if (this.#ending || this.#socket.destroyed) return;
    this.#ending = true;
    this.#closeAfter(this.#settings.flushTimeoutMs);
    this.#socket.end(() => this.#closeAfter(lingerMs));
    this.#socket.resume();
  }

  destroy(): void {
    this.#ending = true;
    this.#socket.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#meter.bytesIn.add(chunk.length);
    if (this.#ending) return;
    const wait = this.#ear?.receive(chunk);
    if (!wait) return;
    this.#waiting = true;
    if (!this.#ending) this.#socket.pause();
    wait.then(this.#readOn, this.#onFailure);
  };

  readonly #readOn = (): void => {
    this.#waiting = false;
    if (this.#socket.destroyed) return;
    if (this.#inputEnded) this.#tellEnded();
    else this.#socket.resume();
  };

  /**
   * A promise of the kernel must not reject; one that does costs this connection and nothing else.
   */
  readonly #onFailure = (error: unknown): void => {
    this.#host.log.error('receive failed', { peer: this.address, why: reasonOf(error) });
    this.destroy();
  };

  /**
   * Node reports the end even of a paused socket once nothing is buffered: the ear hears it in
   * sequence.
   */
  readonly #onEnd = (): void => {
    this.#inputEnded = true;
    if (!this.#waiting) this.#tellEnded();
  };

  readonly #onWritten = (): void => {
    if (!this.#saturated || this.#socket.writableLength > 0) return;
    this.#saturated = false;
    if (!this.#ending && !this.#socket.destroyed) this.#ear?.drained();
  };

  readonly #onClose = (): void => {
    this.#ending = true;
    this.#cancel?.();
    this.#ear?.closed();
  };

  #tellEnded(): void {
    if (this.#ending) return;
    this.#cancel = this.#host.clock.after(this.#settings.halfOpenTimeoutMs, () => this.end(0));
    this.#ear?.ended();
  }

  #closeAfter(delayMs: number): void {
    this.#cancel?.();
    if (this.#socket.destroyed) return;
    this.#cancel = this.#host.clock.after(delayMs, () => this.#socket.destroy());
  }
}
