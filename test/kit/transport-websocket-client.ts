/**
 * A WebSocket client made by hand (RFC 6455), so that a test can send what no proper client would.
 */
import type { Socket } from 'node:net';
import {
  openSocket,
  ownAddress,
  writeSliced,
  type OpenSocket,
  type TransportClient,
} from './transport-client.ts';

/** Four octets; any will do here, as nothing between can be fooled. */
const MASK = [0x5a, 0x01, 0xfe, 0x33] as const;

export interface FrameOptions {
  readonly opcode: number;
  readonly fin?: boolean;
  readonly masked?: boolean;
  /** RSV1-3 in the bits 0x70. */
  readonly reserved?: number;
}

function lengthOctets(length: number, masked: number): Buffer {
  if (length < 126) return Buffer.from([masked | length]);
  const octets = Buffer.alloc(length < 65_536 ? 3 : 9);
  octets[0] = masked | (length < 65_536 ? 126 : 127);
  octets.writeUIntBE(length, length < 65_536 ? 1 : 3, length < 65_536 ? 2 : 6);
  return octets;
}

/** One frame as a client sends it. */
export function webSocketFrame(payload: Uint8Array, options: FrameOptions): Buffer {
  const { opcode, fin = true, masked = true, reserved = 0 } = options;
  const first = Buffer.from([(fin ? 0x80 : 0) | reserved | opcode]);
  const length = lengthOctets(payload.length, masked ? 0x80 : 0);
  if (!masked) return Buffer.concat([first, length, payload]);
  const body = Buffer.from(payload);
  for (let at = 0; at < body.length; at += 1) body[at] = (body[at] ?? 0) ^ (MASK[at & 3] ?? 0);
  return Buffer.concat([first, length, Buffer.from(MASK), body]);
}

/**
 * The request that asks for the upgrade; `headers` are added, or replace the usual ones;
 * `undefined` removes.
 */
export function upgradeRequest(
  path: string,
  headers: Readonly<Record<string, string | undefined>>,
): string {
  const all = {
    host: 'localhost',
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  const lines = given.map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Cuts the server's frames out of the stream. */
class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  *read(chunk: Buffer): Iterable<{ opcode: number; payload: Buffer }> {
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (let head = this.#head(); head; head = this.#head()) {
      const { opcode, start, length } = head;
      if (this.#rest.length < start + length) return;
      yield { opcode, payload: this.#rest.subarray(start, start + length) };
      this.#rest = this.#rest.subarray(start + length);
    }
  }
  #head(): { opcode: number; start: number; length: number } | undefined {
    const bytes = this.#rest;
    const [first, second] = bytes;
    if (first === undefined || second === undefined) return undefined;
    const opcode = first & 15;
    if (second < 126) return { opcode, start: 2, length: second };
    const start = second === 126 ? 4 : 10;
    if (bytes.length < start) return undefined;
    const length = second === 126 ? bytes.readUInt16BE(2) : bytes.readUIntBE(4, 6);
    return { opcode, start, length };
  }
}

export class WebSocketClient implements TransportClient {
  readonly address: string;
  readonly socket: Socket;
  readonly #raw: Socket;
  readonly #opcode: number;
  readonly #reader = new FrameReader();
  readonly #messages: Buffer[] = [];
  #head: Buffer = Buffer.alloc(0);
  #closeSent = false;
  /** The response's head, once it is whole. */
  response: string | undefined;
  /** What follows the head of a response that is no upgrade. */
  body = '';
  pongs = 0;
  /** Of the server's close frame; 1005 if it gave none. */
  closeCode: number | undefined;
  inputEnded = false;
  closed = false;

  constructor({ socket, raw }: OpenSocket, opcode: number) {
    this.socket = socket;
    this.#raw = raw;
    this.#opcode = opcode;
    this.address = ownAddress(socket);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.once('end', () => {
      this.inputEnded = true;
      if (this.#closeSent) socket.end();
    });
    socket.once('close', () => (this.closed = true));
  }

  get unsent(): number {
    return this.socket.writableLength;
  }
  /** The messages that came, one by one. */
  get messages(): readonly Buffer[] {
    return this.#messages;
  }
  received(): Buffer {
    return Buffer.concat(this.#messages);
  }
  async send(parts: readonly Uint8Array[], sliceBytes?: number): Promise<void> {
    const frames = parts.map((part) => webSocketFrame(part, { opcode: this.#opcode }));
    const bytes = Buffer.concat(frames);
    await writeSliced(this.socket, bytes, sliceBytes ?? bytes.length);
  }
  pause(): void {
    this.socket.pause();
  }
  resume(): void {
    this.socket.resume();
  }
  halfClose(code = 1000): void {
    this.#closeSent = true;
    this.socket.write(webSocketFrame(Buffer.from([code >> 8, code & 255]), { opcode: 8 }));
    if (this.socket.readableEnded) this.socket.end();
  }
  reset(): void {
    this.#raw.resetAndDestroy();
  }

  #onData(chunk: Buffer): void {
    if (this.response === undefined) {
      this.#head = Buffer.concat([this.#head, chunk]);
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.response = this.#head.toString('latin1', 0, end);
      this.#onData(this.#head.subarray(end + 4));
    } else if (!this.response.startsWith('HTTP/1.1 101')) this.body += chunk.toString('latin1');
    else for (const frame of this.#reader.read(chunk)) this.#onFrame(frame.opcode, frame.payload);
  }
  #onFrame(opcode: number, payload: Buffer): void {
    if (opcode === 1 || opcode === 2) this.#messages.push(Buffer.from(payload));
    if (opcode === 10) this.pongs += 1;
    if (opcode !== 8) return;
    this.closeCode = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
    this.inputEnded = true;
  }
}

/** Opens the socket and sends `request` as it is; the response is the caller's to await. */
export async function sendRequest(address: string, request: string): Promise<WebSocketClient> {
  const client = new WebSocketClient(await openSocket(address), 2);
  client.socket.write(request);
  return client;
}

/** Connects and upgrades; rejects with the response's first line if that is refused. */
export async function connectWebSocket(
  address: string,
  subprotocol: 'im.tlv.1' | 'im.json.1',
): Promise<WebSocketClient> {
  const opcode = subprotocol === 'im.tlv.1' ? 2 : 1;
  const client = new WebSocketClient(await openSocket(address), opcode);
  const { socket } = client;
  const headers = { 'sec-websocket-protocol': subprotocol };
  socket.write(upgradeRequest(new URL(address).pathname, headers));
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (client.response?.startsWith('HTTP/1.1 101')) resolve();
      else if (client.response !== undefined || client.closed) {
        reject(new Error(client.response ?? 'closed'));
      } else return;
      socket.off('data', look);
      socket.off('close', look);
    };
    socket.on('data', look);
    socket.on('close', look);
  });
  return client;
}
