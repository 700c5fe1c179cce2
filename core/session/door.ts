/**
 * The door: makes a session of each connection, within the bounds, and knows when all have gone.
 */
import type { Binding, Ear, Peer, Random } from '../contract/index.ts';
import type { Code } from '../wire/codes.ts';
import type { Moved } from '../wire/frames.ts';
import type { Directory } from './directory.ts';
import type { SessionSurroundings } from './session-handler.ts';
import { Session } from './session.ts';

interface Surroundings extends Omit<SessionSurroundings, 'gone'> {
  readonly directory: Directory;
  readonly random: Random;
  /** The session is gone, whatever it had become. */
  readonly left: (session: Session) => void;
}

const ID_BYTES = 12;

export class Door {
  readonly #around: Surroundings;
  readonly #session: SessionSurroundings;
  /** What whoever comes is told, since it was closed. */
  #closed: Code | Moved | undefined;
  /** The same, until it is opened again. */
  #shut: Moved | undefined;
  #empty: (() => void)[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
    this.#session = {
      ...around,
      get limits() {
        return around.limits;
      },
      gone: (session) => this.#gone(session),
    };
  }

  /** A new connection. It always gets an ear; one too many hears an ERROR at once. */
  open(peer: Peer, binding: Binding): Ear {
    const { directory, counters, random } = this.#around;
    const id = hex(random.bytes(ID_BYTES));
    const session = new Session(id, peer, binding, this.#session);
    counters.opened.add();
    directory.sessions.add(session);
    const fromThere = directory.arrive(peer.address);
    const refusal = this.#refusal(fromThere);
    if (typeof refusal === 'object') session.move(refusal, true);
    else if (refusal) session.fail(refusal, undefined, this.#around.limits.retryAfter);
    return session;
  }

  /**
   * No new sessions; those here are told and leave when they have their answers. What is said first
   * stays.
   */
  close(farewell: Code | Moved = 'shutting-down'): void {
    this.#closed ??= farewell;
    for (const session of this.#around.directory.sessions) session.leave(farewell);
  }

  /** Sends everybody elsewhere at once; nothing else is said to them. */
  turnAway(to: Moved): void {
    this.#closed = to;
    for (const session of this.#around.directory.sessions) session.move(to, true);
  }

  /** As `turnAway`, and whoever comes is sent there as well, until `reopen`. */
  shut(to: Moved): void {
    this.#shut = to;
    for (const session of this.#around.directory.sessions) session.move(to, true);
  }

  reopen(): void {
    this.#shut = undefined;
  }

  /** Resolves when the last session has gone. */
  whenEmpty(): Promise<void> {
    if (this.#around.directory.sessions.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#empty.push(resolve));
  }

  /** Sessions that are still here. */
  get size(): number {
    return this.#around.directory.sessions.size;
  }

  /** Drops whoever is still here. */
  clear(): void {
    for (const session of this.#around.directory.sessions) session.destroy('stopped');
  }

  #refusal(fromThere: number): Code | Moved | undefined {
    const { directory, limits } = this.#around;
    const shut = this.#closed ?? this.#shut;
    if (shut) return shut;
    if (directory.sessions.size > limits.connections) return 'too-many-connections';
    if (limits.connectionsPerAddress > 0 && fromThere > limits.connectionsPerAddress) {
      return 'too-many-connections';
    }
    const greeting = directory.sessions.size - directory.welcomed;
    return greeting > limits.connectionsUnauthenticated ? 'too-many-connections' : undefined;
  }

  #gone(session: Session): void {
    const { directory, counters, left } = this.#around;
    directory.sessions.delete(session);
    counters.closed.add();
    if (session.welcomed) directory.welcomed -= 1;
    directory.depart(session.address);
    left(session);
    if (directory.sessions.size > 0) return;
    const empty = this.#empty;
    this.#empty = [];
    for (const resolve of empty) resolve();
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
