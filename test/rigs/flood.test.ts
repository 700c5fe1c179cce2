/** Too much of what is right, or nearly, at once: nobody else waits, and the loop never stands. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFrame } from '../../core/wire/frame-buffer.ts';
import type { ClientFrame } from '../../core/wire/frames.ts';
import { loadCorpus } from '../fuzz/corpus.ts';
import { Device } from '../scenes/device.ts';
import { RawConnection } from '../scenes/raw-connection.ts';
import { Besieged } from './besieged.ts';
import { gather } from './crowd.ts';
import { StallWatch } from './stall-watch.ts';
import { KEY_FILE_TEXT, tokenFor } from './tokens.ts';

const residentMaxKb = 400_000;
const waitMaxMs = 2_000;
/** In the better of two tries. */
const stallMaxMs = 200;
const tries = 2;
/** A peer may cost so many times what it sent, and so much by itself. */
const costFactor = 8;
const costOwnBytes = 65_536;

function joined(frames: readonly ClientFrame[]): Uint8Array {
  return new Uint8Array(Buffer.concat(frames.map((frame) => encodeFrame(frame))));
}

function pings(count: number): readonly ClientFrame[] {
  return Array.from({ length: count }, (_, id) => ({ type: 'ping', id }) as const);
}

async function leave(device: Device): Promise<void> {
  device.live.cut();
  await device.gone();
}

describe('a server under floods', function () {
  this.timeout(120_000);
  const besieged = new Besieged({ linger: '50ms', retransmit: '500ms' });
  const stalls = new StallWatch(besieged);
  let devices = 0;
  before(async () => {
    mkdirSync(join(besieged.folder, 'data'));
    writeFileSync(join(besieged.folder, 'data', 'auth.key'), KEY_FILE_TEXT, { mode: 0o600 });
    await besieged.begin(tokenFor);
  });
  after(async () => {
    await stalls.leave();
    await besieged.clear();
  });
  afterEach(() => besieged.expectFine(residentMaxKb));

  /** The friends chat meanwhile; they, and the loop, must not notice. */
  async function survives(flood: () => Promise<void>): Promise<void> {
    const stallsMs: number[] = [];
    for (let left = tries; left > 0 && Math.min(...stallsMs, Infinity) >= stallMaxMs; left--) {
      await stalls.longestMs();
      const { waitsMs } = await besieged.chatWhile(flood);
      stallsMs.push(await stalls.longestMs());
      assert.ok(Math.max(...waitsMs) < waitMaxMs, `somebody waited ${Math.max(...waitsMs)} ms`);
    }
    assert.ok(Math.min(...stallsMs) < stallMaxMs, `the loop stood for ${stallsMs.join()} ms`);
  }

  function fresh(user: string): Device {
    devices += 1;
    return new Device(user, `d${devices}`);
  }

  it('answers 10,000 tiny frames of one segment', () =>
    survives(async () => {
      const eve = fresh('eve');
      const connection = await besieged.welcomed(eve, 'tcp');
      connection.sendRaw(joined(pings(10_000)));
      await eve.barrier();
      await leave(eve);
    }));

  it('accepts 10,000 commands that wait for no answer, in their order', () =>
    survives(async () => {
      const mal = fresh('mal');
      const connection = await besieged.welcomed(mal, 'tcp');
      const body = new Uint8Array([65]);
      const rest = { type: 'send', conversation: 'd/kim/mal', sentAt: 1, body } as const;
      const commands = Array.from({ length: 10_000 }, (_, at) => {
        return { ...rest, number: at + 1, id: crypto.randomUUID() };
      });
      connection.sendRaw(joined(commands));
      await connection.until('all answers', () => mal.answers.length === 10_000 || undefined);
      const kept = mal.answers.filter(({ type }) => type === 'accepted').map(({ id }) => id);
      assert.deepEqual(
        kept,
        commands.map(({ id }) => id),
      );
      await leave(mal);
    }));

  it('ignores 20,000 acknowledgements of what never was, up and down', () =>
    survives(async () => {
      const eve = fresh('eve');
      const connection = await besieged.welcomed(eve, 'tcp');
      const acknowledgements = Array.from({ length: 20_000 }, (_, at) => {
        const position = at % 2 === 0 ? 2 ** 40 : at;
        const upTo = [{ conversation: at % 3 === 0 ? 'd/eve/eve' : `g/none${at}`, position }];
        return { type: at % 5 === 0 ? 'read' : 'received', upTo } as const;
      });
      connection.sendRaw(joined(acknowledgements));
      await eve.barrier();
      await leave(eve);
    }));

  it('lets two connections of one device replace each other 100 times', () =>
    survives(async () => {
      const name = fresh('max').name;
      const token = besieged.tokenOf('max');
      const two = [new Device('max', name), new Device('max', name)] as const;
      for (let turn = 0; turn < 100; turn++) {
        await two[turn % 2 === 0 ? 0 : 1].connect('tcp', besieged.server.addresses, token);
        const older = two[turn % 2 === 0 ? 1 : 0].connection;
        await older?.until('the end of the older one', () => older.closed, true);
      }
      await leave(two[1]);
    }));

  it('welcomes 300 devices that come at once and ask for everything, three times', () =>
    survives(async () => {
      for (let storm = 0; storm < 3; storm++) {
        const names = Array.from({ length: 300 }, (_, at) => `storm${at}`);
        const all = names.map((user) => new Device(user, 'main'));
        const { addresses } = besieged.server;
        await Promise.all(
          all.map((device) => device.connect('tcp', addresses, tokenFor(device.user))),
        );
        await Promise.all(all.map((device) => device.ask('conversations', { limit: 500 })));
        await Promise.all(all.map((device) => leave(device)));
      }
    }));

  it('refuses JSON made to take as long as it can', () =>
    survives(async () => {
      for (const text of loadCorpus('client').hostileJson) {
        const eve = fresh('eve');
        const connection = await besieged.welcomed(eve, 'websocket json');
        for (let times = 0; times < 10; times++) connection.sendRaw(text.toString());
        connection.end();
        await eve.gone();
      }
    }));

  it('refuses frames of one field over and over', () =>
    survives(async () => {
      for (const frame of loadCorpus('client').hostileTlv) {
        const eve = fresh('eve');
        const connection = await besieged.welcomed(eve, 'tcp');
        for (let times = 0; times < 10; times++) connection.sendRaw(frame);
        connection.end();
        await eve.gone();
      }
    }));

  it('pays for half a frame as it comes, not as it claims', async () => {
    const address = besieged.server.addresses.find((one) => one.startsWith('tcp:')) ?? '';
    const size = 500;
    const half = Buffer.alloc(8_000, 0x61);
    half.writeUInt8(1, 0);
    half.writeUInt32BE(16_000, 1);
    const beforeKb = besieged.residentKb;
    const crowd = await gather({ address, size, say: () => half });
    await besieged.settles(size + 2, 'im_sessions');
    await besieged.exchange();
    const eachBytes = ((besieged.residentKb - beforeKb) * 1_024) / size;
    const boundBytes = costFactor * half.length + costOwnBytes;
    assert.ok(eachBytes < boundBytes, `${eachBytes} octets for each of them`);
    crowd.disperse();
    await besieged.settles(2, 'im_sessions');
  });

  it('says nothing back of what it does not understand', async () => {
    const words = 'a secret of mine, in no protocol at all';
    let told = '';
    const connection = await RawConnection.open('tcp', besieged.server.addresses, (frame) => {
      told += JSON.stringify(frame);
    });
    connection.sendRaw(new Uint8Array(Buffer.from(words)));
    await connection.until('the end', () => connection.closed, true);
    assert.match(told, /"type":"error"/);
    assert.doesNotMatch(told, /secret/);
  });
});
