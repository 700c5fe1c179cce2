/** Real sockets, with a tap at the client's end that writes the history. */
import { connectByScheme } from '../../client/connectors.ts';
import type { Connector } from '../../client/connector.ts';
import type { WireTap } from '../sim/wire-tap.ts';

export interface TappedParts {
  /** Where the server, or the proxy before it, listens now. */
  readonly address: () => string;
  /** Called once per connection. */
  readonly tap: () => WireTap;
  /** Makes, for each connection, what changes the bytes that come. */
  readonly spoil: (() => (bytes: Uint8Array) => Uint8Array) | undefined;
}

/** Ignores the address that the client was given: the server's changes when it starts again. */
export function tappedConnector(parts: TappedParts): Connector {
  return (_address, events) => {
    const tap = parts.tap();
    const spoil = parts.spoil?.();
    let over = false;
    const connection = connectByScheme(parts.address(), {
      opened: () => events.opened(),
      received: (raw) => {
        const bytes = spoil === undefined ? raw : spoil(raw);
        if (over || bytes.length === 0) return;
        tap.received(bytes);
        events.received(bytes);
      },
      closed: (why) => {
        tap.closed();
        events.closed(why);
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
        connection.close();
      },
    };
  };
}
