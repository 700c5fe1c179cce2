/**
 * A transport in memory: hands each piece over at once and keeps what the kernel does to a peer.
 */
import {
  definePlugin,
  type AnyPlugin,
  type Binding,
  type Ear,
  type Peer,
  type Transport,
  type TransportHost,
} from 'im-kernel/contract';

/** The far end of one connection: what it hears, and what it says. */
export class Wire implements Peer {
  readonly address: string;
  readonly secure = false;
  readonly binding: Binding;
  /** Called with whatever the kernel sends. */
  heard: (bytes: Uint8Array) => void = () => undefined;
  /** The reader is slow: `send` answers false until `drain`. */
  stalled = false;
  /** Set once the kernel ended the connection in order. */
  lingerMs: number | undefined;
  destroyed = false;
  closed = false;
  #ear: Ear | undefined;
  #unread: Uint8Array[] = [];
  #waiting = false;

  constructor(address: string, binding: Binding) {
    this.address = address;
    this.binding = binding;
  }

  attach(ear: Ear): void {
    this.#ear = ear;
  }

  send(bytes: Uint8Array): boolean {
    if (!this.closed) this.heard(bytes);
    return !this.stalled;
  }

  end(lingerMs: number): void {
    this.lingerMs = lingerMs;
    setImmediate(() => this.#close());
  }

  destroy(): void {
    this.destroyed = true;
    setImmediate(() => this.#close());
  }

  /** Says something to the kernel, as soon as that reads on. */
  say(bytes: Uint8Array): void {
    this.#unread.push(bytes);
    this.#pass();
  }

  /** The slow reader has read everything. */
  drain(): void {
    this.stalled = false;
    this.#ear?.drained();
  }

  halfClose(): void {
    this.#ear?.ended();
  }

  /** Bytes came that are no message yet. */
  alive(): void {
    this.#ear?.alive();
  }

  oversize(): void {
    this.#ear?.oversize();
  }

  /** The connection is gone without a word. */
  vanish(): void {
    this.#close();
  }

  /** True while the kernel asks to wait with input. */
  get heldBack(): boolean {
    return this.#waiting;
  }

  #pass(): void {
    while (!this.#waiting && !this.closed) {
      const bytes = this.#unread.shift();
      if (!bytes) return;
      const wait = this.#ear?.receive(bytes);
      if (!wait) continue;
      this.#waiting = true;
      void wait.then(() => {
        this.#waiting = false;
        this.#pass();
      });
    }
  }

  #close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#ear?.closed();
  }
}

export class Loopback implements Transport {
  readonly addresses: readonly string[];
  #host: TransportHost | undefined;

  constructor(address = 'tcp://127.0.0.1:7400') {
    this.addresses = [address];
  }

  /** The bounds that it was handed. */
  get bounds(): Pick<TransportHost, 'messageMaxBytes' | 'highWaterBytes'> | undefined {
    return this.#host;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }
  stopAccepting(): Promise<void> {
    return Promise.resolve();
  }

  open(wire: Wire): void {
    wire.attach((this.#host as TransportHost).open(wire, wire.binding));
  }

  plugin(): AnyPlugin {
    return definePlugin({
      contract: 1,
      role: 'transport',
      type: 'loopback',
      summary: 'Connections within the process.',
      stability: 'experimental',
      config: {},
      create: (_config, host) => {
        this.#host = host;
        return this;
      },
    });
  }
}
