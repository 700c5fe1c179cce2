/**
 * im-kernel over TCP: a lean client made of the wire room alone, so that the server is measured.
 */
import { connect, type Socket } from 'node:net';
import type { Adapter } from '../workload.ts';
import { FrameBuffer } from '../../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../../core/wire/frame-decoder.ts';
import type { Frame } from '../../core/wire/frames.ts';
import { directConversation } from '../../core/wire/names.ts';
import { uuidV7 } from '../../core/wire/uuid.ts';

const MAX_FRAME = 70_000;

/** One connection: gathers what it sends, and acknowledges what it gets once per turn. */
class Connection {
  readonly #socket: Socket;
  readonly #output = new FrameBuffer();
  readonly #decoder = new FrameDecoder({
    from: 'server',
    framing: 'stream',
    maxFrameBytes: MAX_FRAME,
    whatOf: () => 'history',
  });
  readonly #conversation: string;
  readonly #received: (text: string) => void;
  readonly #waiting = new Map<number, () => void>();
  readonly #random = new Uint8Array(10);
  #number = 0;
  #upTo = 0;
  #told = 0;
  #scheduled = false;
  #welcomed: (() => void) | undefined;

  constructor(socket: Socket, conversation: string, received: (text: string) => void) {
    this.#socket = socket;
    this.#conversation = conversation;
    this.#received = received;
  }

  greet(token: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#welcomed = resolve;
      this.#socket.on('error', reject);
      this.#socket.on('close', () => reject(new Error('the server closed the connection')));
      this.#socket.on('data', (chunk) => {
        this.#decoder.push(chunk);
        for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
          this.#take(frame);
        }
      });
      this.#output.append({ type: 'hello', version: 1, token, device: 'bench' });
      this.#flush();
    });
  }

  send(text: string, acked: () => void): void {
    this.#number += 1;
    this.#waiting.set(this.#number, acked);
    const now = Date.now();
    crypto.getRandomValues(this.#random);
    this.#output.append({
      type: 'send',
      conversation: this.#conversation,
      number: this.#number,
      id: uuidV7(now, this.#random),
      sentAt: now,
      body: Buffer.from(text, 'latin1'),
    });
    this.#schedule();
  }

  #take(frame: Frame): void {
    if (frame.type === 'accepted') {
      this.#waiting.get(frame.number)?.();
      this.#waiting.delete(frame.number);
    } else if (frame.type === 'deliver') {
      this.#upTo = frame.position;
      this.#received(Buffer.from(frame.body as Uint8Array).toString('latin1'));
      this.#schedule();
    } else if (frame.type === 'ping') {
      this.#output.append({ ...frame, type: 'pong' });
      this.#schedule();
    } else if (frame.type === 'welcome') this.#welcomed?.();
    else if (frame.type === 'refused' || frame.type === 'error') {
      throw new Error(`refused: ${frame.code}`);
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#upTo > this.#told) {
      const upTo = [{ conversation: this.#conversation, position: this.#upTo }];
      this.#output.append({ type: 'received', upTo });
      this.#told = this.#upTo;
    }
    if (this.#output.length > 0) this.#socket.write(this.#output.take());
  }
}

const adapter: Adapter = {
  async connect(address, { user, peer, token }, received) {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname).setNoDelay(true);
    const connection = new Connection(socket, directConversation(user, peer), received);
    await connection.greet(token);
    return {
      send: (text, acked) => connection.send(text, acked),
      close: () => socket.destroy(),
    };
  },
};
export default adapter;
