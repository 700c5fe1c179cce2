/** The system's network, for links: TCP. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { ByteStream, Network, StreamEar } from '../cluster/link/network.ts';
import { reasonOf, type ListenAddress } from '../contract/index.ts';

/** Silence after which the system probes the other end; the link's own heartbeat comes first. */
const keepAliveMs = 30_000;

export function tcpNetwork(): Network {
  return {
    connect: (to, ear) => {
      const socket = connect({ host: to.host, port: to.port, noDelay: true });
      heed(socket, ear);
      socket.once('connect', () => ear.opened());
      return streamOf(socket, hostPort(to));
    },
    listen,
  };
}

const listen: Network['listen'] = async (at, accept) => {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const { remoteAddress = 'unknown', remotePort = 0 } = socket;
    heed(socket, accept(streamOf(socket, hostPort({ host: remoteAddress, port: remotePort }))));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: at.host, port: at.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  // What cannot be accepted, such as for want of descriptors, tries again by itself.
  server.on('error', () => undefined);
  return {
    address: hostPort({ host: at.host, port }),
    close: async () => {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

function heed(socket: Socket, ear: StreamEar): void {
  let why = 'the connection was closed';
  socket.on('error', (error) => (why = reasonOf(error)));
  socket.on('data', (bytes: Buffer) => ear.received(bytes));
  socket.once('close', () => ear.closed(why));
  socket.setKeepAlive(true, keepAliveMs);
}

function streamOf(socket: Socket, peer: string): ByteStream {
  return {
    peer,
    get pendingBytes() {
      return socket.writableLength;
    },
    write: (bytes) => {
      if (!socket.destroyed && socket.writable) socket.write(bytes);
    },
    end: () => socket.destroySoon(),
    destroy: () => void socket.destroy(),
  };
}

function hostPort({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
