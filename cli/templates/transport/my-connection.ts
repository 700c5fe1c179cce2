/** One socket as the kernel's Peer; what comes from it goes to the kernel's Ear. */
import type { Socket } from 'node:net';
import type { Cancel, Ear, Peer, TransportHost } from 'im-kernel/contract';

export class MyConnection implements Peer {
  readonly address: string;
  readonly secure = false;
  readonly #socket: Socket;
  readonly #flushTimeoutMs: number;
  readonly #host: TransportHost;
  #ear: Ear | undefined;
  /** The kernel has ended it: it hears of nothing more but `closed`. */
  #ending = false;
  /** `send` has said false and `drained` has not followed yet. */
  #full = false;
  #busy = false;
  #inputEnded = false;
  #cancel: Cancel | undefined;

  constructor(socket: Socket, address: string, flushTimeoutMs: number, host: TransportHost) {
    this.#socket = socket;
    this.address = address;
    this.#flushTimeoutMs = flushTimeoutMs;
    this.#host = host;
  }

  open(): void {
    this.#ear = this.#host.open(this, { encoding: 'tlv', framing: 'stream' });
    this.#socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.#socket.on('end', () => this.#end());
    this.#socket.once('close', () => this.#close());
  }

  send(bytes: Uint8Array): boolean {
    if (this.#ending || this.#socket.destroyed) return true;
    this.#socket.write(bytes, () => this.#written());
    if (this.#socket.writableLength >= this.#host.highWaterBytes) this.#full = true;
    return !this.#full;
  }

  end(lingerMs: number): void {
    if (this.#ending || this.#socket.destroyed) return;
    this.#ending = true;
    this.#destroyAfter(this.#flushTimeoutMs);
    this.#socket.end(() => this.#destroyAfter(lingerMs));
    // What still comes is read and dropped, so that the client can read our last word.
    this.#socket.resume();
  }

  destroy(): void {
    this.#ending = true;
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): void {
    if (this.#ending) return;
    const wait = this.#ear?.receive(bytes);
    if (!wait) return;
    this.#busy = true;
    if (!this.#ending) this.#socket.pause();
    wait.then(
      () => this.#readOn(),
      () => this.destroy(),
    );
  }

  #readOn(): void {
    this.#busy = false;
    if (this.#socket.destroyed) return;
    if (this.#inputEnded) this.#tellEnded();
    else this.#socket.resume();
  }

  #end(): void {
    this.#inputEnded = true;
    if (!this.#busy) this.#tellEnded();
  }

  #tellEnded(): void {
    if (this.#ending) return;
    // A kernel that does not answer with `end` must not keep half a connection for ever.
    this.#cancel = this.#host.clock.after(this.#flushTimeoutMs, () => this.end(0));
    this.#ear?.ended();
  }

  #written(): void {
    if (!this.#full || this.#socket.writableLength > 0) return;
    this.#full = false;
    if (!this.#ending && !this.#socket.destroyed) this.#ear?.drained();
  }

  #close(): void {
    this.#ending = true;
    this.#cancel?.();
    this.#ear?.closed();
  }

  #destroyAfter(delayMs: number): void {
    this.#cancel?.();
    if (this.#socket.destroyed) return;
    this.#cancel = this.#host.clock.after(delayMs, () => this.#socket.destroy());
  }
}
