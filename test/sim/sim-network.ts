/**
 * The simulated network: who listens where, who is connected to whom, and every way in which that
 * goes wrong.
 */
import { Link, type Direction, type LinkEar } from './link.ts';
import type { Life } from './life.ts';
import type { PipeShape } from './pipe.ts';
import type { Prng } from './prng.ts';
import type { Trace } from './trace.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** How long a connection attempt hangs in a cut network before the system gives up. */
const CONNECT_TIMEOUT_MS = 20_000;
/** What a healed network's latencies are multiplied by. */
const HEALTHY = 0.1;
const BOTH: readonly Direction[] = ['up', 'down'];

export interface NetworkParts {
  readonly world: VirtualClock;
  readonly prng: Prng;
  readonly trace: Trace;
  /** Draws a shape for each new connection. */
  readonly shape: () => PipeShape;
}

interface Listener {
  readonly life: Life;
  readonly accept: (link: Link) => LinkEar;
}

/** A client's wish for a connection. */
export interface Dialling {
  opened(link: Link): void;
  failed(why: string): void;
}

export class SimNetwork {
  readonly #parts: NetworkParts;
  readonly #listeners = new Map<string, Listener>();
  readonly #links = new Set<Link>();
  /** Actors that are cut off, and in which directions. */
  readonly #cuts = new Map<string, readonly Direction[]>();
  readonly #refused = new Set<string>();
  #slowness = 1;
  #made = 0;
  #healed = false;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /** Live links, in the sequence in which they were made. */
  get links(): readonly Link[] {
    return [...this.#links];
  }

  listen(address: string, life: Life, accept: (link: Link) => LinkEar): () => void {
    const listener = { life, accept };
    this.#listeners.set(address, listener);
    const stop = (): void => {
      if (this.#listeners.get(address) === listener) this.#listeners.delete(address);
    };
    life.onEnd(stop);
    return stop;
  }

  dial(client: Life, address: string, dialling: Dialling): void {
    const startedUs = this.#parts.world.nowUs;
    const attempt = (): void => {
      if (!this.#cuts.has(client.actor)) return this.#connect(client, address, dialling);
      const waitedMs = (this.#parts.world.nowUs - startedUs) / 1000;
      if (waitedMs >= CONNECT_TIMEOUT_MS) dialling.failed('timed out');
      else client.after(1000, attempt);
    };
    client.after(this.#roundTripMs() / 2, attempt);
  }

  /** Cuts an actor off in these directions: what is under way waits, nothing says so. */
  cut(actor: string, directions: readonly Direction[] = BOTH): void {
    if (this.#cuts.has(actor)) return;
    this.#cuts.set(actor, directions);
    for (const link of this.#linksOf(actor)) for (const way of directions) link.hold(way);
  }

  mend(actor: string): void {
    const directions = this.#cuts.get(actor) ?? [];
    this.#cuts.delete(actor);
    for (const link of this.#linksOf(actor)) for (const way of directions) link.resume(way);
  }

  /** Connection attempts of this actor are refused, until `admit`. */
  refuse(actor: string): void {
    this.#refused.add(actor);
  }

  admit(actor: string): void {
    this.#refused.delete(actor);
  }

  /** Resets all connections of an actor. */
  reset(actor: string): number {
    const links = this.#linksOf(actor);
    for (const link of links) link.reset();
    return links.length;
  }

  /** Makes every connection slower by this factor, those to come too; not any more once healed. */
  slow(factor: number): void {
    if (!this.#healed) this.#slowBy(factor);
  }

  #slowBy(factor: number): void {
    this.#slowness = factor;
    for (const link of this.#links) link.slow(factor);
  }

  /**
   * Everything that was cut, refused or slowed works again, and no slower than heartbeats allow
   * for.
   */
  heal(): void {
    for (const actor of this.#cuts.keys()) this.mend(actor);
    this.#refused.clear();
    this.#slowBy(HEALTHY);
    this.#healed = true;
  }

  /**
   * A process has died: its ends of its connections close with a reset, or (silent) are just gone.
   */
  died(life: Life, silent: boolean): void {
    for (const link of this.#links) {
      if (link.clientLife === life) link.die('up', silent);
      if (link.serverLife === life) link.die('down', silent);
    }
  }

  #connect(client: Life, address: string, dialling: Dialling): void {
    const listener = this.#listeners.get(address);
    if (listener === undefined || !listener.life.alive || this.#refused.has(client.actor)) {
      client.after(this.#roundTripMs(), () => dialling.failed('refused'));
      return;
    }
    const link = this.#link(client, listener.life);
    // Whatever the server says, or the network does, the client hears once its side is open.
    link.hold('down');
    link.listen('up', listener.accept(link));
    client.after(this.#roundTripMs(), () => {
      dialling.opened(link);
      link.resume('down');
    });
  }

  #link(client: Life, server: Life): Link {
    const { world, prng, trace, shape } = this.#parts;
    this.#made += 1;
    const name = `link-${this.#made}`;
    const onGone = (): void => void this.#links.delete(link);
    const link = new Link({
      name,
      world,
      prng: prng.fork(),
      trace,
      shape: shape(),
      client,
      server,
      onGone,
    });
    link.slow(this.#slowness);
    this.#links.add(link);
    return link;
  }

  #linksOf(actor: string): readonly Link[] {
    const isOf = (link: Link): boolean =>
      link.clientLife.actor === actor || link.serverLife.actor === actor;
    return this.links.filter(isOf);
  }

  #roundTripMs(): number {
    return (1 + this.#parts.prng.exponential(5)) * this.#slowness;
  }
}
