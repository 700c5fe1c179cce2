import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import * as native from 'net-keepalive';
import { ImError } from 'im-kernel/contract';
import { makeKeepAlive } from '../../../plugins/transports/tcp-tlv/keepalive.ts';
import { never, quietHost, until } from '../../kit/quiet-host.ts';
import { connectStream, openSocket } from '../../kit/transport-client.ts';
import { letters } from '../../kit/transport-judge-flow.ts';
import { makeCertificate } from './certificate.ts';
import { onTcp, onWeb } from './stage.ts';

const KEEP_ALIVE = { idle: 30_000, interval: 5_000, probes: 4, userTimeout: 20_000 };

/** Runs `act` on a socket that a plain server accepted. */
async function onAccepted(act: (socket: Socket) => Promise<void>): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const { port } = server.address() as AddressInfo;
  const { socket: client } = await openSocket(`tcp://127.0.0.1:${port}`);
  const socket = await accepted;
  try {
    await act(socket);
  } finally {
    client.destroy();
    socket.destroy();
    server.close();
  }
}

function notThere(): Promise<never> {
  return Promise.reject(new Error('no such library here'));
}

function errorCode(code: string) {
  return (error: unknown): boolean => error instanceof ImError && error.code === code;
}

describe('tcp-tlv listening', () => {
  it('names the instance and the address when its port is taken', () =>
    onTcp({}, async ({ address }) => {
      const port = Number(new URL(address).port);
      const taken = onTcp({ listen: { host: '127.0.0.1', port } }, () => Promise.resolve());
      await assert.rejects(taken, (error: unknown) => {
        assert.ok(error instanceof ImError);
        assert.equal(error.code, 'IM_LISTEN_TAKEN');
        assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port} is already in use`));
        assert.match(error.act, /transports\.judged\.listen/);
        return true;
      });
    }));

  it('says why an address cannot be listened on', async () => {
    const elsewhere = onTcp({ listen: { host: '203.0.113.7', port: 0 } }, () => Promise.resolve());
    await assert.rejects(elsewhere, errorCode('IM_LISTEN_DENIED'));
  });

  it('refuses TLS files that are missing or do not fit each other', async () => {
    const [one, other] = [makeCertificate(), makeCertificate()];
    try {
      for (const tls of [
        { ...one, cert: `${one.folder}/none.pem` },
        { ...one, key: other.key },
        { ...one, cert: one.key },
      ]) {
        const start = onTcp({ tls }, () => Promise.resolve());
        await assert.rejects(start, errorCode('IM_TLS_FILES'));
        const web = onWeb({ tls }, () => Promise.resolve());
        await assert.rejects(web, errorCode('IM_TLS_FILES'));
      }
    } finally {
      one.remove();
      other.remove();
    }
  });
});

describe('tcp-tlv keep-alive', () => {
  it('sets idle time, interval, probes and user timeout on a socket', () =>
    onAccepted(async (socket) => {
      const host = quietHost();
      const keepAlive = await makeKeepAlive(KEEP_ALIVE, host.log);
      keepAlive(socket);
      assert.equal(native.getKeepAliveInterval(socket), 5_000);
      assert.equal(native.getKeepAliveProbes(socket), 4);
      assert.equal(native.getUserTimeout(socket), 20_000);
      assert.deepEqual(host.lines, []);
    }));

  it('works on without what the platform lacks, and says so once', () =>
    onAccepted(async (socket) => {
      const host = quietHost();
      const keepAlive = await makeKeepAlive(KEEP_ALIVE, host.log, notThere);
      keepAlive(socket);
      keepAlive(socket);
      assert.equal(native.getKeepAliveInterval(socket), 5_000);
      assert.equal(host.lines.length, 1);
      assert.equal(host.lines[0]?.level, 'warn');
    }));

  it('stops trying what failed once', () =>
    onAccepted(async (socket) => {
      const host = quietHost();
      let calls = 0;
      const setUserTimeout = (): never => {
        calls += 1;
        throw new Error('not permitted');
      };
      const load = () => Promise.resolve({ ...native, setUserTimeout });
      const keepAlive = await makeKeepAlive(KEEP_ALIVE, host.log, load);
      keepAlive(socket);
      keepAlive(socket);
      assert.equal(calls, 1);
      assert.equal(host.lines.length, 1);
    }));

  it('takes a socket that is gone for what it is', () =>
    onAccepted(async (socket) => {
      const host = quietHost();
      const keepAlive = await makeKeepAlive(KEEP_ALIVE, host.log);
      socket.destroy();
      keepAlive(socket);
      assert.deepEqual(host.lines, []);
    }));
});

describe('tcp-tlv and bad peers', () => {
  const tls = makeCertificate();
  after(() => tls.remove());

  it('cuts who speaks no TLS, repeats nothing, and counts it', () =>
    onTcp({ tls }, async ({ host, address }) => {
      const client = await connectStream(address.replace('tls:', 'tcp:'));
      await client.send([Buffer.from('GET /secret HTTP/1.1\r\n\r\n')]);
      await until(() => client.closed || client.inputEnded, 'it is cut');
      assert.equal(client.received().includes('secret'), false);
      await until(() => host.counted('transport_refused_total', 'tls') === 1, 'it is counted');
      assert.equal(host.ears.length, 0);
      client.reset();
    }));

  it('cuts a handshake that is never finished', () =>
    onTcp({ tls, handshakeTimeout: 100 }, async ({ host, address }) => {
      const client = await connectStream(address.replace('tls:', 'tcp:'));
      await client.send([Buffer.from([0x16, 0x03, 0x01])]);
      await until(() => client.closed || client.inputEnded, 'it is cut');
      assert.equal(host.counted('transport_refused_total', 'tls'), 1);
      client.reset();
    }));

  it('bounds the handshakes under way', () =>
    onTcp({ tls, handshakesMax: 3 }, async ({ host, address }) => {
      const plain = address.replace('tls:', 'tcp:');
      const silent = await Promise.all([1, 2, 3, 4, 5].map(() => connectStream(plain)));
      await until(() => host.counted('transport_refused_total', 'handshakes') === 2, 'two are cut');
      const left = () => silent.filter((client) => !client.closed && !client.inputEnded).length;
      await until(() => left() === 3, 'the others stay');
      for (const client of silent) client.reset();
    }));

  it('refuses a TLS version below the oldest allowed', () =>
    onTcp({ tls: { ...tls, minVersion: 'TLSv1.3' } }, async ({ host, address }) => {
      const port = Number(new URL(address).port);
      const to = { host: '127.0.0.1', port, rejectUnauthorized: false };
      const client = connectTls({ ...to, maxVersion: 'TLSv1.2' });
      await new Promise((resolve) => client.once('error', resolve));
      await until(() => host.counted('transport_refused_total', 'tls') === 1, 'it is counted');
    }));

  it('keeps nothing of a thousand peers that come, say half a word and vanish', () =>
    onTcp({}, async ({ host, address }) => {
      for (let round = 0; round < 20; round += 1) {
        const clients = await Promise.all(Array.from({ length: 50 }, () => connectStream(address)));
        for (const client of clients) {
          void client.send([letters(3, 1)]);
          client.reset();
        }
      }
      await until(() => host.gauged('transport_connections') === 0, 'all are gone');
      assert.deepEqual(host.ears.filter((ear) => ear.heard.at(-1) !== 'closed').length, 0);
    }));

  it('counts connections and bytes both ways', () =>
    onTcp({}, async ({ host, address }) => {
      const client = await connectStream(address);
      await client.send([letters(1_234, 1)]);
      await until(() => host.counted('transport_in_bytes_total') === 1_234, 'bytes in are counted');
      assert.equal(host.gauged('transport_connections'), 1);
      host.ears[0]?.peer.send(letters(55, 2));
      assert.equal(host.counted('transport_out_bytes_total'), 55);
      client.reset();
      await until(() => host.gauged('transport_connections') === 0, 'it is gone');
    }));

  it('ends the start when it is told to, and listens no more', () =>
    onTcp({}, async ({ transport }) => {
      const late = AbortSignal.abort(new Error('too late'));
      await assert.rejects(
        onTcp({}, () => transport.start(late)),
        /too late/,
      );
      await transport.stop(never());
    }));
});
