/**
 * im-kernel over TCP: a lean client made of the wire room alone, so that the server is measured.
 * What is written in one turn of the loop is one write; acknowledgements go with it.
 */
import { connect, type Socket } from 'node:net';
import { FrameBuffer } from '../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../core/wire/frame-decoder.ts';
import type { ClientFrame, Frame } from '../core/wire/frames.ts';
import { uuidV7 } from '../core/wire/uuid.ts';

const MAX_FRAME = 70_000;

export class LeanClient {
  readonly #socket: Socket;
  readonly #output = new FrameBuffer();
  readonly #decoder = new FrameDecoder({
    from: 'server',
    framing: 'stream',
    maxFrameBytes: MAX_FRAME,
    whatOf: () => 'history',
  });
  readonly #received = new Map<string, number>();
  readonly #numbers = new Map<string, number>();
  readonly #random = new Uint8Array(10);
  readonly #onFrame: (frame: Frame) => void;
  #scheduled = false;

  private constructor(socket: Socket, onFrame: (frame: Frame) => void) {
    this.#socket = socket;
    this.#onFrame = onFrame;
  }

  /** Resolves at WELCOME. A refusal or an ERROR ends the process: then nothing is measured. */
  static async connect(
    address: string,
    token: string,
    onFrame: (frame: Frame) => void,
  ): Promise<LeanClient> {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname).setNoDelay(true);
    const client = new LeanClient(socket, onFrame);
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed the connection')));
      socket.on('data', (chunk) => client.#take(chunk, resolve));
      client.write({ type: 'hello', version: 1, token, device: 'bench' });
    });
    return client;
  }

  write(frame: ClientFrame): void {
    this.#output.append(frame);
    this.#schedule();
  }

  /** Sends a text under the conversation's next number, and returns that. */
  say(conversation: string, text: string): number {
    const number = this.nextNumber(conversation);
    const id = this.newId();
    const body = Buffer.from(text, 'latin1');
    this.write({ type: 'send', conversation, number, id, sentAt: Date.now(), body });
    return number;
  }

  nextNumber(conversation: string): number {
    const number = (this.#numbers.get(conversation) ?? 0) + 1;
    this.#numbers.set(conversation, number);
    return number;
  }

  newId(): string {
    crypto.getRandomValues(this.#random);
    return uuidV7(Date.now(), this.#random);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Uint8Array, welcomed: () => void): void {
    this.#decoder.push(chunk);
    for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
      if (frame.type === 'welcome') welcomed();
      else if (frame.type === 'ping') this.write({ ...frame, type: 'pong' });
      else if (frame.type === 'refused' || frame.type === 'error')
        throw new Error(`refused: ${frame.code}`);
      else if (frame.type === 'deliver') this.#received.set(frame.conversation, frame.position);
      this.#onFrame(frame);
    }
    if (this.#received.size > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#received.size > 0) {
      const upTo = Array.from(this.#received, ([conversation, position]) => ({
        conversation,
        position,
      }));
      this.#received.clear();
      this.#output.append({ type: 'received', upTo });
    }
    if (this.#output.length > 0) this.#socket.write(this.#output.take());
  }
}
