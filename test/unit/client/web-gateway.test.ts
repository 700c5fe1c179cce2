import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askByFetch } from '../../../client/web-gateway.ts';

const ask = (url: string, maxBytes = 1_000, signal = new AbortController().signal) =>
  askByFetch(url, maxBytes, signal);

describe('the gateway, asked by fetch', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function gateway(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('gives its answer, and takes with it nothing that could be kept', async () => {
    const heard: unknown[] = [];
    const url = await gateway(({ url: path, method, headers }, response) => {
      heard.push(method, path, headers.accept, headers.cookie, headers.authorization);
      response.end('{"addresses":["tcp://a:1"]}');
    });
    const { status, retryAfter, body } = await ask(`${url}/v1/server?user=ann`);
    assert.deepEqual([status, retryAfter, body], [200, undefined, '{"addresses":["tcp://a:1"]}']);
    assert.deepEqual(heard, [
      'GET',
      '/v1/server?user=ann',
      'application/json',
      undefined,
      undefined,
    ]);
  });

  it('tells when to come back, by its body as well unless that is too long', async () => {
    let body = '{"retryAfterMs":620}';
    const url = await gateway((_, response) => {
      response.writeHead(503, { 'retry-after': '3' });
      response.end(body);
    });
    assert.deepEqual(await ask(url), { status: 503, retryAfter: '3', body });
    body = 'x'.repeat(100_000);
    assert.deepEqual(await ask(url), { status: 503, retryAfter: '3', body: '' });
  });

  it('reads nothing of other refusals', async () => {
    const url = await gateway((_, response) => {
      response.writeHead(500).end('{"retryAfterMs":620}');
    });
    assert.deepEqual(await ask(url), { status: 500, retryAfter: undefined, body: '' });
  });

  it('refuses an answer without an end', async () => {
    const url = await gateway((request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(100)), 1);
      request.on('close', () => clearInterval(timer));
    });
    await assert.rejects(ask(url), /longer than 1000 bytes/);
  });

  it('follows no redirection', async () => {
    let asked = 0;
    const url = await gateway((_, response) => {
      asked += 1;
      response.writeHead(302, { location: '/again' }).end();
    });
    await assert.rejects(ask(url), /redirect/);
    assert.equal(asked, 1);
  });

  it('says why nothing can be reached, and ends when it is told to', async () => {
    const url = await gateway(() => undefined);
    const asking = new AbortController();
    const asked = ask(url, 1_000, asking.signal);
    asking.abort(new Error('enough'));
    await assert.rejects(asked, /enough/);
    const [server] = servers.splice(0);
    server!.closeAllConnections();
    server!.close();
    await once(server!, 'close');
    await assert.rejects(ask(url), /ECONNREFUSED/);
  });
});
