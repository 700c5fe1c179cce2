/** Real sockets, with a tap at the client's end that writes the history. */
import { connectByScheme } from '../../client/connectors.ts';
import type { Connector } from '../../client/connector.ts';
import type { WireTap } from '../sim/wire-tap.ts';

/** Hears what becomes of a connection that its client has left. */
export interface Lingering {
  readonly received: (bytes: Uint8Array) => void;
  readonly closed: () => void;
}

export interface TappedParts {
  /** From an address that the client was given to the one to dial now; default: itself. */
  readonly dial?: (address: string) => string;
  /** Called once per connection. */
  readonly tap: () => Pick<WireTap, 'sent' | 'received' | 'closed'>;
  /** Makes, for each connection, what changes the bytes that come. */
  readonly spoil?: (() => (bytes: Uint8Array) => Uint8Array) | undefined;
  /** Asked when a client leaves a connection to an address; who lingers keeps the socket open. */
  readonly linger?: (address: string) => Lingering | undefined;
}

export function tappedConnector({ dial, tap: newTap, spoil, linger }: TappedParts): Connector {
  const connect = (asked: string, events: Parameters<Connector>[1]): ReturnType<Connector> => {
    const address = dial?.(asked) ?? asked;
    const tap = newTap();
    const spoiled = spoil?.();
    let over = false;
    let ended = false;
    let lingering: Lingering | undefined;
    const connection = connectByScheme(address, {
      opened: () => events.opened(),
      received: (raw) => {
        const bytes = spoiled === undefined ? raw : spoiled(raw);
        if (bytes.length === 0) return;
        if (over) {
          lingering?.received(bytes);
          return;
        }
        tap.received(bytes);
        events.received(bytes);
      },
      closed: (why) => {
        ended = true;
        tap.closed();
        if (lingering === undefined) events.closed(why);
        else lingering.closed();
      },
    });
    return {
      send: (bytes) => {
        tap.sent(bytes);
        connection.send(bytes);
      },
      get bufferedBytes() {
        return connection.bufferedBytes;
      },
      close: () => {
        over = true;
        // What the server has ended has nothing to stay for, and would never be told closed.
        lingering = ended ? undefined : linger?.(address);
        if (lingering === undefined) connection.close();
      },
    };
  };
  return Object.assign(connect, { schemes: connectByScheme.schemes ?? [] });
}
