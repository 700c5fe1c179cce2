/** The links that a node connects, kept in step with the cards of the others. */
import type { ImError, LinkEnd, ListenAddress } from '../../contract/index.ts';
import type { Beat } from './beat-frame.ts';
import type { LinkTrouble } from './heart-end.ts';
import type { Peer, Peers } from './peers.ts';

interface Surroundings {
  /** This node's own name. */
  readonly self: string;
  readonly peers: Peers;
  /** Silence for longer is told as a trouble, ms. */
  readonly awayMs: number;
  readonly connect: (to: ListenAddress, dial: Dial) => LinkEnd;
}

/** More nodes than this have no cluster of ours. */
const DIALS_MAX = 64;

/** One link that this node keeps, to the node that a card says is there. */
export class Dial {
  readonly peer: Peer;
  end: LinkEnd | undefined;
  trouble: LinkTrouble | undefined;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  opened(): void {
    this.trouble = undefined;
  }

  closed({ code, details }: ImError): void {
    this.trouble = { code, details };
  }

  /** Whoever is there is not the one: not tried again before the card changes. */
  refuse(why: string): void {
    this.trouble = { code: 'IM_LINK_REFUSED', details: { peer: this.peer.link, why } };
    void this.end?.close();
  }
}

export class Dials {
  readonly #around: Surroundings;
  readonly #dials = new Map<string, Dial>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  know(peers: readonly Peer[]): void {
    const wanted = new Map(peers.slice(0, DIALS_MAX).map((peer) => [keyOf(peer), peer]));
    for (const [key, dial] of this.#dials) {
      if (wanted.has(key)) continue;
      void dial.end?.close();
      this.#dials.delete(key);
    }
    for (const [key, peer] of wanted) if (!this.#dials.has(key)) this.#begin(key, peer);
  }

  /** Why it is not the node that was meant who beats there; undefined: it is. */
  wrong({ peer }: Dial, { node }: Beat): string | undefined {
    if (node === peer.node) return undefined;
    const there = node === this.#around.self ? 'this node itself' : node;
    return `the card of ${peer.node} names it, and ${there} listens there`;
  }

  /** The first that somebody has to mend. */
  get trouble(): LinkTrouble | undefined {
    const { peers, awayMs } = this.#around;
    for (const { trouble, peer } of this.#dials.values()) {
      if (!trouble) continue;
      // A node that has ended is listed for a while: that alone is no trouble.
      if (trouble.code !== 'IM_LINK_AWAY' || peers.silentMs(peer.node) > awayMs) return trouble;
    }
    return undefined;
  }

  close(): void {
    for (const dial of this.#dials.values()) void dial.end?.close();
    this.#dials.clear();
  }

  #begin(key: string, peer: Peer): void {
    const dial = new Dial(peer);
    this.#dials.set(key, dial);
    const to = addressOf(peer.link);
    if (to) dial.end = this.#around.connect(to, dial);
    else dial.refuse('it is no address to connect to');
  }
}

function keyOf({ node, life, link }: Peer): string {
  return `${node} ${life} ${link}`;
}

/** Undefined: it is not `host:port`. */
function addressOf(text: string): ListenAddress | undefined {
  const [, six, four, digits] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const [host, port] = [six ?? four, Number(digits)];
  return host !== undefined && port > 0 && port < 65_536 ? { host, port } : undefined;
}
