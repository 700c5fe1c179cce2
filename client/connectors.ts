/**
 * The connector of each scheme. What needs Node is loaded when it is asked for, and never by a
 * browser's bundle.
 */
import type { Connection, ConnectionEvents, Connector } from './connector.ts';
import { reasonOf } from './errors.ts';
import { SOCKET_SCHEMES } from './node/schemes.ts';
import { connectWeb } from './web-connector.ts';

/** `tcp:` and `tls:`: the module comes first, then the connection. */
function connectSocket(address: string, events: ConnectionEvents): Connection {
  let connection: Connection | undefined;
  let closed = false;
  const load = async (): Promise<void> => {
    const { connectTcp } = await import('./node/index.ts');
    if (!closed) connection = connectTcp(address, events);
  };
  load().catch((error: unknown) => events.closed(reasonOf(error)));
  return {
    send: (bytes) => connection?.send(bytes),
    get bufferedBytes() {
      return connection?.bufferedBytes ?? 0;
    },
    close: () => {
      closed = true;
      connection?.close();
    },
  };
}

const CONNECTORS: Readonly<Record<string, Connector>> = {
  'tcp:': connectSocket,
  'tls:': connectSocket,
  'ws:': connectWeb,
  'wss:': connectWeb,
};

function connectFor(address: string, events: ConnectionEvents): Connection {
  const { protocol } = new URL(address);
  const connector = CONNECTORS[protocol];
  if (connector === undefined) throw new Error(`${address}: not tcp:, tls:, ws: or wss:`);
  return connector(address, events);
}

/** Connects by the scheme of the address. */
export const connectByScheme: Connector = Object.assign(connectFor, {
  schemes: [...SOCKET_SCHEMES, 'ws:', 'wss:'],
});
