import assert from 'node:assert/strict';
import { ImError, type Persistence } from 'im-kernel/contract';
import { quietHost, seededRandom, type QuietHost } from '../../kit/quiet-host.ts';
import { Prng } from '../prng.ts';
import { plainPort, type DiskPort } from './disk-port.ts';
import { LOG_FILE } from './log-file.ts';
import { logStore } from './log-store.ts';
import { reference } from './reference.ts';
import { DiskError, SimDisk } from './sim-disk.ts';

const NEVER = new AbortController().signal;

interface Opened {
  readonly store: Persistence;
  readonly host: QuietHost;
  /** Tails that were cut off. */
  readonly cuts: number;
}

async function open(disk: DiskPort): Promise<Opened> {
  const host = quietHost({ random: seededRandom(3) });
  let cuts = 0;
  const cut = (): void => void (cuts += 1);
  const store = logStore({ disk, host, shards: 4, make: reference, cut });
  await store.start(NEVER);
  return {
    store,
    host,
    get cuts() {
      return cuts;
    },
  };
}

/** Registers `key` with itself. */
function put(store: Persistence, key: string): Promise<boolean> {
  return store.register.compareAndSet(key, undefined, key);
}

async function keysIn(disk: SimDisk): Promise<readonly string[]> {
  const { store } = await open(plainPort(disk));
  return (await store.register.list('', '', 99)).map(({ key }) => key);
}

/** A disk with the keys a, b and c, one frame each; and where each of the frames ends. */
async function aLog(): Promise<{ disk: SimDisk; ends: readonly number[] }> {
  const disk = new SimDisk();
  const { store } = await open(plainPort(disk));
  const ends = [disk.usedBytes];
  for (const key of ['a', 'b', 'c']) {
    await put(store, key);
    ends.push(disk.usedBytes);
  }
  return { disk, ends };
}

function failsWith(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ImError && error.code === code;
}

describe('the simulated log store', () => {
  it('refuses a log that is damaged anywhere but in its last frame', async () => {
    const { disk, ends } = await aLog();
    for (let at = 0; at < ends[2]!; at += 1) {
      const damaged = disk.coldCopy();
      damaged.damage(LOG_FILE, at);
      await assert.rejects(open(plainPort(damaged)), failsWith('IM_STORE_OPEN'), `octet ${at}`);
      const left = damaged.read(LOG_FILE);
      assert.equal(left?.length, ends[3], 'it leaves the file as it is');
    }
  });

  it('cuts off a last frame that is not whole, at any length, and nothing else', async () => {
    const { disk, ends } = await aLog();
    const whole = disk.read(LOG_FILE)!;
    for (let length = ends[2]!; length <= ends[3]!; length += 1) {
      const torn = new SimDisk();
      torn.create(LOG_FILE);
      torn.write(LOG_FILE, 0, whole.subarray(0, length));
      const opened = await open(plainPort(torn));
      const keys = (await opened.store.register.list('', '', 9)).map(({ key }) => key);
      assert.deepEqual(keys, length === ends[3] ? ['a', 'b', 'c'] : ['a', 'b']);
      assert.equal(opened.cuts, length > ends[2]! && length < ends[3]! ? 1 : 0);
      await put(opened.store, 'd');
      assert.deepEqual(await keysIn(torn.coldCopy()), [...keys, 'd']);
    }
  });

  it('is broken once a sync or a write failed, says so, and comes back through recovery', async () => {
    for (const call of ['sync', 'write'] as const) {
      const { disk } = await aLog();
      const plain = plainPort(disk);
      let fails = false;
      const failing: DiskPort = {
        ...plain,
        [call]: async (...args: Parameters<DiskPort['write']>) => {
          if (!fails) return plain[call](...args);
          if (call === 'sync') disk.failSync(LOG_FILE, new Prng(1));
          throw new DiskError('io', LOG_FILE);
        },
      };
      const { store, host } = await open(failing);
      fails = true;
      await assert.rejects(put(store, 'd'), failsWith('IM_STORE_BROKEN'), call);
      fails = false;
      await assert.rejects(put(store, 'e'), failsWith('IM_STORE_BROKEN'));
      await assert.rejects(store.register.read('a'), failsWith('IM_STORE_BROKEN'));
      assert.deepEqual(
        host.reports.map(({ state }) => state),
        ['failed'],
      );
      const keys = await keysIn(disk);
      assert.deepEqual(keys.slice(0, 3), ['a', 'b', 'c']);
      assert.equal(keys.includes('e'), false);
      assert.deepEqual(await keysIn(disk.coldCopy()), keys, 'what it found is synced now');
    }
  });

  it('keeps nothing of what a full disk had no room for, and goes on when there is room', async () => {
    for (const roomBytes of [0, 1, 20, 60]) {
      const { disk } = await aLog();
      const { store, host } = await open(plainPort(disk));
      disk.capacityBytes = disk.usedBytes + roomBytes;
      await assert.rejects(put(store, 'much too long'.repeat(9)), failsWith('IM_STORE_FULL'));
      assert.equal(await store.register.read('a'), 'a');
      disk.capacityBytes = Infinity;
      await put(store, 'd');
      assert.deepEqual(await keysIn(disk.coldCopy()), ['a', 'b', 'c', 'd']);
      assert.deepEqual(host.reports, []);
    }
  });

  it('does not start on a disk without room for what it found, and loses nothing of it', async () => {
    const { disk } = await aLog();
    disk.capacityBytes = disk.usedBytes + 10;
    await assert.rejects(open(plainPort(disk)), failsWith('IM_STORE_FULL'));
    disk.capacityBytes = Infinity;
    assert.deepEqual(await keysIn(disk), ['a', 'b', 'c']);
  });

  it('commits together what came in while it wrote', async () => {
    const disk = new SimDisk();
    const plain = plainPort(disk);
    let syncs = 0;
    const counting: DiskPort = {
      ...plain,
      sync: (name) => {
        syncs += 1;
        return plain.sync(name);
      },
    };
    const { store } = await open(counting);
    syncs = 0;
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((key) => put(store, key)));
    assert.equal(syncs, 2);
    assert.deepEqual(await keysIn(disk.coldCopy()), ['a', 'b', 'c', 'd', 'e']);
  });
});
