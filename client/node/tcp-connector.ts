/** TCP and TLS by Node's sockets. */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import type { Connector } from '../connector.ts';

/**
 * From here on the system's own probes notice a peer that vanished; the protocol's PING is what
 * counts.
 */
const KEEP_ALIVE_MS = 30_000;

function dial(address: string): { socket: Socket; openEvent: string } {
  const { protocol, hostname, port } = new URL(address);
  if (port === '') throw new Error(`${address}: the port is missing`);
  // An IPv6 address stands in brackets in a URL, and nowhere else.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const target = { host, port: Number(port), noDelay: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
  if (protocol === 'tcp:') return { socket: connectPlain(target), openEvent: 'connect' };
  const named = /[a-z]/i.test(host) && !host.includes(':') ? { servername: host } : {};
  return { socket: connectSecure({ ...target, ...named }), openEvent: 'secureConnect' };
}

export const connectTcp: Connector = (address, events) => {
  const { socket, openEvent } = dial(address);
  let failure: string | undefined;
  socket.on('error', (error) => {
    failure = error.message;
  });
  socket.on(openEvent, () => events.opened());
  socket.on('data', (bytes: Uint8Array) => events.received(bytes));
  // The server is done: so is this side, for nothing that is sent now would be answered.
  socket.on('end', () => socket.destroySoon());
  socket.on('close', () => events.closed(failure));
  return {
    send: (bytes) => {
      if (!socket.destroyed) socket.write(bytes);
    },
    get bufferedBytes() {
      return socket.writableLength;
    },
    close: () => {
      if (socket.connecting) socket.destroy();
      else socket.destroySoon();
    },
  };
};
