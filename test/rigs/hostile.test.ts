/** Bad input on live sockets: the code, the closing, and everybody else untouched. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeFrame } from '../../core/wire/frame-buffer.ts';
import type { Act, Deliver, Send } from '../../core/wire/frames.ts';
import { Device } from '../scenes/device.ts';
import { RawConnection, type Way } from '../scenes/raw-connection.ts';
import { ServerProcess } from '../scenes/server-process.ts';
import { badFirst, badJson, badLater, hello, refused, type Bad } from './bad-input.ts';

const silentConnections = 10_000;
const residentMaxKb = 600_000;

function acknowledge(device: Device, { conversation, position }: Deliver): void {
  device.live.send({ type: 'received', upTo: [{ conversation, position }] });
}

describe('a server under bad input', function () {
  this.timeout(60_000);
  let folder = '';
  let server: ServerProcess;
  const tokens = new Map<string, string>();
  const ann = new Device('ann', 'main');
  const bob = new Device('bob', 'main');

  async function welcomed(device: Device, way: Way): Promise<RawConnection> {
    await device.connect(way, server.addresses, tokens.get(device.user) ?? '');
    return device.live;
  }

  /** The ERROR that this input is answered with, once the connection is closed. */
  async function codeFor({ input }: Bad, way: Way, first: boolean): Promise<string | undefined> {
    let code: string | undefined;
    let greeted = false;
    const connection = await RawConnection.open(way, server.addresses, (frame) => {
      if (frame.type === 'welcome') greeted = true;
      if (frame.type === 'error') code = frame.code;
    });
    if (!first) {
      const token = tokens.get('eve') ?? '';
      connection.send({ type: 'hello', version: 1, token, device: 'main' });
      await connection.until('WELCOME', () => greeted || undefined);
    }
    connection.sendRaw(input);
    await connection.until('the end', () => connection.closed, true);
    return code;
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'im-hostile-'));
    server = new ServerProcess(folder, './data/auth.key', {
      limits: { helloTimeout: '1s', linger: '50ms', sendTimeout: '1s', ackTimeout: '2s' },
    });
    await server.start();
    for (const user of ['ann', 'bob', 'eve']) tokens.set(user, await server.token(user));
    await welcomed(ann, 'tcp');
    await welcomed(bob, 'websocket');
  });
  after(async () => {
    ann.connection?.cut();
    bob.connection?.cut();
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  /** Whatever a test did: ann and bob never noticed, and the process is within its bounds. */
  afterEach(async () => {
    const command = ann.send('bob', { type: 'send', body: new Uint8Array(Buffer.from('fine?')) });
    assert.equal((await ann.answerTo(command)).type, 'accepted');
    const got = await bob.next();
    assert.equal(got.id, command.id);
    acknowledge(bob, got);
    const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'));
    assert.ok(Number(resident?.[1]) < residentMaxKb, resident?.[0]);
  });

  for (const way of ['tcp', 'websocket'] as const) {
    for (const bad of badFirst)
      it(`answers ${bad.codes[0]} to ${bad.what} first, over ${way}`, async () => {
        const code = await codeFor(bad, way, true);
        assert.ok(bad.codes.includes(code ?? ''), code);
      });
    for (const bad of badLater)
      it(`answers ${bad.codes[0]} to ${bad.what}, over ${way}`, async () => {
        assert.equal(await codeFor(bad, way, false), bad.codes[0]);
      });
  }

  for (const bad of badJson)
    it(`answers ${bad.codes[0]} to ${bad.what}`, async () => {
      assert.equal(await codeFor(bad, 'websocket json', false), bad.codes[0]);
    });

  it('refuses what is well-formed and wrong, and the connection goes on', async () => {
    for (const [i, { what, command, code }] of refused.entries()) {
      const whole = { number: 1_000_000 + i, id: crypto.randomUUID(), ...command } as Send | Act;
      ann.live.send(whole);
      const answer = await ann.answerTo(whole);
      assert.equal(answer.type === 'refused' ? answer.code : 'accepted', code, what);
    }
  });

  it('understands frames in any slices, and many at once', async () => {
    const bytes = Buffer.concat([
      encodeFrame(hello({ token: tokens.get('eve') })),
      ...Array.from({ length: 20 }, (_, i) => encodeFrame({ type: 'ping', id: i })),
    ]);
    for (const slice of [1, 7, bytes.length]) {
      const pongs: number[] = [];
      const connection = await RawConnection.open('tcp', server.addresses, (frame) => {
        if (frame.type === 'pong') pongs.push(frame.id);
      });
      for (let at = 0; at < bytes.length; at += slice)
        connection.sendRaw(new Uint8Array(bytes.subarray(at, at + slice)));
      await connection.until('20 PONGs', () => pongs.length === 20 || undefined);
      assert.deepEqual(pongs, [...pongs.keys()]);
      connection.cut();
    }
  });

  it('survives a peer that vanishes in the middle of a frame', async () => {
    for (const way of ['tcp', 'websocket'] as const) {
      const eve = new Device('eve', 'main');
      const connection = await welcomed(eve, way);
      connection.sendRaw(new Uint8Array(Buffer.from('100000f000010964', 'hex')));
      connection.cut();
      await eve.gone();
    }
  });

  it('closes a reader that does not read, and nobody waits for it', async () => {
    const eve = new Device('eve', 'slow');
    const connection = await welcomed(eve, 'tcp');
    await eve.answerTo(eve.send('ann', { type: 'act', action: 'friend.request' }));
    await ann.answerTo(ann.send('eve', { type: 'act', action: 'friend.accept' }));
    acknowledge(ann, await ann.next());
    await ann.live.until('eve online', () => ann.presence.get('eve') === 'online' || undefined);
    connection.pause();
    const body = new Uint8Array(50_000).fill(120);
    for (let i = 0; i < 200; i++) {
      const command = ann.send('eve', { type: 'send', body });
      assert.equal((await ann.answerTo(command)).type, 'accepted');
    }
    const gone = (): true | undefined => ann.presence.get('eve') === 'offline' || undefined;
    await ann.live.until('eve offline', gone);
    connection.cut();
    await eve.gone();
  });

  it(`ends ${silentConnections} connections that say nothing`, async () => {
    const { hostname, port } = new URL(server.addresses.find((one) => one.startsWith('tcp')) ?? '');
    const ended: Promise<void>[] = [];
    const sockets: Socket[] = [];
    for (let i = 0; i < silentConnections; i++) {
      const socket = connect(Number(port), hostname);
      sockets.push(socket);
      socket.resume();
      ended.push(new Promise((resolve) => void socket.on('close', () => resolve())));
      socket.on('error', () => {});
      if (i % 200 === 199) await new Promise((resolve) => void socket.once('connect', resolve));
    }
    await Promise.all(ended);
    assert.equal(
      sockets.filter((socket) => socket.bytesRead === 0).length,
      0,
      'ended without ERROR',
    );
  });
});
