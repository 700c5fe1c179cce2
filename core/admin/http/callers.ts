/**
 * The connections of an admin server. Who has shown no token is a stranger: strangers have room of
 * their own, and the longest there of the address that has the most of it makes room for the next.
 * So whoever has a token comes in, however many others knock and say nothing.
 */
import type { Socket } from 'node:net';
import type { Clock, Log } from '../../contract/index.ts';
import type { AdminCounters } from './admin-counters.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly counters: Pick<AdminCounters, 'turnedAway'>;
}

/** Of strangers, and of all. */
export const STRANGERS_MAX = 64;
export const CALLERS_MAX = 128;
const TOLD_EVERY_MS = 60_000;

export class Callers {
  readonly #around: Surroundings;
  /** Of one that is secured, what lies beneath: it is counted before it has said who it is. */
  readonly #sockets = new Map<string | Socket, Socket>();
  /** Those that come first have been there longest. */
  readonly #strangers = new Set<string | Socket>();
  #turnedAway = 0;
  #isOver = false;
  #toldMs = -Infinity;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  came(socket: Socket): void {
    if (this.#isOver) return void socket.destroy();
    const key = keyOf(socket);
    this.#sockets.set(key, socket);
    this.#strangers.add(key);
    socket.once('close', () => {
      if (this.#sockets.get(key) === socket) this.#forget(key);
    });
    const isFull = this.#strangers.size > STRANGERS_MAX || this.#sockets.size > CALLERS_MAX;
    if (isFull) this.#turnAway();
  }

  /** It has shown a token, or lost its right to the one that it has. */
  showed(socket: Socket, isKnown: boolean): void {
    const key = keyOf(socket);
    if (isKnown) this.#strangers.delete(key);
    else if (this.#sockets.has(key)) this.#strangers.add(key);
  }

  /** A connection that has not come to speak HTTP is none that its server would end. */
  end(): void {
    this.#isOver = true;
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  #turnAway(): void {
    const held = Map.groupBy(this.#strangers, (key) => this.#sockets.get(key)?.remoteAddress);
    const [most = []] = [...held.values()].toSorted((a, b) => b.length - a.length);
    const [key] = most;
    if (key === undefined) return;
    const socket = this.#sockets.get(key);
    this.#forget(key);
    this.#turnedAway += 1;
    this.#around.counters.turnedAway.add();
    this.#tell(socket?.remoteAddress);
    socket?.destroy();
  }

  #forget(key: string | Socket): void {
    this.#sockets.delete(key);
    this.#strangers.delete(key);
  }

  #tell(address: string | undefined): void {
    const { clock, log } = this.#around;
    if (clock.monotonic() - this.#toldMs < TOLD_EVERY_MS) return;
    this.#toldMs = clock.monotonic();
    const fields = { count: this.#turnedAway, address };
    log.warn('connections to the admin API that showed no token made room for others', fields);
    this.#turnedAway = 0;
  }
}

/** The same for a connection and for the secured one on it. A unix socket has no address. */
function keyOf(socket: Socket): string | Socket {
  const { remoteAddress, remotePort } = socket;
  return remotePort === undefined ? socket : `${remoteAddress} ${remotePort}`;
}
