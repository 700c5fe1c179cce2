import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { judgeComponent, never, quietHost, until, type QuietHost } from 'im-kernel/kit';
import { HttpGateway } from '../../../core/assembly/http-gateway.ts';
import { Answers } from '../../../core/cluster/gateway/answers.ts';
import type { GatewayView } from '../../../core/cluster/gateway/route.ts';
import { gatewayView, NOW_SERVES } from './gateway-view.ts';

interface Chosen {
  readonly view?: () => GatewayView;
  readonly burst?: number;
  readonly port?: number;
  readonly connectionsMax?: number;
  readonly questionMaxMs?: number;
}

const running: HttpGateway[] = [];

function make(chosen: Chosen = {}, host: QuietHost = quietHost()): HttpGateway {
  const { view = gatewayView, burst = 1_000, port = 0 } = chosen;
  const { connectionsMax = 100, questionMaxMs = 5_000 } = chosen;
  const answered = host.metrics.counter('answered', 'Answered.');
  const rate = { perSecond: 1, burst };
  const answers = new Answers({ ...host, rate, retryAfterMs: 500, view, answered });
  const listen = { host: '127.0.0.1', port };
  const gateway = new HttpGateway({ ...host, listen, connectionsMax, questionMaxMs, answers });
  running.push(gateway);
  return gateway;
}

async function open(chosen: Chosen = {}): Promise<{ url: string; host: QuietHost }> {
  const host = quietHost();
  const gateway = make(chosen, host);
  await gateway.start(never());
  return { url: gateway.addresses[0] ?? '', host };
}

/** A connection of its own, on which anything may be said. */
async function dial(url: string): Promise<{ socket: Socket; heard: () => string }> {
  const { port } = new URL(url);
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => (heard += text));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, heard: () => heard };
}

/** Says it, and resolves to all that is heard until the other end closes. */
async function say(url: string, text: string): Promise<string> {
  const { socket, heard } = await dial(url);
  const closed = once(socket, 'close');
  socket.write(text, 'latin1');
  await closed;
  return heard();
}

const SERVER = '/v1/server?user=alice';
const request = (line: string, ...headers: readonly string[]): string =>
  [line, 'host: x', ...headers, '', ''].join('\r\n');

function staleView(): GatewayView {
  return { ...gatewayView(), agoMs: 7_000, stale: true };
}

describe('the gateway over HTTP', () => {
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
  });

  it('tells which server is a user’s', async () => {
    const { url } = await open();
    const answer = await fetch(url + SERVER);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    assert.deepEqual(await answer.json(), NOW_SERVES);
    const head = await fetch(url + SERVER, { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [200, '']);
    const length = Buffer.byteLength(JSON.stringify(NOW_SERVES));
    assert.equal(head.headers.get('content-length'), String(length));
  });

  it('refuses a storm with 503 and when to come again, and goes on', async () => {
    const { url, host } = await open({ burst: 10 });
    const all = await Promise.all(Array.from({ length: 60 }, () => fetch(url + SERVER)));
    const refused = all.filter(({ status }) => status === 503);
    assert.ok(refused.length >= 45 && refused.length <= 50, `${refused.length} were refused`);
    assert.ok(refused.every(({ headers }) => Number(headers.get('retry-after')) >= 1));
    await Promise.all(all.map((one) => one.text()));
    assert.equal(host.counted('answered', 'too-many'), refused.length);
    assert.equal((await fetch(`${url}/v1/health`)).status, 200);
  });

  it('answers by what it saw last, and says so', async () => {
    const { url } = await open({ view: staleView });
    const told = await (await fetch(url + SERVER)).json();
    assert.deepEqual(told, { ...NOW_SERVES, stale: true, agoMs: 7_000 });
  });

  it('gives one line to what is no HTTP, and no connection', async () => {
    const { url, host } = await open();
    for (const text of ['\0\x01\x02\x03\r\n\r\n', 'HELLO\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n']) {
      assert.match(await say(url, text), /^HTTP\/1\.1 400 Bad Request\r\n/);
    }
    const tall = request('GET / HTTP/1.1', `x: ${'a'.repeat(10_000)}`);
    assert.match(await say(url, tall), /^HTTP\/1\.1 431 /);
    const long = request(`GET /v1/server?user=${'a'.repeat(10_000)} HTTP/1.1`);
    assert.match(await say(url, long), /^HTTP\/1\.1 431 /);
    assert.equal(host.counted('im_gateway_dropped_total', 'no HTTP'), 5);
    assert.equal((await fetch(url + SERVER)).status, 200);
  });

  it('refuses a body, and reads nothing of it as a question', async () => {
    const { url, host } = await open();
    const inner = request(`GET ${SERVER} HTTP/1.1`);
    const sized = request(`GET ${SERVER} HTTP/1.1`, `content-length: ${inner.length}`);
    const chunked = request(`GET ${SERVER} HTTP/1.1`, 'transfer-encoding: chunked');
    for (const head of [sized, chunked]) {
      const heard = await say(url, head + inner);
      assert.match(heard, /^HTTP\/1\.1 400 /);
      assert.equal(heard.split('HTTP/1.1').length, 2, heard);
    }
    assert.equal(host.counted('answered', 'found'), 0);
    const both = request(
      `GET ${SERVER} HTTP/1.1`,
      'content-length: 3',
      'transfer-encoding: chunked',
    );
    assert.match(await say(url, both), /^HTTP\/1\.1 400 /);
  });

  it('ends who does not finish a question in time', async () => {
    const { url } = await open({ questionMaxMs: 200 });
    assert.match(await say(url, 'GET /v1/server?us'), /^HTTP\/1\.1 408 /);
    assert.equal(
      await say(url, ''),
      'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
    );
  }).timeout(15_000);

  it('cuts connections above its bound, and counts those it has', async () => {
    const { url, host } = await open({ connectionsMax: 3 });
    const held = await Promise.all([dial(url), dial(url), dial(url)]);
    await until(() => host.gauged('im_gateway_connections') === 3, 'three are taken');
    const { socket, heard } = await dial(url);
    if (!socket.closed) await once(socket, 'close');
    assert.equal(heard(), '');
    assert.equal(host.counted('im_gateway_dropped_total', 'too many'), 1);
    held[0]?.socket.destroy();
    await until(() => host.gauged('im_gateway_connections') === 2, 'one has left');
    assert.equal((await fetch(url + SERVER)).status, 200);
  });

  it('keeps a connection for several questions, and ends with it open', async () => {
    const { url } = await open();
    const { socket, heard } = await dial(url);
    for (const time of [1, 2, 3]) {
      socket.write(request(`GET ${SERVER} HTTP/1.1`));
      await until(() => heard().split('"epoch":7').length === time + 1, `answer ${time}`);
    }
    const closed = once(socket, 'close');
    await running[0]?.stop();
    await closed;
  });

  it('names the address that it cannot have', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const expected = { code: 'IM_GATEWAY_LISTEN', message: new RegExp(`127\\.0\\.0\\.1:${port}`) };
    await assert.rejects(make({ port }).start(never()), expected);
    taken.close();
  });
});

judgeComponent({ name: 'the gateway', make: () => make() });
