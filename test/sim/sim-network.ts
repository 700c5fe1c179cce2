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
  /** Which life of the node it is. */
  readonly lifeNumber: number;
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
  /** Who is not heard by whom. */
  readonly #apart = new Map<string, readonly [from: string, to: string]>();
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

  listen(address: string, listener: Listener): () => void {
    this.#listeners.set(address, listener);
    const stop = (): void => {
      if (this.#listeners.get(address) === listener) this.#listeners.delete(address);
    };
    listener.life.onEnd(stop);
    return stop;
  }

  dial(client: Life, address: string, dialling: Dialling): void {
    const startedUs = this.#parts.world.nowUs;
    const attempt = (): void => {
      const server = this.#listeners.get(address)?.life.actor ?? '';
      const isCut = this.#cuts.has(client.actor) || this.#areApart(client.actor, server);
      if (!isCut) return this.#connect(client, address, dialling);
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

  /** Cuts these clients off from one server, both ways. */
  part(clients: readonly string[], server: string): void {
    for (const client of clients) {
      this.silence(client, server);
      this.silence(server, client);
    }
  }

  rejoin(clients: readonly string[], server: string): void {
    for (const client of clients) {
      this.voice(client, server);
      this.voice(server, client);
    }
  }

  /** Nothing that `from` says comes to `to`, and neither connects to the other. */
  silence(from: string, to: string): void {
    if (this.#apart.has(pairOf(from, to))) return;
    this.#apart.set(pairOf(from, to), [from, to]);
    for (const [link, way] of this.#waysBetween(from, to)) link.hold(way);
  }

  voice(from: string, to: string): void {
    if (!this.#apart.delete(pairOf(from, to))) return;
    for (const [link, way] of this.#waysBetween(from, to)) link.resume(way);
  }

  /** Resets all connections of one actor with another. */
  resetBetween(one: string, other: string): void {
    for (const [link] of this.#waysBetween(one, other)) link.reset();
  }

  /** A process stands still: nothing that comes is heard until it goes on. */
  standsStill(life: Life): void {
    const comesIn = (run: (link: Link, way: Direction) => void): void => {
      for (const link of this.#links) {
        if (link.serverLife === life) run(link, 'up');
        if (link.clientLife === life) run(link, 'down');
      }
    };
    comesIn((link, way) => link.hold(way));
    life.whenResumed(() => comesIn((link, way) => link.resume(way)));
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
    for (const [from, to] of this.#apart.values()) this.voice(from, to);
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
    const link = this.#link(client, listener);
    // Whatever the server says, or the network does, the client hears once its side is open.
    link.hold('down');
    const { life } = listener;
    if (life.paused) {
      // Its system takes the connection in; the process hears of it when it goes on.
      link.hold('up');
      life.whenResumed(() => {
        if (life.alive) link.listen('up', listener.accept(link));
      });
    } else link.listen('up', listener.accept(link));
    client.after(this.#roundTripMs(), () => {
      dialling.opened(link);
      link.resume('down');
    });
  }

  #link(client: Life, { life: server, lifeNumber }: Listener): Link {
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
      lifeNumber,
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

  /** By which ways of which links what `from` says comes to `to`. */
  #waysBetween(from: string, to: string): readonly (readonly [Link, Direction])[] {
    const ways: (readonly [Link, Direction])[] = [];
    for (const link of this.#links) {
      const { clientLife, serverLife } = link;
      if (clientLife.actor === from && serverLife.actor === to) ways.push([link, 'up']);
      else if (clientLife.actor === to && serverLife.actor === from) ways.push([link, 'down']);
    }
    return ways;
  }

  #areApart(one: string, other: string): boolean {
    return this.#apart.has(pairOf(one, other)) || this.#apart.has(pairOf(other, one));
  }

  #roundTripMs(): number {
    return (1 + this.#parts.prng.exponential(5)) * this.#slowness;
  }
}

function pairOf(from: string, to: string): string {
  return `${from} ${to}`;
}
