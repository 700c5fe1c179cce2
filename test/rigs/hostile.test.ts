/** Peers that behave badly without a wrong byte: slices, half frames, slowness, silence. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { encodeFrame } from '../../core/wire/frame-buffer.ts';
import { Device } from '../scenes/device.ts';
import { RawConnection } from '../scenes/raw-connection.ts';
import { hello } from './bad-input.ts';
import { acknowledge, Besieged } from './besieged.ts';

const residentMaxKb = 400_000;
const byteEveryMs = 10;

describe('a server with peers that behave badly', function () {
  this.timeout(60_000);
  const besieged = new Besieged({
    helloTimeout: '500ms',
    linger: '50ms',
    sendTimeout: '1s',
    ackTimeout: '2s',
  });

  before(() => besieged.begin());
  after(() => besieged.clear());
  afterEach(() => besieged.expectFine(residentMaxKb));

  function greeting(user: string): Uint8Array {
    return encodeFrame(hello({ token: besieged.tokenOf(user), device: 'main' }));
  }

  async function counted(name: string, label?: string): Promise<number> {
    return (await besieged.metrics()).value(name, label);
  }

  for (const slice of [1, 7, Infinity])
    it(`understands frames in slices of ${slice} bytes`, async () => {
      const pings = Array.from({ length: 20 }, (_, i) => encodeFrame({ type: 'ping', id: i }));
      const bytes = Buffer.concat([greeting('eve'), ...pings]);
      const pongs: number[] = [];
      const connection = await RawConnection.open('tcp', besieged.server.addresses, (frame) => {
        if (frame.type === 'pong') pongs.push(frame.id);
      });
      for (let at = 0; at < bytes.length; at += slice)
        connection.sendRaw(new Uint8Array(bytes.subarray(at, at + slice)));
      await connection.until('20 PONGs', () => pongs.length === 20 || undefined);
      assert.deepEqual(pongs, [...pongs.keys()]);
      connection.cut();
    });

  it('understands many frames in one WebSocket message', async () => {
    const mal = new Device('mal', 'main');
    const connection = await besieged.welcomed(mal, 'websocket');
    const body = new Uint8Array([65]);
    const ids = Array.from({ length: 30 }, () => crypto.randomUUID());
    const rest = { type: 'send', conversation: 'd/eve/mal', sentAt: 1, body } as const;
    const frames = ids.map((id, i) => encodeFrame({ ...rest, number: i + 1, id }));
    connection.sendRaw(new Uint8Array(Buffer.concat(frames)));
    await connection.until('30 answers', () => mal.answers.length === 30 || undefined);
    assert.deepEqual(
      mal.answers.map((answer) => [answer.type, answer.id]),
      ids.map((id) => ['accepted', id]),
    );
    connection.cut();
    await mal.gone();
  });

  for (const how of ['cut', 'end'] as const)
    it(`counts a peer that vanishes in the middle of a frame (${how})`, async () => {
      const before = await counted('im_frames_cut_total');
      const eve = new Device('eve', 'main');
      const connection = await besieged.welcomed(eve, 'tcp');
      connection.sendRaw(encodeFrame({ type: 'ping', id: 1 }).subarray(0, 6));
      await besieged.exchange();
      connection[how]();
      await eve.gone();
      await besieged.settles(before + 1, 'im_frames_cut_total');
      await besieged.settles(2, 'im_sessions');
    });

  it('survives a peer that vanishes in the middle of a WebSocket message', async () => {
    const eve = new Device('eve', 'main');
    const connection = await besieged.welcomed(eve, 'websocket');
    connection.sendRaw(new Uint8Array(900_000));
    connection.cut();
    await eve.gone();
    await besieged.settles(2, 'im_sessions');
  });

  it('ends a HELLO that comes too slowly', async () => {
    const before = await counted('im_session_errors_total', 'unauthenticated');
    let code = '';
    const connection = await RawConnection.open('tcp', besieged.server.addresses, (frame) => {
      if (frame.type === 'error') code = frame.code;
    });
    for (const octet of greeting('eve')) {
      if (connection.closed) break;
      connection.sendRaw(Uint8Array.of(octet));
      await pause(byteEveryMs);
    }
    await connection.until('the end', () => connection.closed, true);
    assert.equal(code, 'unauthenticated');
    await besieged.settles(before + 1, 'im_session_errors_total', 'unauthenticated');
  });

  it('waits for a command that comes byte by byte, and nobody else waits', async () => {
    const eve = new Device('eve', 'slow');
    const connection = await besieged.welcomed(eve, 'tcp');
    const id = crypto.randomUUID();
    const rest = { conversation: 'd/eve/eve', number: 1, id, sentAt: 1 };
    const command = { ...rest, type: 'send', body: new Uint8Array(20) } as const;
    const { waitsMs } = await besieged.chatWhile(async () => {
      for (const octet of encodeFrame(command)) {
        connection.sendRaw(Uint8Array.of(octet));
        await pause(byteEveryMs);
      }
      assert.equal((await eve.answerTo(command)).type, 'accepted');
    });
    assert.ok(waitsMs.length > 5, `only ${waitsMs.length} messages meanwhile`);
    connection.cut();
    await eve.gone();
  });

  it('closes a reader that does not read, and gives it everything when it comes back', async () => {
    const before = await counted('im_sessions_dropped_total');
    const { ann } = besieged;
    const eve = new Device('eve', 'paused');
    const connection = await besieged.welcomed(eve, 'tcp');
    connection.pause();
    const body = new Uint8Array(50_000).fill(120);
    for (let i = 0; i < 200; i++) {
      const command = ann.send('eve', { type: 'send', body });
      assert.equal((await ann.answerTo(command)).type, 'accepted');
    }
    await besieged.settles(before + 1, 'im_sessions_dropped_total');
    connection.cut();
    await eve.gone();

    await besieged.welcomed(eve, 'tcp');
    const positions: number[] = [];
    while (positions.length < 200) {
      const got = await eve.next();
      if (got.conversation === 'd/ann/eve') positions.push(got.position);
      acknowledge(eve, got);
    }
    assert.deepEqual(
      positions,
      [...positions.keys()].map((i) => i + 1),
    );
    eve.live.cut();
    await eve.gone();
  });

  it('reads no more from a peer that asks and asks and does not read', async () => {
    const before = await counted('im_sessions_dropped_total', 'slow');
    const mal = new Device('mal', 'asking');
    const connection = await besieged.welcomed(mal, 'tcp');
    connection.pause();
    const pings = Buffer.concat(
      Array.from({ length: 2_000 }, (_, id) => encodeFrame({ type: 'ping', id, sentAt: 1 })),
    );
    for (let i = 0; i < 2_000; i++) connection.sendRaw(pings);
    await besieged.settles(before + 1, 'im_sessions_dropped_total', 'slow');
    connection.cut();
    await mal.gone();
  });

  it('answers a half-closed connection that says nothing, and closes it', async () => {
    const { hostname, port } = new URL(besieged.server.addresses[0] ?? '');
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.end();
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
  });
});
