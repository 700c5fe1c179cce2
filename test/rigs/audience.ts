/** Very many members of one group, each connected, acknowledging what it is told. */
import { connect, type Socket } from 'node:net';
import { localToken } from '../../cli/local-token.ts';
import { encodeFrame } from '../../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../../core/wire/frame-decoder.ts';
import type { ClientFrame, ServerFrame } from '../../core/wire/frames.ts';

/** Below the usual backlog of a listener, so that none is refused by the system. */
const atOnce = 200;
const frameMaxBytes = 1 << 20;

class Member {
  readonly #socket: Socket;
  readonly #took: (position: number) => void;
  #last = 0;

  private constructor(socket: Socket, took: (position: number) => void) {
    this.#socket = socket;
    this.#took = took;
  }

  /** Resolves at WELCOME. */
  static join(address: URL, token: string, took: (position: number) => void): Promise<Member> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(address.port), address.hostname);
      const member = new Member(socket, took);
      const settings = { from: 'server', framing: 'stream', maxFrameBytes: frameMaxBytes } as const;
      const decoder = new FrameDecoder(settings);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('a member was sent away')));
      socket.on('data', (bytes) => {
        decoder.push(bytes);
        for (let frame = decoder.next(); frame; frame = decoder.next()) {
          if (frame.type === 'welcome') resolve(member);
          member.#take(frame as ServerFrame);
        }
      });
      member.#say({ type: 'hello', version: 1, token, device: 'main' });
    });
  }

  leave(): void {
    this.#socket.destroy();
  }

  #say(frame: ClientFrame): void {
    this.#socket.write(encodeFrame(frame));
  }

  #take(frame: ServerFrame): void {
    if (frame.type === 'ping') this.#say({ ...frame, type: 'pong' });
    if (frame.type !== 'deliver') return;
    const { conversation, position, previous = position - 1 } = frame;
    if (position <= this.#last) return;
    if (this.#last > 0 && previous > this.#last) throw new Error(`${position} came too early`);
    this.#last = position;
    this.#say({ type: 'received', upTo: [{ conversation, position }] });
    this.#took(position);
  }
}

export class Audience {
  readonly #members: Member[] = [];
  /** How many have taken each position. */
  readonly #taken = new Map<number, number>();
  readonly #waiting = new Set<() => void>();

  /** Connects all users, some at a time. `configFile`: the server's, for its tokens. */
  async gather(address: string, configFile: string, users: readonly string[]): Promise<void> {
    const url = new URL(address);
    for (let first = 0; first < users.length; first += atOnce) {
      const some = users.slice(first, first + atOnce);
      const joining = some.map(async (user) => {
        const token = await localToken(configFile, user);
        return Member.join(url, token, (position) => this.#took(position));
      });
      this.#members.push(...(await Promise.all(joining)));
    }
  }

  /** Resolves when every member has the entry at `position`. */
  async all(position: number): Promise<void> {
    while ((this.#taken.get(position) ?? 0) < this.#members.length)
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  disperse(): void {
    for (const member of this.#members) member.leave();
  }

  #took(position: number): void {
    this.#taken.set(position, (this.#taken.get(position) ?? 0) + 1);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
