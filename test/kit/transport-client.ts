/** The other end of a transport under judgement, and its plain form over TCP or TLS. */
import { connect as connectTcp, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

export interface TransportClient {
  /** Its own `host:port`, as the other end sees it. */
  readonly address: string;
  /** What came from the transport, in one piece; messages without what frames them. */
  received(): Buffer;
  /** Bytes that it handed over and the system has not taken yet. */
  readonly unsent: number;
  /** The transport has half-closed. */
  readonly inputEnded: boolean;
  /** Nothing can come or go any more. */
  readonly closed: boolean;
  /**
   * Sends parts, each one message where there are messages. All are glued together and then cut
   * into slices of `sliceBytes`, each written in a turn of its own; without it, one write.
   * Resolves when all is handed over.
   */
  send(parts: readonly Uint8Array[], sliceBytes?: number): Promise<void>;
  pause(): void;
  resume(): void;
  /** Ends its own half, cleanly. */
  halfClose(): void;
  /** Vanishes. */
  reset(): void;
}

/** Writes `bytes` in slices, each in its own turn of the loop. */
export async function writeSliced(socket: Socket, bytes: Buffer, slice: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += slice) {
    socket.write(bytes.subarray(at, at + slice));
    await turn();
  }
}

export interface OpenSocket {
  /** What bytes are written to: `raw` itself, or TLS over it. */
  readonly socket: Socket;
  readonly raw: Socket;
}

/** Opens what is below a client, half-closable; `tls`, `wss`: whatever the certificate says. */
export function openSocket(address: string): Promise<OpenSocket> {
  const url = new URL(address);
  const secure = url.protocol === 'tls:' || url.protocol === 'wss:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const to = { host, port: Number(url.port), noDelay: true, allowHalfOpen: true };
  const raw = connectTcp(to);
  const socket = secure ? connectTls({ socket: raw, rejectUnauthorized: false }) : raw;
  return new Promise((resolve, reject) => {
    raw.on('error', reject);
    socket.on('error', reject);
    socket.once(secure ? 'secureConnect' : 'connect', () => resolve({ socket, raw }));
  });
}

/** `host:port` of the client's own end. */
export function ownAddress(socket: Socket): string {
  return `${socket.localAddress}:${socket.localPort}`;
}

class StreamClient implements TransportClient {
  readonly address: string;
  readonly #socket: Socket;
  readonly #raw: Socket;
  readonly #chunks: Buffer[] = [];
  inputEnded = false;
  closed = false;

  constructor({ socket, raw }: OpenSocket) {
    this.#socket = socket;
    this.#raw = raw;
    this.address = ownAddress(socket);
    socket.on('data', (chunk: Buffer) => void this.#chunks.push(chunk));
    socket.once('end', () => (this.inputEnded = true));
    socket.once('close', () => (this.closed = true));
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }
  received(): Buffer {
    return Buffer.concat(this.#chunks);
  }
  async send(parts: readonly Uint8Array[], sliceBytes?: number): Promise<void> {
    const bytes = Buffer.concat(parts);
    await writeSliced(this.#socket, bytes, sliceBytes ?? bytes.length);
  }
  pause(): void {
    this.#socket.pause();
  }
  resume(): void {
    this.#socket.resume();
  }
  halfClose(): void {
    this.#socket.end();
  }
  reset(): void {
    this.#raw.resetAndDestroy();
  }
}

/** Connects to `tcp://host:port` or `tls://host:port`. */
export async function connectStream(address: string): Promise<TransportClient> {
  return new StreamClient(await openSocket(address));
}
