/** The proxy itself: it must be bad only in the ways in which it is told to be. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { type Climate, FaultProxy, FINE_CLIMATE } from './fault-proxy.ts';
import type { Weather } from './proxy-flow.ts';
import { until } from './until.ts';

const WAIT_MS = 5_000;
const FINE = FINE_CLIMATE.up;
const STALLED: Weather = { ...FINE, stalls: true };

/** Reads everything that comes over a connection. */
class Reader {
  readonly pieces: Buffer[] = [];
  length = 0;
  ended = false;
  error: string | undefined;
  readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket.setNoDelay(true);
    socket.on('data', (piece: Buffer) => {
      this.pieces.push(piece);
      this.length += piece.length;
    });
    socket.on('end', () => (this.ended = true));
    socket.on('error', ({ message }) => (this.error = message));
  }

  get text(): string {
    return Buffer.concat(this.pieces).toString();
  }

  has(text: string): Promise<void> {
    return until(`${text} has come`, WAIT_MS, () => this.text.endsWith(text));
  }
}

describe('the fault proxy', () => {
  let server: Server;
  let proxy: FaultProxy;
  let served: Reader[] = [];
  let clients: Reader[] = [];

  beforeEach(async () => {
    served = [];
    clients = [];
    server = createServer({ allowHalfOpen: true }, (socket) => served.push(new Reader(socket)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = new FaultProxy(() => (server.address() as AddressInfo).port);
    await proxy.start();
  });
  afterEach(async () => {
    for (const { socket } of [...served, ...clients]) socket.destroy();
    await proxy.stop();
    server.close();
  });

  async function pair(): Promise<{ client: Reader; peer: Reader }> {
    const count = served.length;
    const socket = connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true });
    const client = new Reader(socket);
    clients.push(client);
    await until('the connection', WAIT_MS, () => served.length > count);
    return { client, peer: served[count]! };
  }

  function climate(changes: Partial<Climate>): void {
    proxy.climate = { ...FINE_CLIMATE, ...changes };
  }

  it('passes every byte in order, in pieces and late, both ways, and each end', async () => {
    const slow: Weather = { stalls: false, delayMs: 5, pieceBytes: () => 7 };
    climate({ up: slow, down: slow });
    const { client, peer } = await pair();
    const text = Array.from({ length: 2_000 }, (_, i) => String(i)).join(' ');
    client.socket.end(text);
    await peer.has(text);
    assert.equal(peer.text, text);
    assert.ok(peer.pieces.length > 10, `${peer.pieces.length} pieces`);
    await until('the end', WAIT_MS, () => peer.ended);
    peer.socket.end('and back');
    await client.has('and back');
    await until('the other end', WAIT_MS, () => client.ended);
  });

  it('holds one way back and not the other, and lets it go again', async () => {
    const { client, peer } = await pair();
    climate({ up: STALLED });
    client.socket.write('late');
    peer.socket.write('soon');
    await client.has('soon');
    assert.equal(peer.length, 0);
    climate({});
    await peer.has('late');
  });

  it('holds back more than it reads only at the sender', async () => {
    const { client, peer } = await pair();
    climate({ up: STALLED });
    const many = Buffer.alloc(16_000_000, 'x');
    client.socket.write(many);
    const other = await pair();
    other.peer.socket.write('soon');
    await other.client.has('soon');
    assert.ok(client.socket.writableLength > 0);
    climate({});
    await until('all of it', WAIT_MS, () => peer.length === many.length);
  });

  it('resets both ends, and new connections while it refuses', async () => {
    const { client, peer } = await pair();
    proxy.reset();
    await until('the resets', WAIT_MS, () => client.socket.destroyed && peer.socket.destroyed);
    assert.deepEqual([client.error, peer.error], ['read ECONNRESET', 'read ECONNRESET']);
    climate({ refuses: true });
    const refused = new Reader(connect(proxy.port, '127.0.0.1'));
    clients.push(refused);
    await until('the refusal', WAIT_MS, () => refused.error !== undefined);
    assert.equal(served.length, 1);
  });

  it('lets connections vanish: neither bytes nor ends come through, and later ones do', async () => {
    const { client, peer } = await pair();
    proxy.vanish();
    climate({});
    client.socket.end('never');
    const other = await pair();
    other.client.socket.write('hello');
    await other.peer.has('hello');
    assert.deepEqual([peer.length, peer.ended, peer.socket.destroyed], [0, false, false]);
  });
});
