/**
 * A whole server on a disk that is really full (a small tmpfs, which only root can mount): senders
 * are told to wait, what was acknowledged stays, and the same commands are accepted once there is
 * room.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Client } from '../../client/index.ts';
import type { Accepted, Delivery } from '../../core/wire/frames.ts';
import { Device, type Command } from '../scenes/device.ts';
import { ServerProcess } from '../scenes/server-process.ts';
import { ServerMetrics } from './server-metrics.ts';

const diskBytes = 26_000_000;
const ballastBytes = 16_000_000;
const bodyBytes = 20_000;
const moreThanFits = diskBytes / bodyBytes;
const clientMessages = 20;

class SmallDisk {
  readonly path = mkdtempSync(join(tmpdir(), 'im-full-'));
  readonly mounted: boolean;
  readonly ballast = join(this.path, 'ballast');

  constructor() {
    const options = ['-t', 'tmpfs', '-o', `size=${diskBytes}`];
    this.mounted = spawnSync('mount', [...options, 'tmpfs', this.path]).status === 0;
    if (this.mounted) writeFileSync(this.ballast, new Uint8Array(ballastBytes));
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  clear(): void {
    if (this.mounted) spawnSync('umount', [this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }
}

describe('a server on a full disk', function () {
  this.timeout(120_000);
  const disk = new SmallDisk();
  let server: ServerProcess | undefined;
  let client: Client | undefined;
  const eve = new Device('eve', 'main');
  after(async () => {
    eve.connection?.cut();
    await server?.kill();
    await client?.close();
    disk.clear();
  });

  it('refuses in passing, keeps what it acknowledged, and accepts the same commands later', async () => {
    if (!disk.mounted) {
      console.log('      no tmpfs could be mounted (not root?): a really full disk was NOT tried');
      return;
    }
    server = new ServerProcess(disk.path, './data/auth.key');
    await server.start();
    const { pid } = server;
    await eve.connect('tcp', server.addresses, await server.token('eve'));
    const token = await server.token('ann');
    const ann = connect({ address: server.addresses[0] ?? '', token, device: 'main' });
    client = ann;
    // A device that was never seen needs room to be written down: it comes before the disk is full.
    await ann.ready;

    const accepted: Accepted[] = [];
    const refused = await sendUntilRefused(eve, accepted);
    assert.ok(accepted.length > 50, `only ${accepted.length} fitted`);
    assert.ok(disk.freeBytes < 1_000_000, `${disk.freeBytes} octets are free`);

    const text = 'x'.repeat(bodyBytes);
    const handles = Array.from({ length: clientMessages }, (_, i) =>
      ann.send('bob', `${i} ${text}`),
    );
    await expectRefused(eve, refused);
    const full = await ServerMetrics.of(server);
    assert.ok(full.value('im_commands_refused_total', 'storage-full') >= 2);
    assert.ok(full.value('store_full_total') >= 1);
    assert.match(server.output, /"level":"warn".*no room/);
    assert.deepEqual([...new Set(handles.map(({ state }) => state))], ['pending']);

    rmSync(disk.ballast);
    accepted.push(await repeatUntilAccepted(eve, refused));
    const acceptances = await Promise.all(handles.map((handle) => handle.accepted));
    assert.deepEqual(
      acceptances.map(({ position }) => position),
      handles.map((_, i) => i + 1),
    );
    assert.equal(server.pid, pid, 'another process');
    await ann.close();
    await server.kill();
    await eve.gone();

    writeFileSync(disk.ballast, new Uint8Array(disk.freeBytes));
    await assert.rejects(
      server.start(),
      /the store has no room: .*im\.db.*\nMake room on its disk/,
    );
    rmSync(disk.ballast);
    await server.start();
    await eve.connect('tcp', server.addresses, await server.token('eve'));
    const kept = await readAll(eve, 'd/eve/mal');
    assert.deepEqual(
      kept.map(({ position, number, id }) => [position, number, id]),
      accepted.map(({ position, number, id }) => [position, number, id]),
    );
    eve.live.cut();
    await eve.gone();
  });
});

/** Fills the disk, one command after the other; resolves to the first that finds no room. */
async function sendUntilRefused(device: Device, accepted: Accepted[]): Promise<Command> {
  const body = new Uint8Array(bodyBytes).fill(120);
  for (let i = 0; i < moreThanFits; i++) {
    const command = device.send('mal', { type: 'send', body });
    const answer = await device.answerTo(command);
    if (answer.type === 'accepted') accepted.push(answer);
    else {
      assert.equal(answer.code, 'storage-full');
      assert.ok((answer.retryAfterMs ?? 0) > 0, 'it does not say when to come again');
      return command;
    }
  }
  return assert.fail('everything fitted');
}

async function expectRefused(device: Device, command: Command): Promise<void> {
  const answer = await device.repeat(command);
  assert.equal(answer.type === 'refused' ? answer.code : 'accepted', 'storage-full');
}

async function repeatUntilAccepted(device: Device, command: Command): Promise<Accepted> {
  for (;;) {
    const answer = await device.repeat(command);
    if (answer.type === 'accepted') return answer;
    assert.equal(answer.code, 'storage-full');
  }
}

async function readAll(device: Device, conversation: string): Promise<Delivery[]> {
  const all: Delivery[] = [];
  for (;;) {
    const after = all.at(-1)?.position ?? 0;
    const page = await device.ask('history', { conversation, after, limit: 500 });
    all.push(...page.item);
    if (page.more !== 1) return all;
  }
}
