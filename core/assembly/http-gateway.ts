/** The gateway's port: HTTP from anybody, bounded in every way, over answers that cost nothing. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answers } from '../cluster/gateway/answers.ts';
import {
  ImError,
  reasonOf,
  type Component,
  type ListenAddress,
  type Log,
  type Metrics,
} from '../contract/index.ts';

export interface HttpGatewayOptions {
  readonly listen: ListenAddress;
  /** This and the next may change: `adapt` follows then. */
  readonly connectionsMax: number;
  /** From the first byte of a question, or the connection, to the question's last. */
  readonly questionMaxMs: number;
  readonly answers: Answers;
  readonly metrics: Metrics;
  readonly log: Log;
}

const HEADERS_MAX_BYTES = 8_192;
const HEADERS_MAX = 64;
/** Between two questions on one connection. */
const IDLE_MAX_MS = 5_000;
/** A connection that does not take its answer is closed. */
const SOCKET_MAX_MS = 15_000;
const QUESTIONS_PER_CONNECTION = 100;
const CHECK_EVERY_MS = 1_000;

export class HttpGateway implements Component {
  readonly #options: HttpGatewayOptions;
  readonly #sockets = new Set<Socket>();
  /** They have had their last answer. */
  readonly #done = new WeakSet<Duplex>();
  #server: Server | undefined;
  #address: string | undefined;

  constructor(options: HttpGatewayOptions) {
    this.#options = options;
    const { metrics } = options;
    const help = 'Connections to the gateway.';
    metrics.gauge('im_gateway_connections', help, () => this.#sockets.size);
  }

  /** With the real port, once started: `http://127.0.0.1:7430`. */
  get addresses(): readonly string[] {
    return this.#address === undefined ? [] : [this.#address];
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const server = this.#make();
    this.#server = server;
    this.adapt();
    await this.#listen(server);
    this.#options.log.info('the gateway listens', { address: this.#address });
    if (!signal.aborted) return;
    await this.stop();
    signal.throwIfAborted();
  }

  /** Questions are answered in the turn in which they come: nobody is cut off in the middle. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server?.listening) return;
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroySoon();
    server.closeAllConnections();
    await closed;
  }

  /** The bounds are others now. */
  adapt(): void {
    const server = this.#server;
    if (!server) return;
    const { connectionsMax, questionMaxMs } = this.#options;
    server.maxConnections = connectionsMax;
    server.headersTimeout = questionMaxMs;
    server.requestTimeout = questionMaxMs;
  }

  #make(): Server {
    const { metrics } = this.#options;
    const dropped = metrics.counter(
      'im_gateway_dropped_total',
      'Connections to the gateway that were cut: too many, or what they said was not HTTP.',
      'reason',
    );
    const server = createServer(
      {
        maxHeaderSize: HEADERS_MAX_BYTES,
        keepAliveTimeout: IDLE_MAX_MS,
        connectionsCheckingInterval: CHECK_EVERY_MS,
        insecureHTTPParser: false,
        noDelay: true,
      },
      (request, response) => this.#answer(request, response),
    );
    server.maxHeadersCount = HEADERS_MAX;
    server.maxRequestsPerSocket = QUESTIONS_PER_CONNECTION;
    server.timeout = SOCKET_MAX_MS;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('drop', () => dropped.add(1, 'too many'));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const answered = this.#done.has(socket);
      if (!answered) dropped.add(1, 'no HTTP');
      if (answered) socket.destroy();
      else refuse(error, socket);
    });
    return server;
  }

  async #listen(server: Server): Promise<void> {
    const { host, port } = this.#options.listen;
    const shown = (port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        const details = { address: shown(port), setting: 'gateway.listen', why: reasonOf(error) };
        reject(new ImError('IM_GATEWAY_LISTEN', details, { cause: error }));
      });
      server.listen({ host, port }, resolve);
    });
    // What cannot be accepted, such as for want of descriptors, tries again by itself.
    server.on('error', () => undefined);
    this.#address = `http://${shown((server.address() as AddressInfo).port)}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    const body =
      headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
    const answer = this.#options.answers.answer({ method, url, body });
    // Whatever else such a connection says would be read as a question.
    if (body || answer.status === 414) {
      response.shouldKeepAlive = false;
      this.#done.add(request.socket);
    }
    const lengthBytes = Buffer.byteLength(answer.body);
    const length = answer.status === 204 ? {} : { 'content-length': lengthBytes };
    response.writeHead(answer.status, { ...answer.headers, ...length });
    response.end(method === 'HEAD' ? '' : answer.body);
  }
}

/** What is no HTTP gets one line, if it can still be said, and no connection. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const long = error.code === 'HPE_HEADER_OVERFLOW';
  const status = late
    ? '408 Request Timeout'
    : long
      ? '431 Request Header Fields Too Large'
      : '400 Bad Request';
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
