/** Between a store and its database: holds what goes either way back, and cuts. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Whose bytes: the store's questions or the database's answers. */
export type Way = 'questions' | 'answers';

export class Proxy {
  readonly #server: Server;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  readonly #holding = new Set<Way>();
  #heldBytes = 0;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((store) => this.#join(store));
  }

  static async to(url: string): Promise<Proxy> {
    const proxy = new Proxy(new URL(url));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The database's url, through here. */
  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** Bytes that were held back, ever. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** From now on what goes this way arrives nowhere. */
  hold(way: Way): void {
    this.#holding.add(way);
  }

  /** Cuts every connection; what was held is gone. New ones go through. */
  cut(): void {
    this.#holding.clear();
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(store: Socket): void {
    const database = connect(Number(this.#target.port), this.#target.hostname);
    this.#pass(store, database, 'questions');
    this.#pass(database, store, 'answers');
  }

  #pass(from: Socket, to: Socket, way: Way): void {
    this.#sockets.add(from);
    from.on('data', (bytes: Buffer) => {
      if (this.#holding.has(way)) this.#heldBytes += bytes.length;
      else to.write(bytes);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
