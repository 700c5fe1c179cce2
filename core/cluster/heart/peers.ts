/** The other nodes as their links show them: who is suspect, and what is news. */
import type { Clock, NodeLife } from '../../contract/index.ts';
import type { Beat, BeatState } from './beat-frame.ts';

/** Another node that can be heard, from its card. */
export interface Peer extends NodeLife {
  /** Where it listens for links: `host:port`. */
  readonly link: string;
}

interface Standing {
  /** When it was heard last; until then, since when it is known. */
  heardMs: number;
  /** A link on which it beat has ended, and it was not heard since. */
  broken: boolean;
  life: string;
  count: number;
  ageMs: number;
  state: BeatState | undefined;
}

export class Peers {
  readonly #clock: Clock;
  readonly #suspectAfterMs: number;
  readonly #standings = new Map<string, Standing>();

  constructor(clock: Clock, suspectAfterMs: number) {
    this.#clock = clock;
    this.#suspectAfterMs = suspectAfterMs;
  }

  /** These and no others are watched from now on. */
  know(peers: readonly Peer[]): void {
    const names = new Set(peers.map(({ node }) => node));
    for (const node of this.#standings.keys()) if (!names.has(node)) this.#standings.delete(node);
    for (const { node, life } of peers) {
      if (this.#standings.has(node)) continue;
      const heardMs = this.#clock.monotonic();
      const fresh = { heardMs, broken: false, life, count: 0, ageMs: 0, state: undefined };
      this.#standings.set(node, fresh);
    }
  }

  /** True if its state is another one than before, or it is another life: worth a look. */
  heard({ node, life, count, ageMs, state }: Beat): boolean {
    const known = this.#standings.get(node);
    if (!known) return false;
    known.heardMs = this.#clock.monotonic();
    known.broken = false;
    if (known.life === life && count <= known.count) return false;
    const isNews = known.life !== life || (known.state !== undefined && known.state !== state);
    Object.assign(known, { life, count, ageMs, state });
    return isNews;
  }

  /** A link on which it beat has ended. False: nobody watches it. */
  broke(node: string): boolean {
    const known = this.#standings.get(node);
    if (known) known.broken = true;
    return known !== undefined;
  }

  /** This program itself slept so long, and could not have heard anybody. */
  slept(ms: number): void {
    for (const known of this.#standings.values()) known.heardMs += ms;
  }

  /** Since it was heard, or became known, ms. */
  silentMs(node: string): number {
    return this.#clock.monotonic() - (this.#standings.get(node)?.heardMs ?? Infinity);
  }

  get anyBroken(): boolean {
    return [...this.#standings.values()].some(({ broken }) => broken);
  }

  /** By name, in byte order. */
  get suspects(): readonly string[] {
    const limitMs = this.#suspectAfterMs;
    return [...this.#standings]
      .filter(([node, { broken, ageMs }]) => {
        return broken || ageMs > limitMs || this.silentMs(node) > limitMs;
      })
      .map(([node]) => node)
      .toSorted();
  }
}
