/** Plays the moves of one party on real sockets, and listens to what the server says. */
import type { Socket } from 'node:net';
import { FrameDecoder } from '../../../core/wire/frame-decoder.ts';
import type { Frame } from '../../../core/wire/frames.ts';
import { decodeJson } from '../../../core/wire/json.ts';
import { openSocket, type OpenSocket } from '../../kit/transport-client.ts';
import { WebSocketClient } from '../../kit/transport-websocket-client.ts';
import type { Way } from '../../scenes/raw-connection.ts';
import type { Move } from './script.ts';

/** Long enough for an answer that is on its way; a script waits for no certain one. */
const listenMs = 15;
/** A client's 64 KiB, 1 KiB more, and the header. */
const serverFrameMaxBytes = 65_536 + 1_024 + 5;

export class Peer {
  readonly #addresses: readonly string[];
  readonly #lines: Line[] = [];

  constructor(addresses: readonly string[]) {
    this.#addresses = addresses;
  }

  get #line(): Line | undefined {
    return this.#lines.at(-1);
  }

  /** Rejects if the server takes no connection. */
  async play(move: Move): Promise<void> {
    if (move.is === 'open') return this.#open(move.way);
    const line = this.#line;
    if (line === undefined || line.over) return;
    if (move.is === 'bytes') line.socket.write(move.bytes);
    else if (move.is === 'listen') await line.listen();
    else if (move.is === 'pause') line.socket.pause();
    else if (move.is === 'resume') line.socket.resume();
    else if (move.is === 'end') line.socket.end();
    else line.raw.resetAndDestroy();
  }

  async #open(way: Way): Promise<void> {
    const scheme = way === 'tcp' ? 'tcp:' : 'ws:';
    const address = this.#addresses.find((one) => one.startsWith(scheme)) ?? '';
    const opened = await openSocket(address);
    this.#lines.push(way === 'tcp' ? new StreamLine(opened) : new WebLine(opened));
  }

  /** Cuts what is open. Returns what no server should have said. */
  leave(): string | undefined {
    for (const { raw } of this.#lines) raw.destroy();
    return this.#lines.map((line) => line.problem()).find((one) => one !== undefined);
  }
}

abstract class Line {
  readonly socket: Socket;
  readonly raw: Socket;

  constructor({ socket, raw }: OpenSocket) {
    this.socket = socket;
    this.raw = raw;
  }

  get over(): boolean {
    return this.socket.destroyed || this.socket.writableEnded;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(limit);
        this.socket.off('data', end).off('close', end);
        resolve();
      };
      const limit = setTimeout(end, listenMs);
      this.socket.once('data', end).once('close', end);
    });
  }

  /** All that came is read at the end: it must be frames, and none an `internal` error. */
  problem(): string | undefined {
    try {
      const broken = this.frames().find((one) => 'code' in one && one.code === 'internal');
      return broken && `was answered ${JSON.stringify(broken)}`;
    } catch (error) {
      return `was told what no client can read: ${String(error)}`;
    }
  }

  protected abstract frames(): readonly Frame[];
}

function decoded(parts: readonly Uint8Array[], framing: 'stream' | 'messages'): Frame[] {
  const frames: Frame[] = [];
  const decoder = new FrameDecoder({ from: 'server', framing, maxFrameBytes: serverFrameMaxBytes });
  for (const part of parts) {
    decoder.push(part);
    for (let frame = decoder.next(); frame; frame = decoder.next()) frames.push(frame);
  }
  return frames;
}

class StreamLine extends Line {
  readonly #chunks: Uint8Array[] = [];

  constructor(opened: OpenSocket) {
    super(opened);
    this.socket.on('data', (chunk: Buffer) => void this.#chunks.push(new Uint8Array(chunk)));
  }

  protected frames(): readonly Frame[] {
    return decoded(this.#chunks, 'stream');
  }
}

class WebLine extends Line {
  readonly #client: WebSocketClient;

  constructor(opened: OpenSocket) {
    super(opened);
    this.#client = new WebSocketClient(opened, 2);
  }

  protected frames(): readonly Frame[] {
    const messages = this.#client.messages.map((one) => new Uint8Array(one));
    if (!/^sec-websocket-protocol: im\.json\.1$/im.test(this.#client.response ?? ''))
      return decoded(messages, 'messages');
    return messages.flatMap((one) => decodeJson(one, 'server') ?? []);
  }
}
