/** What may become a WebSocket: items 17-28 of the catalogue of bad inputs that concern HTTP. */
import assert from 'node:assert/strict';
import { until } from '../../kit/quiet-host.ts';
import {
  connectWebSocket,
  sendRequest,
  upgradeRequest,
  type WebSocketClient,
} from '../../kit/transport-websocket-client.ts';
import plugin from '../../../plugins/transports/websocket/index.ts';
import { webSettings } from './settings.ts';
import { onWeb } from './stage.ts';

const TLV = { 'sec-websocket-protocol': 'im.tlv.1' };

async function answerTo(address: string, request: string): Promise<WebSocketClient> {
  const client = await sendRequest(address, request);
  await until(() => client.response !== undefined || client.closed, 'there is an answer');
  return client;
}

function statusOf(client: WebSocketClient): number {
  return Number(client.response?.split(' ')[1] ?? 0);
}

/** Sends each request and asks for the status that stands beside it. */
async function judge(cases: readonly (readonly [string, string, number])[]): Promise<void> {
  await onWeb({}, async ({ host, address }) => {
    for (const [what, request, status] of cases) {
      const before = host.counted('transport_refused_total');
      const client = await answerTo(address, request);
      assert.equal(statusOf(client), status, what);
      if (status !== 101) {
        await until(() => client.inputEnded || client.closed, `${what}: the connection is closed`);
        const counted = host.counted('transport_refused_total') - before;
        assert.equal(counted, 1, `${what}: it is counted once`);
      }
      client.reset();
    }
    const refused = cases.filter(([, , status]) => status !== 101).length;
    assert.equal(host.counted('transport_refused_total'), refused);
    assert.equal(host.ears.length, cases.length - refused);
  });
}

/** A proper request, but for what is changed. */
function asking(changed: Record<string, string | undefined>): string {
  return upgradeRequest('/im', { ...TLV, ...changed });
}

/** The statuses that pages from these origins get where `origins` are listed. */
async function statuses(
  origins: readonly string[],
  asked: readonly (string | undefined)[],
): Promise<readonly number[]> {
  const seen: number[] = [];
  await onWeb({ origins }, async ({ address }) => {
    for (const origin of asked) {
      const client = await answerTo(address, asking({ origin, cookie: 'session=stolen' }));
      seen.push(statusOf(client));
      client.reset();
    }
  });
  return seen;
}

function problems(origins: readonly string[]): readonly string[] {
  return plugin.check?.(webSettings({ origins })) ?? [];
}

describe('websocket upgrade', () => {
  it('chooses the first subprotocol of the client that it knows', () =>
    onWeb({}, async ({ host, address }) => {
      const headers = { 'sec-websocket-protocol': 'chat, im.json.1, im.tlv.1' };
      const client = await answerTo(address, upgradeRequest('/im', headers));
      assert.match(client.response ?? '', /sec-websocket-protocol: im\.json\.1/i);
      assert.deepEqual(host.ears[0]?.binding, { encoding: 'json', framing: 'messages' });
      client.reset();
    }));

  it('says which subprotocols there are when none or an unknown one is asked for', () =>
    onWeb({}, async ({ address }) => {
      for (const asked of [undefined, 'chat', '', ',', 'im.tlv.2']) {
        const headers = { 'sec-websocket-protocol': asked };
        const client = await answerTo(address, upgradeRequest('/im', headers));
        assert.equal(statusOf(client), 400);
        await until(() => client.body.endsWith('\n'), 'the text is whole');
        assert.match(client.body, /im\.tlv\.1 or im\.json\.1/);
        client.reset();
      }
    }));

  it('never agrees on an extension, whatever is offered', () =>
    onWeb({}, async ({ address }) => {
      for (const offer of [
        'permessage-deflate',
        'constructor',
        '__proto__',
        '__proto__; a=b',
        ';;',
      ]) {
        const headers = { ...TLV, 'sec-websocket-extensions': offer };
        const client = await answerTo(address, upgradeRequest('/im', headers));
        assert.equal(statusOf(client), 101);
        assert.doesNotMatch(client.response ?? '', /extensions/i);
        client.reset();
      }
    }));

  it('refuses wrong requests with the status that fits', () => {
    const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`h${at}`, 'x']));
    const some = Object.fromEntries(Array.from({ length: 120 }, (_, at) => [`h${at}`, 'x']));
    const twice = (line: string): string => asking({}).replace('\r\n', `\r\n${line}\r\n`);
    return judge([
      ['a good one', asking({}), 101],
      ['an old version', asking({ 'sec-websocket-version': '8' }), 426],
      ['no version', asking({ 'sec-websocket-version': undefined }), 426],
      ['another upgrade', asking({ upgrade: 'h2c' }), 426],
      ['no key', asking({ 'sec-websocket-key': undefined }), 400],
      ['a short key', asking({ 'sec-websocket-key': 'abc' }), 400],
      ['two keys', twice('sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA=='), 400],
      ['two hosts', twice('host: elsewhere'), 400],
      ['a body', asking({ 'content-length': '5' }), 400],
      ['two lengths', asking({ 'content-length': '0', 'transfer-encoding': 'chunked' }), 400],
      ['2,000 headers', asking(many), 431],
      ['more headers than allowed', asking(some), 431],
      ['a header of 1 MB', asking({ big: 'x'.repeat(1_000_000) }), 431],
      ['10,000 parameters', asking({ 'sec-websocket-extensions': 'a;b'.repeat(10_000) }), 431],
      ['bare line feeds', asking({}).replaceAll('\r\n', '\n'), 400],
      ['no HTTP', '\u0001\u0000\u0000\u0000\u0015', 400],
      ['POST', asking({}).replace('GET', 'POST'), 405],
      ['no upgrade', 'GET /im HTTP/1.1\r\nhost: a\r\n\r\n', 426],
      ['no upgrade elsewhere', 'GET / HTTP/1.1\r\nhost: a\r\n\r\n', 404],
      ['a post', 'POST /im HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n', 405],
      ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n', 404],
    ]);
  });

  it('knows its path by every octet', () =>
    judge(
      [
        '/im/',
        '/IM',
        '//im',
        '/im;a',
        '/%69m',
        '/ws/../im',
        '/%2e%2e/im',
        '/im%00',
        '/im#a',
        'http://localhost/im',
        '/im?token=a',
      ].map((path) => [path, upgradeRequest(path, TLV), 404] as const),
    ));

  it('closes a CONNECT', () =>
    onWeb({}, async ({ host, address }) => {
      const client = await sendRequest(address, 'CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n');
      await until(() => client.closed || client.inputEnded, 'it is closed');
      assert.equal(host.ears.length, 0);
      client.reset();
    }));

  it('takes no token from the address, and writes none into the log', () =>
    onWeb({}, async ({ host, address }) => {
      const client = await answerTo(address, upgradeRequest('/im?token=canary', TLV));
      assert.equal(statusOf(client), 404);
      assert.equal(JSON.stringify(host.lines).includes('canary'), false);
      assert.equal(`${client.response}${client.body}`.includes('canary'), false);
      client.reset();
    }));
});

describe('websocket origins', () => {
  it('lets any in when none is listed', async () => {
    assert.deepEqual(await statuses([], ['https://a.example', 'null', undefined]), [101, 101, 101]);
  });

  it('lets only the listed in, and those who send no Origin', async () => {
    const listed = ['https://a.example', 'https://b.example:8443'];
    const foreign = ['https://evil.example', 'http://a.example', 'https://a.example:444', 'null'];
    const asked = [...listed, undefined, ...foreign, 'https://a.example.evil.example'];
    assert.deepEqual(await statuses(listed, asked), [101, 101, 101, 403, 403, 403, 403, 403]);
  });

  it('finds what is no origin when the configuration is checked', () => {
    assert.deepEqual(problems(['https://a.example', 'null', 'http://[::1]:80']), []);
    assert.equal(problems(['https://a.example/', 'a.example', '*']).length, 3);
  });
});

describe('websocket and slow or many requests', () => {
  it('answers 408 to a request that is never finished, or never begun', () =>
    onWeb({ headersTimeout: 100 }, async ({ host, address }) => {
      const clients = [await sendRequest(address, ''), await sendRequest(address, 'GET /im HT')];
      for (const client of clients) {
        await until(() => client.inputEnded || client.closed, 'it is cut');
        client.reset();
      }
      assert.equal(host.counted('transport_refused_total', 'timeout'), 2);
    }));

  it('bounds the connections that have not upgraded', () =>
    onWeb({ upgradesMax: 3 }, async ({ host, address }) => {
      const open = await connectWebSocket(address, 'im.tlv.1');
      const silent = await Promise.all([1, 2, 3, 4, 5].map(() => sendRequest(address, 'GET /')));
      await until(() => host.counted('transport_refused_total', 'upgrades') === 2, 'two are cut');
      assert.equal(open.closed, false);
      for (const client of [open, ...silent]) client.reset();
    }));

  it('answers 503 to a request that ends after it stopped accepting', () =>
    onWeb({}, async ({ host, transport, address }) => {
      const request = upgradeRequest('/im', TLV);
      const client = await sendRequest(address, request.slice(0, 40));
      await until(() => client.unsent === 0, 'it has begun');
      const other = await connectWebSocket(address, 'im.tlv.1');
      await transport.stopAccepting();
      client.socket.write(request.slice(40));
      await until(() => client.response !== undefined || client.closed, 'there is an answer');
      assert.equal(statusOf(client), 503);
      assert.equal(host.counted('transport_refused_total', 'stopping'), 1);
      for (const each of [client, other]) each.reset();
    }));
});
