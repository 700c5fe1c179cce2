/**
 * How the SDK under simulation reaches the node: over the simulated network, with a tap that writes
 * the history.
 */
import type { Connection, ConnectionEvents, Connector } from '../../client/connector.ts';
import type { Life } from './life.ts';
import type { Link } from './link.ts';
import type { SimNetwork } from './sim-network.ts';
import type { Situations } from './situations.ts';
import type { WireTap } from './wire-tap.ts';

/** How long a system waits for the other end to close after it has closed itself. */
const LINGER_MS = 2_000;

export interface SimConnectorParts {
  readonly network: SimNetwork;
  readonly life: Life;
  readonly situations: Situations;
  readonly tap: (link: Link) => WireTap;
  /** Makes, for each connection, what changes the bytes that come. */
  readonly spoil: (() => (bytes: Uint8Array) => Uint8Array) | undefined;
}

class SimConnection implements Connection {
  readonly #parts: SimConnectorParts;
  readonly #events: ConnectionEvents;
  #link: Link | undefined;
  #tap: WireTap | undefined;
  #over = false;

  constructor(parts: SimConnectorParts, events: ConnectionEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  get bufferedBytes(): number {
    return this.#link?.buffered('up') ?? 0;
  }

  send(bytes: Uint8Array): void {
    if (this.#link === undefined || this.#over || !this.#parts.life.act()) return;
    this.#tap?.sent(bytes);
    this.#link.send('up', bytes);
  }

  close(): void {
    this.#over = true;
    this.#link?.finish('up', LINGER_MS);
  }

  opened(link: Link): void {
    this.#link = link;
    if (this.#over) return link.finish('up', LINGER_MS);
    this.#tap = this.#parts.tap(link);
    const spoil = this.#parts.spoil?.();
    link.listen('down', {
      bytes: (segment) => {
        if (this.#over) return undefined;
        const bytes = spoil === undefined ? segment : spoil(segment);
        if (bytes.length === 0) return undefined;
        this.#tap?.received(bytes);
        this.#events.received(bytes);
        return undefined;
      },
      ended: () => {
        link.finish('up', 0);
        this.#closed('the server closed the connection');
      },
      closed: (why) => this.#closed(why),
    });
    this.#events.opened();
  }

  failed(why: string): void {
    const timedOut = why === 'timed out';
    this.#parts.situations.add(timedOut ? 'connection timed out' : 'connection refused');
    this.#closed(why);
  }

  #closed(why: string): void {
    this.#tap?.closed();
    if (this.#over) return;
    this.#over = true;
    this.#events.closed(why);
  }
}

export function simConnector(parts: SimConnectorParts): Connector {
  return (address, events) => {
    const connection = new SimConnection(parts, events);
    if (parts.life.act()) parts.network.dial(parts.life, address, connection);
    return connection;
  };
}
