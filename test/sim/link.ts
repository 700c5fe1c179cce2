/** One simulated TCP connection: two pipes and what each end knows of the other. */
import { checksum } from './trace.ts';
import type { Trace } from './trace.ts';
import type { Life } from './life.ts';
import { Pipe, type PipeShape } from './pipe.ts';
import type { Prng } from './prng.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** up: client to server. */
export type Direction = 'up' | 'down';

/** What an end of a connection is told. Never called after its process has died. */
export interface LinkEar {
  bytes(segment: Uint8Array): Promise<void> | undefined;
  /** The other end finished; only servers may still answer. */
  ended(): void;
  /** Nothing more comes and nothing can be sent; once, last. */
  closed(why: string): void;
}

export interface LinkParts {
  readonly name: string;
  readonly world: VirtualClock;
  readonly prng: Prng;
  readonly trace: Trace;
  readonly shape: PipeShape;
  readonly client: Life;
  readonly server: Life;
  /** Which life of the node the server is. */
  readonly lifeNumber: number;
  /** Once both ends are gone. */
  readonly onGone: () => void;
}

/** One end's state: its process, what it hears, and whether its socket is open. */
interface End {
  readonly life: Life;
  readonly out: Direction;
  ear: LinkEar | undefined;
  open: boolean;
  /** Bytes that still come are thrown away. */
  discarding: boolean;
  /** The other side finished. */
  heardEnd: boolean;
}

export class Link {
  readonly name: string;
  readonly #parts: LinkParts;
  readonly #pipes: Readonly<Record<Direction, Pipe>>;
  readonly #client: End;
  readonly #server: End;

  constructor(parts: LinkParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#client = this.#endOf(parts.client, 'up');
    this.#server = this.#endOf(parts.server, 'down');
    this.#pipes = { up: this.#pipe('up', this.#server), down: this.#pipe('down', this.#client) };
  }

  get clientLife(): Life {
    return this.#parts.client;
  }

  get serverLife(): Life {
    return this.#parts.server;
  }

  get lifeNumber(): number {
    return this.#parts.lifeNumber;
  }

  buffered(direction: Direction): number {
    return this.#pipes[direction].buffered;
  }

  listen(direction: Direction, ear: LinkEar): void {
    this.#hearerOf(direction).ear = ear;
  }

  /** Writes for the end that sends in this direction. */
  send(direction: Direction, bytes: Uint8Array): void {
    if (this.#senderOf(direction).open) this.#pipes[direction].write(bytes);
  }

  onceEmpty(direction: Direction, run: () => void): void {
    this.#pipes[direction].onceEmpty(run);
  }

  /** The sender of this direction closes in order, and lingers for the other's end. */
  finish(direction: Direction, lingerMs: number): void {
    const end = this.#senderOf(direction);
    if (!end.open) return;
    this.#pipes[direction].finish();
    end.discarding = true;
    end.life.after(end.heardEnd ? 0 : lingerMs, () => this.#close(end, 'ended'));
  }

  /** The sender of this direction closes at once; what is buffered is dropped. */
  destroy(direction: Direction): void {
    const end = this.#senderOf(direction);
    if (!end.open) return;
    this.#pipes[direction].break();
    end.discarding = true;
    end.life.after(0, () => this.#close(end, 'destroyed'));
  }

  /**
   * The network resets the connection: both ends learn it, each behind a random part of what was
   * under way.
   */
  reset(): void {
    this.#pipes.up.break();
    this.#pipes.down.break();
  }

  /**
   * The process at the sending end of this direction has died: its system says so, or (silent) it
   * does not.
   */
  die(direction: Direction, silent: boolean): void {
    const end = this.#senderOf(direction);
    if (!end.open) return;
    end.open = false;
    if (silent) this.#pipes[direction].vanish();
    else this.#pipes[direction].break();
    this.#tellIfGone();
  }

  hold(direction: Direction): void {
    this.#pipes[direction].hold();
  }

  resume(direction: Direction): void {
    this.#pipes[direction].resume();
  }

  slow(factor: number): void {
    this.#pipes.up.slow(factor);
    this.#pipes.down.slow(factor);
  }

  #endOf(life: Life, out: Direction): End {
    return { life, out, ear: undefined, open: true, discarding: false, heardEnd: false };
  }

  #senderOf(direction: Direction): End {
    return direction === 'up' ? this.#client : this.#server;
  }

  #hearerOf(direction: Direction): End {
    return direction === 'up' ? this.#server : this.#client;
  }

  #pipe(direction: Direction, end: End): Pipe {
    const { world, prng, shape, trace, name } = this.#parts;
    return new Pipe(world, prng.fork(), name, shape, {
      bytes: (segment) => {
        trace.add(world.nowUs, name, direction, segment.length, checksum(segment));
        return this.#heard(end, segment);
      },
      finished: () => this.#heardEnd(end),
      broken: () => this.#close(end, 'reset'),
    });
  }

  #heard(end: End, segment: Uint8Array): Promise<void> | undefined {
    if (!end.open || !end.life.alive) {
      // A system that knows nothing of the connection answers with a reset.
      this.#pipes[end.out].break();
      return undefined;
    }
    return end.discarding ? undefined : end.ear?.bytes(segment);
  }

  #heardEnd(end: End): void {
    end.heardEnd = true;
    if (!end.open || !end.life.alive) return;
    if (end.discarding) return this.#close(end, 'ended');
    end.ear?.ended();
  }

  #close(end: End, why: string): void {
    if (!end.open) return;
    end.open = false;
    this.#pipes[end.out].finish();
    if (end.life.alive) end.ear?.closed(why);
    this.#tellIfGone();
  }

  #tellIfGone(): void {
    if (!this.#client.open && !this.#server.open) this.#parts.onGone();
  }
}
