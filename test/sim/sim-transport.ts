/**
 * The transport that the node under simulation listens with: bytes of the simulated network, TLV as
 * a stream.
 */
import {
  definePlugin,
  type Ear,
  type Peer,
  type Plugin,
  type Transport,
  type TransportHost,
} from 'im-kernel/contract';
import type { Link, LinkEar } from './link.ts';
import type { Life } from './life.ts';
import type { Situations } from './situations.ts';
import type { SimNetwork } from './sim-network.ts';

export interface SimTransportParts {
  readonly network: SimNetwork;
  readonly life: Life;
  /** Which life of the node it is. */
  readonly lifeNumber: number;
  /** Hears what goes out. */
  readonly sent: (bytes: Uint8Array) => void;
  readonly address: string;
  /** Output buffered at which `send` answers false: low, so that back-pressure happens. */
  readonly highWaterBytes: number;
  readonly situations: Situations;
}

class SimPeer implements Peer {
  readonly address: string;
  readonly secure = false;
  readonly #link: Link;
  readonly #parts: SimTransportParts;
  readonly #drained: () => void;
  #waiting = false;

  constructor(link: Link, parts: SimTransportParts, drained: () => void) {
    this.address = `${link.name}:1`;
    this.#link = link;
    this.#parts = parts;
    this.#drained = drained;
  }

  send(bytes: Uint8Array): boolean {
    if (this.#parts.life.act()) {
      this.#parts.sent(bytes);
      this.#link.send('down', bytes);
    }
    if (this.#link.buffered('down') < this.#parts.highWaterBytes) return true;
    if (!this.#waiting) {
      this.#parts.situations.add('output held back');
      this.#waiting = true;
      this.#link.onceEmpty('down', () => {
        this.#waiting = false;
        const { life } = this.#parts;
        if (life.alive) life.enter(this.#drained);
      });
    }
    return false;
  }

  end(lingerMs: number): void {
    if (this.#parts.life.act()) this.#link.finish('down', lingerMs);
  }

  destroy(): void {
    if (this.#parts.life.act()) this.#link.destroy('down');
  }
}

class SimTransport implements Transport {
  readonly addresses: readonly string[];
  readonly #parts: SimTransportParts;
  readonly #host: TransportHost;
  #stopListening: (() => void) | undefined;
  readonly #peers = new Set<Peer>();
  #allClosed: (() => void) | undefined;

  constructor(parts: SimTransportParts, host: TransportHost) {
    this.#parts = parts;
    this.#host = host;
    this.addresses = [parts.address];
  }

  start(): Promise<void> {
    const { network, address, life, lifeNumber } = this.#parts;
    const accept = (link: Link): LinkEar => this.#accept(link);
    this.#stopListening = network.listen(address, { life, lifeNumber, accept });
    return Promise.resolve();
  }

  stopAccepting(): Promise<void> {
    this.#stopListening?.();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.stopAccepting();
    if (this.#peers.size === 0) return;
    const allClosed = new Promise<void>((resolve) => {
      this.#allClosed = resolve;
    });
    for (const peer of this.#peers) peer.destroy();
    await allClosed;
  }

  #accept(link: Link): LinkEar {
    const drained = (): void => ear.drained();
    const peer = new SimPeer(link, this.#parts, drained);
    const ear: Ear = this.#host.open(peer, { encoding: 'tlv', framing: 'stream' });
    this.#peers.add(peer);
    return {
      bytes: (segment) => ear.receive(segment),
      ended: () => ear.ended(),
      closed: () => {
        this.#peers.delete(peer);
        ear.closed();
        if (this.#peers.size === 0) this.#allClosed?.();
      },
    };
  }
}

/** The plugin for one life of a node. */
export function simTransport(parts: SimTransportParts): Plugin<'transport'> {
  return definePlugin({
    contract: 1,
    role: 'transport',
    type: 'simulated',
    summary: 'Connections of the simulated network.',
    stability: 'experimental',
    config: {},
    create: (_config, host) => new SimTransport(parts, host),
  });
}
