import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createWebServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { build } from 'esbuild';
import { WebSocketServer } from 'ws';
import type { Client } from '../../../client/client.ts';
import { connect } from '../../../client/connect.ts';
import { connectByScheme } from '../../../client/connectors.ts';
import { FrameBuffer } from '../../../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../../../core/wire/frame-decoder.ts';
import type { ClientFrame, ServerFrame } from '../../../core/wire/frames.ts';
import { anAcceptance, aWelcome } from './fake-world.ts';

/** Welcomes whoever comes, and accepts whatever is sent. */
function answers(frame: ClientFrame): ServerFrame | undefined {
  if (frame.type === 'hello') return aWelcome();
  return frame.type === 'send' ? anAcceptance(frame) : undefined;
}

function serve(decoder: FrameDecoder, bytes: Uint8Array): Uint8Array | undefined {
  const buffer = new FrameBuffer();
  decoder.push(bytes);
  for (let frame = decoder.next(); frame; frame = decoder.next()) {
    const answer = answers(frame as ClientFrame);
    if (answer !== undefined) buffer.append(answer);
  }
  return buffer.length === 0 ? undefined : buffer.take();
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function chatOnce(im: Client): Promise<void> {
  const { position } = await im.send('bob', 'x'.repeat(40_000)).accepted;
  assert.equal(position, 1);
  assert.equal(im.user, 'ann');
  await im.close();
}

const FROM_CLIENT = { from: 'client', maxFrameBytes: 65_536 } as const;
const PERSON = { token: 't', device: 'd1' };

describe('the connectors', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it('speak over TCP, and end the connection when the client is closed', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      const decoder = new FrameDecoder({ ...FROM_CLIENT, framing: 'stream' });
      socket.on('data', (bytes) => {
        const answer = serve(decoder, bytes);
        if (answer !== undefined) socket.write(answer);
      });
    });
    servers.push(server);
    const port = await listen(server);
    await chatOnce(connect({ ...PERSON, address: `tcp://127.0.0.1:${port}` }));
    if (sockets[0]?.closed !== true) await once(sockets[0]!, 'close');
  });

  it('go where a gateway says, asked over HTTP', async () => {
    const server = createServer((socket) => {
      const decoder = new FrameDecoder({ ...FROM_CLIENT, framing: 'stream' });
      socket.on('data', (bytes) => socket.write(serve(decoder, bytes) ?? ''));
    });
    const asked: unknown[] = [];
    const gateway = createWebServer((request, response) => {
      asked.push(request.url);
      response.end(
        JSON.stringify({ node: 'im-1', epoch: 1, addresses: [`tcp://127.0.0.1:${port}`] }),
      );
    });
    servers.push(server, gateway);
    const port = await listen(server);
    const url = `http://127.0.0.1:${await listen(gateway)}`;
    await chatOnce(connect({ ...PERSON, gateway: url, user: 'ann' }));
    assert.deepEqual(asked, ['/v1/server?user=ann']);
  });

  it('speak over WebSocket by the subprotocol im.tlv.1, whole frames in each message', async () => {
    const server = createWebServer();
    servers.push(server);
    const sockets = new WebSocketServer({ server, path: '/im' });
    const protocols: string[] = [];
    sockets.on('connection', (socket) => {
      protocols.push(socket.protocol);
      const decoder = new FrameDecoder({ ...FROM_CLIENT, framing: 'messages' });
      socket.on('message', (bytes: Buffer) => {
        const answer = serve(decoder, bytes);
        if (answer !== undefined) socket.send(answer);
      });
    });
    const port = await listen(server);
    await chatOnce(connect({ ...PERSON, address: `ws://127.0.0.1:${port}/im` }));
    assert.deepEqual(protocols, ['im.tlv.1']);
    sockets.close();
  });

  it('tell why a connection did not come about', async () => {
    const server = createServer();
    const port = await listen(server);
    server.close();
    await once(server, 'close');
    for (const scheme of ['tcp', 'tls', 'ws']) {
      const why = await new Promise<string | undefined>((resolve) => {
        connectByScheme(`${scheme}://127.0.0.1:${port}`, {
          opened: () => resolve('opened'),
          received: () => resolve('received'),
          closed: resolve,
        });
      });
      assert.match(why ?? '', scheme === 'ws' ? /./ : /ECONNREFUSED/);
    }
    const events = { opened: () => undefined, received: () => undefined, closed: () => undefined };
    assert.throws(() => connectByScheme('ftp://x', events), /not tcp:, tls:, ws: or wss:/);
  });

  it('go into a bundle for browsers without anything of Node', async () => {
    const { outputFiles } = await build({
      entryPoints: ['client/index.ts'],
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'esm',
      logLevel: 'silent',
    });
    const [bundle] = outputFiles;
    assert.ok(bundle!.text.includes('im.tlv.1'));
    assert.doesNotMatch(bundle!.text, /["']node:|process\./);
    assert.ok(bundle!.text.length < 200_000, `${bundle!.text.length} characters`);
    const data = `data:text/javascript,${encodeURIComponent(bundle!.text)}`;
    const inBrowser = (await import(data)) as { connectByScheme: typeof connectByScheme };
    assert.deepEqual(inBrowser.connectByScheme.schemes, ['ws:', 'wss:']);
    assert.deepEqual(connectByScheme.schemes, ['tcp:', 'tls:', 'ws:', 'wss:']);
  });
});
