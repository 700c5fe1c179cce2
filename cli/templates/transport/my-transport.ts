/** Listens, and makes a connection of every socket. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  ImError,
  reasonOf,
  type ListenAddress,
  type Transport,
  type TransportHost,
} from 'im-kernel/contract';
import { MyConnection } from './my-connection.ts';

export class MyTransport implements Transport {
  readonly #listen: ListenAddress;
  readonly #flushTimeoutMs: number;
  readonly #host: TransportHost;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  addresses: readonly string[] = [];

  constructor(listen: ListenAddress, flushTimeoutMs: number, host: TransportHost) {
    this.#listen = listen;
    this.#flushTimeoutMs = flushTimeoutMs;
    this.#host = host;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // A client that ended its half still gets its answers.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.on('connection', (socket: Socket) => this.#accept(socket));
    this.#server = server;
    await this.#bind(server);
    if (signal.aborted) await this.stop();
    signal.throwIfAborted();
    const { port } = server.address() as AddressInfo;
    this.addresses = [`tcp://${hostPort(this.#listen.host, port)}`];
  }

  stopAccepting(): Promise<void> {
    this.#server?.close();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #bind(server: Server): Promise<void> {
    return new Promise((resolve, reject) => {
      server.on('error', (error) => reject(this.#listenError(error)));
      server.listen({ ...this.#listen }, resolve);
    });
  }

  #listenError(cause: NodeJS.ErrnoException): ImError {
    const details = {
      address: hostPort(this.#listen.host, this.#listen.port),
      instance: this.#host.name,
      why: reasonOf(cause),
    };
    const code = cause.code === 'EADDRINUSE' ? 'IM_LISTEN_TAKEN' : 'IM_LISTEN_DENIED';
    return new ImError(code, details, { cause });
  }

  #accept(socket: Socket): void {
    // First of all: an error that nobody hears would end the process.
    socket.on('error', () => undefined);
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    const from = hostPort(remoteAddress, remotePort);
    new MyConnection(socket, from, this.#flushTimeoutMs, this.#host).open();
  }
}

function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
