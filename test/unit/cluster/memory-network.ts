/** A network in memory that a test may look into, change, and cut. */
import type { ByteStream, Network, StreamEar } from '../../../core/cluster/link/network.ts';
import type { ListenAddress } from '../../../core/contract/index.ts';

type Way = 'there' | 'back';

interface Pipe {
  readonly cut: () => void;
}

export class MemoryNetwork implements Network {
  /** Everything that went over the wires, `there` from who connects. */
  readonly wire: { readonly way: Way; readonly bytes: Uint8Array }[] = [];
  /** Cuts each write into pieces of so many octets. */
  pieceBytes = Number.POSITIVE_INFINITY;
  /** What is written gets lost, and nobody is told. */
  deaf = false;
  /** Said to wait in the output of every stream. */
  pendingBytes = 0;
  #listeners = new Map<number, (stream: ByteStream) => StreamEar>();
  readonly #pipes = new Set<Pipe>();

  get open(): number {
    return this.#pipes.size;
  }

  connect(to: ListenAddress, ear: StreamEar): ByteStream {
    const accept = this.#listeners.get(to.port);
    const ears: Partial<Record<Way, StreamEar>> = { back: ear };
    let open = true;
    const cut = (): void => {
      if (!open) return;
      open = false;
      this.#pipes.delete(pipe);
      for (const one of Object.values(ears)) queueMicrotask(() => one.closed('it was cut'));
    };
    const pipe = { cut };
    const stream = (way: Way, peer: string): ByteStream => {
      const pendingBytes = (): number => this.pendingBytes;
      return {
        peer,
        get pendingBytes() {
          return pendingBytes();
        },
        write: (bytes) => this.#carry(way, bytes, () => (open ? ears[way] : undefined)),
        end: () => queueMicrotask(cut),
        destroy: cut,
      };
    };
    this.#pipes.add(pipe);
    queueMicrotask(() => {
      if (!accept) return cut();
      ears.there = accept(stream('back', 'who connects'));
      ear.opened();
    });
    return stream('there', 'who listens');
  }

  listen(at: ListenAddress, accept: (stream: ByteStream) => StreamEar) {
    if (this.#listeners.has(at.port)) return Promise.reject(new Error('in use'));
    this.#listeners.set(at.port, accept);
    const close = (): Promise<void> => {
      this.#listeners.delete(at.port);
      return Promise.resolve();
    };
    return Promise.resolve({ address: `${at.host}:${at.port}`, close });
  }

  /** Ends every stream. */
  cut(): void {
    for (const pipe of this.#pipes) pipe.cut();
  }

  #carry(way: Way, bytes: Uint8Array, to: () => StreamEar | undefined): void {
    this.wire.push({ way, bytes: bytes.slice() });
    if (this.deaf) return;
    for (let at = 0; at < bytes.length; at += this.pieceBytes) {
      const piece = bytes.slice(at, at + this.pieceBytes);
      queueMicrotask(() => to()?.received(piece));
    }
  }
}
