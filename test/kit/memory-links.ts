/** Links within one process, for judges: whoever listens is found by the address. */
import {
  ImError,
  type Cancel,
  type Clock,
  type ConnectOptions,
  type Link,
  type LinkEar,
  type LinkEnd,
  type Links,
  type ListenAddress,
  type ListenOptions,
} from 'im-kernel/contract';

export interface MemoryLinks extends Links {
  /** Ends every link that is open now; whoever connected tries again. */
  cut(): void;
  /** While true, nobody gets through; open links stay. */
  closed: boolean;
}

interface Listener {
  readonly options: ListenOptions;
  readonly accept: () => LinkEar;
  readonly links: Set<Pair>;
}

const portMin = 40_000;

class Pair {
  #open = true;
  readonly #ears: readonly [LinkEar, LinkEar];
  readonly #gone: () => void;

  constructor(ears: readonly [LinkEar, LinkEar], gone: () => void) {
    this.#ears = ears;
    this.#gone = gone;
    ears[1].opened(this.#end(0, 'who connects'));
    ears[0].opened(this.#end(1, 'who listens'));
  }

  /** `to`: whose ear hears what this end sends. */
  #end(to: 0 | 1, peer: string): Link {
    const send = (frame: Uint8Array): boolean => {
      const copy = frame.slice();
      if (this.#open) queueMicrotask(() => this.#open && this.#ears[to].received(copy));
      return this.#open;
    };
    return { peer, send, close: () => this.end([to]) };
  }

  /** Ends it, and tells these. */
  end(told: readonly (0 | 1)[]): void {
    if (!this.#open) return;
    this.#open = false;
    this.#gone();
    for (const ear of told) this.#ears[ear].closed(away('it was ended'));
  }
}

function away(why: string): ImError {
  return new ImError('IM_LINK_AWAY', { peer: 'memory', why });
}

function named({ host, port }: ListenAddress): string {
  return `${host}:${port}`;
}

/** The secret is the file's name: nothing is read. */
export function memoryLinks(clock: Clock): MemoryLinks {
  const listeners = new Map<string, Listener>();
  const links: MemoryLinks = {
    closed: false,
    cut: () => {
      for (const listener of listeners.values())
        for (const pair of listener.links) pair.end([0, 1]);
    },
    listen: (options, accept) => {
      const { host, port } = options.at;
      const address = named({ host, port: port === 0 ? portMin + listeners.size : port });
      if (listeners.has(address)) {
        return Promise.reject(new ImError('IM_LINK_LISTEN', { address, why: 'taken' }));
      }
      const listener: Listener = { options, accept, links: new Set() };
      listeners.set(address, listener);
      const close = (): Promise<void> => {
        listeners.delete(address);
        for (const pair of listener.links) pair.end([0]);
        return Promise.resolve();
      };
      return Promise.resolve({ address, close });
    },
    connect: (options, ear) =>
      new Connecting(options, ear, clock, () =>
        links.closed ? undefined : listeners.get(named(options.to)),
      ),
  };
  return links;
}

class Connecting implements LinkEnd {
  readonly address: string;
  readonly #options: ConnectOptions;
  readonly #ear: LinkEar;
  readonly #clock: Clock;
  readonly #find: () => Listener | undefined;
  #pair: Pair | undefined;
  #cancel: Cancel | undefined;
  #closed = false;

  constructor(
    options: ConnectOptions,
    ear: LinkEar,
    clock: Clock,
    find: () => Listener | undefined,
  ) {
    this.address = named(options.to);
    this.#options = options;
    this.#ear = ear;
    this.#clock = clock;
    this.#find = find;
    queueMicrotask(() => this.#try());
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    this.#pair?.end([1]);
    return Promise.resolve();
  }

  #try(): void {
    if (this.#closed) return;
    const { secretFile, purpose } = this.#options;
    const listener = this.#find();
    if (!listener) return this.#lost(away('nobody listens'));
    if (listener.options.secretFile !== secretFile || listener.options.purpose !== purpose) {
      return this.#lost(new ImError('IM_LINK_REFUSED', { peer: 'memory', why: 'other secret' }));
    }
    const theirs = listener.accept();
    const mine: LinkEar = {
      opened: (link) => this.#ear.opened(link),
      received: (frame) => this.#ear.received(frame),
      closed: (why) => this.#lost(why),
    };
    const pair: Pair = new Pair([mine, theirs], () => listener.links.delete(pair));
    listener.links.add(pair);
    this.#pair = pair;
  }

  #lost(why: ImError): void {
    this.#pair = undefined;
    if (this.#closed) return;
    this.#ear.closed(why);
    if (this.#closed) return;
    this.#cancel = this.#clock.after(this.#options.reconnectBaseMs, () => this.#try());
  }
}
