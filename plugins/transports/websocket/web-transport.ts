/**
 * The HTTP server in front: answers what is no upgrade, refuses what may not, makes a Connection
 * of the rest.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import { must, reasonOf, type Transport, type TransportHost } from 'im-kernel/contract';
import { Connection } from './connection.ts';
import type { HeldWebSocket } from './held-web-socket.ts';
import { hostPort, listen } from './listen.ts';
import { makeMeter, type Meter } from './meter.ts';
import { refuse, refuseBroken } from './refuse.ts';
import { makeServer, makeUpgrader } from './servers.ts';
import type { Settings } from './settings.ts';
import { readTlsFiles } from './tls-files.ts';
import {
  placeRefusal,
  SUBPROTOCOLS,
  upgradeRefusal,
  upgradeRequired,
  type Refusal,
} from './upgrade.ts';

const STOPPING: Refusal = { status: 503, reason: 'stopping', text: 'this node is stopping' };

export class WebTransport implements Transport {
  readonly #settings: Settings;
  readonly #host: TransportHost;
  /** Every socket that was accepted, upgraded or not. */
  readonly #sockets = new Set<Socket>();
  #addresses: readonly string[] = [];
  #server: Server | undefined;
  #accepting = false;
  #open = 0;

  constructor(settings: Settings, host: TransportHost) {
    this.#settings = settings;
    this.#host = host;
  }

  get addresses(): readonly string[] {
    return this.#addresses;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { listen: at, backlog, tls, path } = this.#settings;
    const files = tls && (await readTlsFiles(tls, this.#host.name));
    signal.throwIfAborted();
    const meter = makeMeter(this.#host.metrics, () => this.#open);
    const server = makeServer(this.#settings, files);
    this.#server = server;
    this.#serve(server, files !== undefined, meter);
    const real = await listen(server, { at, backlog, instance: this.#host.name, signal });
    this.#addresses = [`${files ? 'wss' : 'ws'}://${real}${path}`];
    this.#accepting = true;
    server.on('error', (error) => {
      meter.refused.add(1, 'accept');
      this.#host.log.warn('a connection could not be accepted', { why: reasonOf(error) });
    });
  }

  async reload({ tls }: Settings, signal: AbortSignal): Promise<() => void> {
    const files = tls && (await readTlsFiles(tls, this.#host.name));
    signal.throwIfAborted();
    return () => {
      const server: unknown = this.#server;
      if (files && server instanceof TlsServer) server.setSecureContext(files);
    };
  }

  stopAccepting(): Promise<void> {
    // Closing frees the port at once; the callback would wait for the peers that stay.
    this.#accepting = false;
    this.#server?.close();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#accepting = false;
    if (!server) return;
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(server: Server, secure: boolean, meter: Meter): void {
    const upgrader = makeUpgrader(this.#settings, this.#host);
    server.on('connection', (socket: Socket) => this.#accept(socket, meter));
    server.on('request', (request, response) => this.#answer(request, response, meter));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      refuseBroken(error, socket, meter),
    );
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => undefined);
      const refusal = this.#accepting ? upgradeRefusal(request, this.#settings) : STOPPING;
      if (refusal) return refuse(socket, refusal, meter);
      upgrader.handleUpgrade(request, socket, head, (web) =>
        this.#connect(web, socket as Socket, secure, meter),
      );
    });
    upgrader.on('wsClientError', (error, socket) => {
      refuse(socket, { status: 400, reason: 'headers', text: reasonOf(error) }, meter);
    });
  }

  /**
   * A reset can come at any moment, and an 'error' that nobody hears ends the process: so this
   * comes first.
   */
  #accept(socket: Socket, meter: Meter): void {
    socket.on('error', () => undefined);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#sockets.size - this.#open <= this.#settings.upgradesMax) return;
    meter.refused.add(1, 'upgrades');
    socket.destroy();
  }

  #answer(request: IncomingMessage, response: ServerResponse, meter: Meter): void {
    const refusal = placeRefusal(request, this.#settings) ?? upgradeRequired();
    meter.refused.add(1, refusal.reason);
    const headers = { ...refusal.headers, connection: 'close', 'content-type': 'text/plain' };
    response.writeHead(refusal.status, headers).end(`${refusal.text}\n`);
  }

  #connect(web: HeldWebSocket, socket: Socket, secure: boolean, meter: Meter): void {
    web.on('error', (error) => {
      this.#host.log.debug('a WebSocket broke', { why: reasonOf(error) });
    });
    const { remoteAddress, remotePort } = socket;
    // Without an address it has been reset before we came to it.
    if (remoteAddress === undefined || remotePort === undefined) {
      meter.refused.add(1, 'reset');
      web.terminate();
      return;
    }
    this.#open += 1;
    socket.once('close', () => (this.#open -= 1));
    const binding = SUBPROTOCOLS[web.protocol];
    must(binding, 'only known subprotocols upgrade');
    // IPv4 over a socket of IPv6 counts as the same address as plain IPv4.
    const address = hostPort(remoteAddress.replace(/^::ffff:(?=\d+\.)/i, ''), remotePort);
    const described = { ...this.#limits(), address, secure, binding };
    new Connection(web, socket, this.#host, described, meter).open();
  }

  #limits() {
    const { flushTimeout, halfOpenTimeout, faultLinger, ...settings } = this.#settings;
    return {
      flushTimeoutMs: flushTimeout,
      halfOpenTimeoutMs: halfOpenTimeout,
      faultLingerMs: faultLinger,
      controlFramesMax: settings.controlFramesMax,
      inboxMax: settings.inboxMax,
    };
  }
}
