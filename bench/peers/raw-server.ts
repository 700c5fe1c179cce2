/**
 * The floor: length-prefixed frames forwarded in memory, an answer to the sender, writes joined per
 * turn. No log.
 */
import { createServer, type Socket } from 'node:net';

const LOGIN = 0;
const SEND = 1;
const ACK = 2;
const users = new Map<string, Link>();

class Link {
  readonly socket: Socket;
  #parts: Buffer[] = [];
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => this.#data(chunk));
  }

  push(part: Buffer): void {
    if (this.#parts.length === 0) setImmediate(() => this.#flush());
    this.#parts.push(part);
  }

  #flush(): void {
    const parts = this.#parts;
    this.#parts = [];
    this.socket.write(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
  }

  #data(chunk: Buffer): void {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    while (bytes.length >= 4) {
      const length = bytes.readUInt32BE(0);
      if (bytes.length < 4 + length) break;
      this.#frame(bytes.subarray(0, 4 + length));
      bytes = bytes.subarray(4 + length);
    }
    this.#rest = bytes;
  }

  /** Frame: length, kind, and for SEND the receiver's name, an end mark, a number and the text. */
  #frame(frame: Buffer): void {
    const kind = frame[4];
    if (kind === LOGIN) {
      users.set(frame.toString('latin1', 5), this);
      return;
    }
    if (kind !== SEND) return;
    const end = frame.indexOf(0, 5);
    users.get(frame.toString('latin1', 5, end))?.push(frame);
    const ack = Buffer.allocUnsafe(9);
    ack.writeUInt32BE(5, 0);
    ack[4] = ACK;
    frame.copy(ack, 5, end + 1, end + 5);
    this.push(ack);
  }
}

const server = createServer((socket) => new Link(socket));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') {
    console.log(`listening tcp://127.0.0.1:${address.port}`);
  }
});
