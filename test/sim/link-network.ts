/** The network over which the hearts of simulated nodes beat, in plain streams. */
import type { ByteStream, Network, StreamEar } from '../../core/cluster/link/network.ts';
import type { ListenAddress } from '../../core/contract/index.ts';
import type { Life } from './life.ts';
import type { Direction, Link, LinkEar } from './link.ts';
import type { Dialling, SimNetwork } from './sim-network.ts';

/** How long a system waits for the other end to close after it has closed itself. */
const LINGER_MS = 2_000;

interface Parts {
  readonly network: SimNetwork;
  readonly life: Life;
  /** Which life of the node it is. */
  readonly lifeNumber: number;
}

class SimStream implements ByteStream, Dialling, LinkEar {
  readonly peer: string;
  readonly #life: Life;
  readonly #out: Direction;
  #ear: StreamEar | undefined;
  #link: Link | undefined;
  #over = false;

  constructor(life: Life, out: Direction, peer: string) {
    this.#life = life;
    this.#out = out;
    this.peer = peer;
  }

  get pendingBytes(): number {
    return this.#link?.buffered(this.#out) ?? 0;
  }

  hear(ear: StreamEar, link?: Link): void {
    this.#ear = ear;
    this.#link = link;
  }

  write(bytes: Uint8Array): void {
    if (!this.#over && this.#life.act()) this.#link?.send(this.#out, bytes);
  }

  end(): void {
    if (this.#over || !this.#life.act()) return;
    this.#over = true;
    this.#link?.finish(this.#out, LINGER_MS);
  }

  destroy(): void {
    if (this.#over || !this.#life.act()) return;
    this.#over = true;
    this.#link?.destroy(this.#out);
  }

  opened(link: Link): void {
    this.#link = link;
    if (this.#over) return link.destroy(this.#out);
    link.listen('down', this);
    this.#ear?.opened();
  }

  failed(why: string): void {
    this.closed(why);
  }

  bytes(segment: Uint8Array): undefined {
    if (!this.#over) this.#ear?.received(segment);
  }

  ended(): void {
    this.#link?.finish(this.#out, 0);
    this.closed('the other end closed the connection');
  }

  closed(why: string): void {
    this.#over = true;
    const ear = this.#ear;
    this.#ear = undefined;
    ear?.closed(why);
  }
}

export function linkNetwork({ network, life, lifeNumber }: Parts): Network {
  return {
    connect: (to, ear) => {
      const stream = new SimStream(life, 'up', hostPort(to));
      stream.hear(ear);
      if (life.act()) network.dial(life, linkAddress(to), stream);
      return stream;
    },
    listen: (at, accept) => {
      const taken = (link: Link): LinkEar => {
        const stream = new SimStream(life, 'down', `${link.name}:1`);
        stream.hear(accept(stream), link);
        return stream;
      };
      const stop = network.listen(linkAddress(at), { life, lifeNumber, accept: taken });
      const close = (): Promise<void> => Promise.resolve(stop());
      return Promise.resolve({ address: hostPort(at), close });
    },
  };
}

function hostPort({ host, port }: ListenAddress): string {
  return `${host}:${port}`;
}

/** Apart from where clients connect. */
function linkAddress(at: ListenAddress): string {
  return `link://${hostPort(at)}`;
}
