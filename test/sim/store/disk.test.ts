import assert from 'node:assert/strict';
import { Prng } from '../prng.ts';
import { DiskError, REMAINS, SECTOR_BYTES, SimDisk, type Remains } from './sim-disk.ts';

const FILE = 'file';

function bytes(length: number, octet: number): Uint8Array {
  return new Uint8Array(length).fill(octet);
}

/** A file of synced ones. */
function aDisk(length = 0): SimDisk {
  const disk = new SimDisk();
  disk.create(FILE);
  disk.write(FILE, 0, bytes(length, 1));
  disk.sync(FILE);
  disk.syncFolder();
  return disk;
}

function read(disk: SimDisk): number[] {
  return [...(disk.read(FILE) ?? [])];
}

/** What a power cut leaves of twos written behind 700 synced ones, over many seeds. */
function cuts(remains: Remains, prepare: (disk: SimDisk, prng: Prng) => void): number[][] {
  return Array.from({ length: 200 }, (_, seed) => {
    const prng = new Prng(seed);
    const disk = aDisk(700);
    disk.write(FILE, 700, bytes(2_000, 2));
    prepare(disk, prng);
    disk.cutPower(remains, prng);
    return read(disk);
  });
}

const nothing = (): void => undefined;

describe('the simulated disk', () => {
  it('reads what was written before it is synced, and keeps it without power once it is', () => {
    const disk = aDisk();
    disk.write(FILE, 0, bytes(3, 7));
    assert.deepEqual(read(disk), [7, 7, 7]);
    assert.equal(disk.unsynced, true);
    disk.sync(FILE);
    assert.equal(disk.unsynced, false);
    disk.cutPower('nothing', new Prng(1));
    assert.deepEqual(read(disk), [7, 7, 7]);
  });

  it('fills what was never written with zeros', () => {
    const disk = aDisk(1);
    disk.write(FILE, 3, bytes(1, 9));
    assert.deepEqual(read(disk), [1, 0, 0, 9]);
  });

  it('loses all that was not synced, or nothing of it, in a power cut', () => {
    for (const left of cuts('nothing', nothing)) assert.deepEqual(left, [...bytes(700, 1)]);
    const whole = [...bytes(700, 1), ...bytes(2_000, 2)];
    for (const left of cuts('all', nothing)) assert.deepEqual(left, whole);
  });

  it('leaves a beginning, of any length, the last sector of which may hold garbage', () => {
    const lengths = new Set<number>();
    let garbage = 0;
    for (const left of cuts('a beginning', nothing)) {
      const good = left.findIndex((octet, at) => at >= 700 && octet !== 2);
      const end = good < 0 ? left.length : good;
      assert.ok(left.length - end < SECTOR_BYTES);
      lengths.add(end);
      if (end < left.length) garbage += 1;
    }
    assert.ok(lengths.size > 50 && garbage > 50, `${lengths.size} lengths, ${garbage} torn`);
  });

  it('leaves some sectors behind others that are lost', () => {
    const holes = cuts('some', nothing).filter((left) => {
      const lost = left.findIndex((octet, at) => at >= 700 && octet === 0);
      return lost >= 0 && left.indexOf(2, lost) >= 0;
    });
    assert.ok(holes.length > 20, `${holes.length} with a hole`);
  });

  it('never harms what was synced before, in the same sector neither', () => {
    for (const remains of REMAINS)
      for (const left of cuts(remains, nothing))
        assert.deepEqual(left.slice(0, 700), [...bytes(700, 1)]);
  });

  it('takes for clean what a sync failed to keep, so that the next one helps nothing', () => {
    const lost = cuts('all', (disk, prng) => {
      disk.failSync(FILE, prng);
      assert.equal(disk.unsynced, false);
      assert.equal(read(disk).length, 2_700, 'it can still be read');
      disk.sync(FILE);
    }).filter((left) => left.filter((octet) => octet === 2).length < 2_000);
    assert.ok(lost.length > 50, `${lost.length} lost something`);
  });

  it('knows new names after a power cut only if the folder was synced', () => {
    const found = new Set<string>();
    for (let seed = 0; seed < 50; seed += 1) {
      const disk = aDisk(1);
      disk.create('new');
      disk.write('new', 0, bytes(1, 5));
      disk.sync('new');
      disk.rename('new', FILE);
      assert.deepEqual(read(disk), [5]);
      disk.cutPower('some', new Prng(seed));
      found.add(JSON.stringify([disk.names, read(disk)]));
    }
    const before = JSON.stringify([[FILE], [1]]);
    const between = JSON.stringify([[FILE, 'new'], [1]]);
    const after = JSON.stringify([[FILE], [5]]);
    assert.deepEqual([...found].sort(), [before, between, after].sort());
    const disk = aDisk(1);
    disk.create('new');
    disk.rename('new', FILE);
    disk.syncFolder();
    disk.cutPower('nothing', new Prng(1));
    assert.deepEqual(read(disk), []);
  });

  it('writes what fits when it is full, and all of it when there is room again', () => {
    const disk = aDisk(10);
    disk.capacityBytes = 15;
    assert.throws(() => disk.write(FILE, 8, bytes(10, 3)), DiskError);
    assert.deepEqual(read(disk).slice(8), [...bytes(7, 3)]);
    disk.write(FILE, 0, bytes(15, 4));
    disk.capacityBytes = Infinity;
    disk.write(FILE, 8, bytes(10, 5));
    assert.equal(disk.usedBytes, 18);
  });

  it('shows a cold reader what is surely on it, and stays as it is', () => {
    const disk = aDisk(4);
    disk.write(FILE, 4, bytes(4, 2));
    assert.deepEqual(read(disk.coldCopy()), [1, 1, 1, 1]);
    assert.equal(read(disk).length, 8);
    const copy = disk.coldCopy();
    copy.write(FILE, 0, bytes(1, 8));
    copy.sync(FILE);
    assert.deepEqual(read(disk.coldCopy()), [1, 1, 1, 1]);
  });
});
