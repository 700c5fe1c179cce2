/**
 * What a WebSocket's peer may send: items 19-22, 27 and 28 of the catalogue of bad inputs, and the
 * bounds.
 */
import assert from 'node:assert/strict';
import { connect, Socket } from 'node:net';
import { mock } from 'node:test';
import { until } from '../../kit/quiet-host.ts';
import { echo, letters } from '../../kit/transport-judge-flow.ts';
import {
  connectWebSocket,
  sendRequest,
  upgradeRequest,
  webSocketFrame,
  type WebSocketClient,
} from '../../kit/transport-websocket-client.ts';
import { makeCertificate } from './certificate.ts';
import { onWeb } from './stage.ts';

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const nothing = Buffer.alloc(0);

/**
 * Sends `bytes` and asks that the peer is closed with `code`, counted, and that others do not
 * notice.
 */
async function breach(
  what: string,
  bytes: Buffer,
  code: number,
  subprotocol: 'im.tlv.1' | 'im.json.1' = 'im.tlv.1',
): Promise<void> {
  await onWeb({}, async ({ host, address }) => {
    const other = await connectWebSocket(address, 'im.tlv.1');
    const client = await connectWebSocket(address, subprotocol);
    client.socket.write(bytes);
    await until(() => client.closeCode !== undefined, `${what}: a close frame comes`);
    assert.equal(client.closeCode, code, what);
    assert.equal(host.counted('transport_faults_total', String(code)), 1, what);
    assert.deepEqual(host.ears[1]?.heard, [], `${what}: the kernel is not bothered`);
    assert.equal(other.closed, false);
    for (const each of [client, other]) each.reset();
  });
}

async function send(client: WebSocketClient, frames: readonly Buffer[]): Promise<void> {
  client.socket.write(Buffer.concat(frames));
  await until(() => client.unsent === 0 || client.closed, 'it is sent');
}

describe('websocket frames', () => {
  const broken: readonly (readonly [string, Buffer, number])[] = [
    ['unmasked', webSocketFrame(letters(5, 1), { opcode: BINARY, masked: false }), 1002],
    ['RSV1, a compressed frame', webSocketFrame(nothing, { opcode: BINARY, reserved: 0x40 }), 1002],
    ['RSV2', webSocketFrame(nothing, { opcode: BINARY, reserved: 0x20 }), 1002],
    ['RSV3', webSocketFrame(nothing, { opcode: BINARY, reserved: 0x10 }), 1002],
    ['opcode 3', webSocketFrame(nothing, { opcode: 3 }), 1002],
    ['opcode 11', webSocketFrame(nothing, { opcode: 11 }), 1002],
    ['a continuation of nothing', webSocketFrame(nothing, { opcode: 0 }), 1002],
    ['a long ping', webSocketFrame(letters(126, 1), { opcode: PING }), 1002],
    ['a fragmented ping', webSocketFrame(nothing, { opcode: PING, fin: false }), 1002],
    ['a close frame of one octet', webSocketFrame(Buffer.from([3]), { opcode: CLOSE }), 1002],
    ['a long close reason', webSocketFrame(letters(124 + 2, 1), { opcode: CLOSE }), 1002],
    ['close code 999', webSocketFrame(Buffer.from([3, 231]), { opcode: CLOSE }), 1002],
    ['close code 1005', webSocketFrame(Buffer.from([3, 237]), { opcode: CLOSE }), 1002],
    [
      'a reason that is no UTF-8',
      webSocketFrame(Buffer.from([3, 232, 255]), { opcode: CLOSE }),
      1007,
    ],
    ['a second request', Buffer.from('GET /im HTTP/1.1\r\nhost: a\r\n\r\n'), 1002],
    ['text under im.tlv.1', webSocketFrame(letters(5, 1), { opcode: TEXT }), 1003],
  ];
  for (const [what, bytes, code] of broken) {
    it(`closes with ${code} over ${what}`, () => breach(what, bytes, code));
  }

  it('closes with 1003 over binary under im.json.1', () =>
    breach('binary', webSocketFrame(Buffer.from('{}'), { opcode: BINARY }), 1003, 'im.json.1'));

  it('closes with 1007 over text that is no UTF-8', () =>
    breach('text', webSocketFrame(Buffer.from([0xc3, 0x28]), { opcode: TEXT }), 1007, 'im.json.1'));

  it('closes with 1008 over a message of too many fragments, empty ones counted', async () => {
    const first = webSocketFrame(letters(1, 1), { opcode: BINARY, fin: false });
    for (const payload of [letters(1, 1), nothing]) {
      const next = webSocketFrame(payload, { opcode: 0, fin: false });
      const rest = Array.from({ length: 131_000 }, () => next);
      await breach('fragments', Buffer.concat([first, ...rest]), 1008);
    }
  });

  it('puts a message of as many fragments as allowed together', () =>
    onWeb({ fragmentsMax: 64 }, async ({ host, address }) => {
      const client = await connectWebSocket(address, 'im.tlv.1');
      const frames = Array.from({ length: 64 }, (_, at) =>
        webSocketFrame(letters(1, at), { opcode: at === 0 ? BINARY : 0, fin: at === 63 }),
      );
      await send(client, frames);
      await until(() => host.ears[0]?.bytes === 64, 'it is one message');
      assert.equal(host.ears[0]?.chunks.length, 1);
      client.reset();
    }));

  it('tells the kernel of the bytes of a message before it is whole, and of pings', () =>
    onWeb({}, async ({ host, address }) => {
      const client = await connectWebSocket(address, 'im.tlv.1');
      const ear = host.ears[0];
      const whole = webSocketFrame(letters(8, 0), { opcode: BINARY });
      for (const octet of whole.subarray(0, -1)) {
        const before = ear?.signsOfLife ?? 0;
        await send(client, [Buffer.of(octet)]);
        await until(() => (ear?.signsOfLife ?? 0) > before, 'one more octet is a sign of life');
      }
      assert.equal(ear?.bytes, 0);
      await send(client, [whole.subarray(-1)]);
      await until(() => ear?.bytes === 8, 'the message is whole');
      const before = ear?.signsOfLife ?? 0;
      await send(client, [webSocketFrame(letters(1, 0), { opcode: PING })]);
      await until(() => (ear?.signsOfLife ?? 0) > before, 'a ping is a sign of life');
      client.reset();
    }));

  it('refuses a message from its header, before its bytes have come', () =>
    onWeb(
      {},
      async ({ host, address }) => {
        const client = await connectWebSocket(address, 'im.tlv.1');
        const whole = webSocketFrame(Buffer.alloc(70_000), { opcode: BINARY });
        await send(client, [whole.subarray(0, 14)]);
        await until(() => host.ears[0]?.count('oversize') === 1, 'the kernel is told');
        host.ears[0]?.peer.end(0);
        await until(() => client.closeCode === 1009, 'the close frame says why');
        client.reset();
      },
      { messageMaxBytes: 65_536 },
    ));

  it('does not take a close frame with code 1009 for a message that is too long', () =>
    onWeb({}, async ({ host, address }) => {
      const client = await connectWebSocket(address, 'im.tlv.1');
      client.halfClose(1009);
      await until(() => host.ears[0]?.count('ended') === 1, 'it is an ordinary end');
      host.ears[0]?.peer.end(0);
      await until(() => client.closeCode === 1009, 'its code is echoed');
      assert.equal(host.ears[0]?.count('oversize'), 0);
      client.reset();
    }));

  it('answers a close frame without a code in kind', () =>
    onWeb({}, async ({ host, address }) => {
      const client = await connectWebSocket(address, 'im.tlv.1');
      await send(client, [webSocketFrame(nothing, { opcode: CLOSE })]);
      await until(() => host.ears[0]?.count('ended') === 1, 'ended is told');
      host.ears[0]?.peer.end(0);
      await until(() => client.closeCode === 1005, 'the answer has none either');
      client.reset();
    }));

  it('lets earlier messages through before it closes over a later breach', () =>
    onWeb({}, async ({ host, address }) => {
      const client = await connectWebSocket(address, 'im.tlv.1');
      const busy = Promise.withResolvers<void>();
      const ear = host.ears[0];
      if (ear) ear.answer = () => busy.promise;
      const good = webSocketFrame(letters(9, 1), { opcode: BINARY });
      await send(client, [good, good, webSocketFrame(nothing, { opcode: 3 })]);
      await until(() => ear?.count('receive') === 1, 'the first has come');
      busy.resolve();
      await until(() => client.closeCode === 1002, 'it is closed');
      assert.equal(ear?.count('receive'), 2);
      client.reset();
    }));
});

describe('websocket floods', () => {
  it('answers pings', () =>
    onWeb({}, async ({ address }) => {
      const client = await connectWebSocket(address, 'im.tlv.1');
      await send(client, [webSocketFrame(letters(5, 1), { opcode: PING })]);
      await until(() => client.pongs === 1, 'the pong comes');
      client.reset();
    }));

  it('cuts a peer that pings faster than it can be answered', () =>
    onWeb({}, async ({ host, address }) => {
      const client = await connectWebSocket(address, 'im.tlv.1');
      const ping = webSocketFrame(letters(5, 1), { opcode: PING });
      client.pause();
      await send(
        client,
        Array.from({ length: 50_000 }, () => ping),
      );
      await until(() => host.ears[0]?.heard.at(-1) === 'closed', 'it is cut');
      client.reset();
    }));

  it('closes with 1008 over pongs without end, but not while messages come between', () =>
    onWeb({ controlFramesMax: 100 }, async ({ host, address }) => {
      const client = await connectWebSocket(address, 'im.tlv.1');
      const pong = webSocketFrame(nothing, { opcode: PONG });
      const good = webSocketFrame(letters(9, 1), { opcode: BINARY });
      const pongs = Array.from({ length: 100 }, () => pong);
      await send(client, [...pongs, good, ...pongs, good, ...pongs]);
      await until(() => host.ears[0]?.count('receive') === 2, 'the messages come');
      assert.equal(client.closeCode, undefined);
      await send(client, [pong]);
      await until(() => client.closeCode === 1008, 'one more is too many');
      client.reset();
    }));

  it('bounds what waits for a busy kernel', () =>
    onWeb({ inboxMax: 64 }, async ({ host, address }) => {
      const client = await connectWebSocket(address, 'im.tlv.1');
      const busy = Promise.withResolvers<void>();
      const ear = host.ears[0];
      if (ear) ear.answer = () => busy.promise;
      const small = webSocketFrame(letters(1, 1), { opcode: BINARY });
      await send(
        client,
        Array.from({ length: 1_000 }, () => small),
      );
      await until(() => host.counted('transport_faults_total', '1008') === 1, 'it is a breach');
      busy.resolve();
      await until(() => client.closeCode === 1008, 'it is closed');
      client.reset();
    }));
});

describe('websocket beginnings and ends', () => {
  it('reads frames that come in one piece with the request', () =>
    onWeb({}, async ({ host, address }) => {
      const headers = { 'sec-websocket-protocol': 'im.tlv.1' };
      const frame = webSocketFrame(letters(40, 1), { opcode: BINARY }).toString('latin1');
      const client = await sendRequest(address, '');
      client.socket.write(upgradeRequest('/im', headers) + frame, 'latin1');
      await until(() => host.ears[0]?.bytes === 40, 'the message comes');
      client.reset();
    }));

  it('closes a peer that goes without a close frame', () =>
    onWeb({}, async ({ host, address }) => {
      const client = await connectWebSocket(address, 'im.tlv.1');
      client.socket.end();
      await until(() => host.ears[0]?.count('closed') === 1, 'closed is told');
      assert.deepEqual(host.ears[0]?.heard, ['closed']);
      client.reset();
    }));

  it('gathers messages of which more follow into one write, which waits for no turn', () =>
    onWeb({}, async ({ host, address }) => {
      const client = await connectWebSocket(address, 'im.json.1');
      const writes = mock.method(Socket.prototype as Required<Socket>, '_writev');
      try {
        for (let at = 1; at <= 200; at += 1) host.ears[0]?.peer.send(letters(50, at), at < 200);
        assert.equal(writes.mock.callCount(), 1);
        await until(() => client.messages.length === 200, 'all come');
      } finally {
        writes.mock.restore();
      }
      client.reset();
    }));

  it('speaks to the WebSocket client that Node has', () =>
    onWeb({ origins: [] }, async ({ host, address }) => {
      host.onOpen = (ear) => echo(ear);
      const web = new WebSocket(address, ['im.json.1']);
      const said = new Promise<unknown>((resolve) => {
        web.addEventListener('message', (event) => resolve(event.data));
      });
      web.addEventListener('open', () => web.send('{"type":"ping","id":1}'));
      assert.equal(await said, '{"type":"ping","id":1}');
      const closed = new Promise((resolve) => web.addEventListener('close', resolve));
      host.ears[0]?.peer.end(1_000);
      await closed;
    }));

  it('destroys who speaks no TLS where TLS is due', async () => {
    const tls = makeCertificate();
    try {
      await onWeb({ tls }, async ({ host, address }) => {
        const socket = connect(Number(new URL(address).port), '127.0.0.1');
        let heard = '';
        socket.on('error', () => undefined);
        socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
        socket.write('GET /secret HTTP/1.1\r\nhost: a\r\n\r\n');
        await new Promise((resolve) => socket.once('close', resolve));
        assert.equal(heard.includes('secret'), false);
        await until(() => host.counted('transport_refused_total') === 1, 'it is counted');
      });
    } finally {
      tls.remove();
    }
  });
});
