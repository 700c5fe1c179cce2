/** Listens, guards the handshakes, and makes a Connection of every socket. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls';
import { reasonOf, type Transport, type TransportHost } from 'im-kernel/contract';
import { Connection } from './connection.ts';
import { makeKeepAlive, type KeepAlive } from './keepalive.ts';
import { hostPort, listen } from './listen.ts';
import { makeMeter, type Meter } from './meter.ts';
import type { Settings } from './settings.ts';
import { readTlsFiles } from './tls-files.ts';

export class TcpTransport implements Transport {
  readonly #settings: Settings;
  readonly #host: TransportHost;
  /** Every socket that was accepted, its handshake done or not. */
  readonly #sockets = new Set<Socket>();
  #addresses: readonly string[] = [];
  #server: Server | undefined;
  #open = 0;

  constructor(settings: Settings, host: TransportHost) {
    this.#settings = settings;
    this.#host = host;
  }

  get addresses(): readonly string[] {
    return this.#addresses;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { listen: at, backlog, keepAlive, tls } = this.#settings;
    const files = tls && (await readTlsFiles(tls, this.#host.name));
    const enliven = await makeKeepAlive(keepAlive, this.#host.log);
    signal.throwIfAborted();
    const meter = makeMeter(this.#host.metrics, () => this.#open);
    const server = files ? this.#secureServer(files, enliven, meter) : createServer(HALF_OPEN);
    server.on('connection', (socket: Socket) => this.#accept(socket, meter));
    if (!files) {
      server.on('connection', (socket: Socket) => this.#connect(socket, false, enliven, meter));
    }
    this.#server = server;
    const options = { at, backlog, instance: this.#host.name, signal };
    this.#addresses = [`${files ? 'tls' : 'tcp'}://${await listen(server, options)}`];
    server.on('error', (error) => {
      meter.refused.add(1, 'accept');
      this.#host.log.warn('a connection could not be accepted', { why: reasonOf(error) });
    });
  }

  async reload({ tls }: Settings, signal: AbortSignal): Promise<() => void> {
    const files = tls && (await readTlsFiles(tls, this.#host.name));
    signal.throwIfAborted();
    return () => {
      const server = this.#server;
      if (files && server instanceof TlsServer) server.setSecureContext(files);
    };
  }

  stopAccepting(): Promise<void> {
    // Closing frees the port at once; the callback would wait for the peers that stay.
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

  #secureServer(files: object, enliven: KeepAlive, meter: Meter): Server {
    const { handshakeTimeout } = this.#settings;
    const server = createTlsServer({ ...files, ...HALF_OPEN, handshakeTimeout });
    server.on('tlsClientError', (error, socket) => {
      meter.refused.add(1, 'tls');
      this.#host.log.debug('a TLS handshake failed', { why: reasonOf(error) });
      socket.destroy();
    });
    server.on('secureConnection', (socket) => this.#connect(socket, true, enliven, meter));
    return server;
  }

  /**
   * A reset can come at any moment, and an 'error' that nobody hears ends the process: so this
   * comes first.
   */
  #accept(socket: Socket, meter: Meter): void {
    socket.on('error', () => undefined);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#sockets.size - this.#open <= this.#settings.handshakesMax) return;
    meter.refused.add(1, 'handshakes');
    socket.destroy();
  }

  #connect(socket: Socket, secure: boolean, enliven: KeepAlive, meter: Meter): void {
    socket.on('error', () => undefined);
    const { remoteAddress, remotePort } = socket;
    // Without an address it has been reset before we came to it.
    if (remoteAddress === undefined || remotePort === undefined || socket.destroyed) {
      meter.refused.add(1, 'reset');
      socket.destroy();
      return;
    }
    socket.setNoDelay(this.#settings.noDelay);
    enliven(socket);
    this.#open += 1;
    const connection = new Connection(socket, this.#host, this.#describe(socket, secure), meter);
    connection.open();
    socket.once('close', () => (this.#open -= 1));
  }

  #describe(socket: Socket, secure: boolean) {
    // IPv4 over a socket of IPv6 counts as the same address as plain IPv4.
    const host = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
    return {
      address: hostPort(host, socket.remotePort ?? 0),
      secure,
      flushTimeoutMs: this.#settings.flushTimeout,
      halfOpenTimeoutMs: this.#settings.halfOpenTimeout,
    };
  }
}

const HALF_OPEN = { allowHalfOpen: true } as const;
