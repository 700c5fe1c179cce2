/** Who lingers is told of the end of each connection that was there to be left, and of no other. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Connection } from '../../client/connector.ts';
import { tappedConnector, type Lingering } from './tapped-connector.ts';
import { until } from './until.ts';

const WAIT_MS = 5_000;
const TAP = { sent: () => {}, received: () => {}, closed: () => {} };

describe('a tapped connector whose connections linger', () => {
  let server: Server;
  let accepted: Socket | undefined;
  let lingering = 0;
  let closed = 0;

  beforeEach(async () => {
    [accepted, lingering, closed] = [undefined, 0, 0];
    server = createServer((socket) => (accepted = socket.on('error', () => {})));
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });

  afterEach(() => {
    accepted?.destroy();
    server.close();
  });

  function linger(): Lingering {
    lingering += 1;
    return { received: () => {}, closed: () => (lingering -= 1) };
  }

  async function connected(): Promise<Connection> {
    const connector = tappedConnector({ tap: () => TAP, linger });
    const events = { opened: () => {}, received: () => {}, closed: () => (closed += 1) };
    const { port } = server.address() as AddressInfo;
    const connection = connector(`tcp://127.0.0.1:${port}`, events);
    await until('the connection is there', WAIT_MS, () => accepted !== undefined);
    return connection;
  }

  it('keeps one that its client leaves, until the server ends it', async () => {
    const connection = await connected();
    connection.close();
    assert.equal(lingering, 1);
    accepted?.destroy();
    await until('the end is told', WAIT_MS, () => lingering === 0);
    assert.equal(closed, 0, 'its client is gone');
  });

  it('keeps none that the server has ended before its client left it', async () => {
    const connection = await connected();
    accepted?.resetAndDestroy();
    await until('the client knows', WAIT_MS, () => closed === 1);
    connection.close();
    assert.equal(lingering, 0);
  });
});
