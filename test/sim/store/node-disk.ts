/**
 * The disk as one life of a node uses it: each call takes time, may fail, and may be under way when
 * the process dies. Then it is carried out, or not, or in part.
 */
import type { Life } from '../life.ts';
import type { Prng } from '../prng.ts';
import type { Situations } from '../situations.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { DiskPort } from './disk-port.ts';
import { DiskError, type SimDisk } from './sim-disk.ts';
import { takeDuringWrite, type StoreTrouble } from './trouble.ts';

export interface NodeDiskParts {
  readonly world: VirtualClock;
  readonly disk: SimDisk;
  readonly life: Life;
  readonly prng: Prng;
  readonly trouble: StoreTrouble;
  readonly situations: Situations;
  /** Mean time of a write and its sync. */
  readonly storeMs: number;
  /** The disk did not do what this life asked for. */
  readonly failed: () => void;
}

/** How much of the time of a commit each call takes. */
const SYNC_PART = 0.5;
const OTHER_PART = 0.25;

interface Call<T> {
  readonly part: number;
  /** @throws DiskError */
  readonly run: () => T;
  /** The process dies while it is under way. */
  readonly interrupt?: () => void;
}

export function nodeDisk(parts: NodeDiskParts): DiskPort {
  const { disk } = parts;
  const ask = <T>(run: () => T, interrupt?: () => void): Promise<T> =>
    carryOut(parts, { part: OTHER_PART, run, ...(interrupt && { interrupt }) });
  const atOnce = (run: () => void): Promise<void> => {
    return ask(run, () => parts.prng.chance(0.5) && run());
  };
  return {
    read: (name) => ask(() => disk.read(name)),
    create: (name) => atOnce(() => disk.create(name)),
    rename: (from, to) => atOnce(() => disk.rename(from, to)),
    syncFolder: () => atOnce(() => disk.syncFolder()),
    write: (name, at, bytes) => {
      return ask(
        () => write(parts, name, at, bytes),
        () => writeInPart(parts, name, at, bytes),
      );
    },
    sync: (name) => {
      const run = (): void => sync(parts, name);
      const interrupt = (): void => void (parts.prng.chance(0.5) && disk.sync(name));
      return carryOut(parts, { part: SYNC_PART, run, interrupt });
    },
  };
}

function carryOut<T>(parts: NodeDiskParts, { part, run, interrupt }: Call<T>): Promise<T> {
  const { world, life, prng, trouble, failed, storeMs } = parts;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  if (!life.act()) return promise;
  const delayMs = prng.exponential(storeMs * part) * trouble.slowness;
  const disturb = interrupt === undefined ? undefined : takeDuringWrite(trouble);
  if (disturb !== undefined) world.after(prng.next() * delayMs, 'faults', disturb);
  const forget = life.onEnd(() => interrupt?.());
  life.after(delayMs, () => {
    forget();
    try {
      resolve(run());
    } catch (error) {
      failed();
      reject(error);
    }
  });
  return promise;
}

function write({ disk, prng, trouble, situations }: NodeDiskParts, ...what: Write): void {
  const [name, at, bytes] = what;
  if (trouble.writeFails === 0 || !prng.chance(trouble.writeFails)) {
    return fits(situations, () => disk.write(name, at, bytes));
  }
  situations.add('write to the disk failed');
  fits(situations, () => disk.write(name, at, bytes.subarray(0, prng.below(bytes.length + 1))));
  throw new DiskError('io', name);
}

type Write = readonly [name: string, at: number, bytes: Uint8Array];

function fits(situations: Situations, run: () => void): void {
  try {
    run();
  } catch (error) {
    situations.add('disk full');
    throw error;
  }
}

function writeInPart({ disk, prng, situations }: NodeDiskParts, ...what: Write): void {
  const [name, at, bytes] = what;
  const fate = prng.pick(['kept', 'lost', 'torn'] as const);
  situations.add(`write under way at a crash was ${fate}`);
  if (fate === 'lost') return;
  const length = fate === 'kept' ? bytes.length : prng.below(bytes.length);
  try {
    disk.write(name, at, bytes.subarray(0, length));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}

function sync({ disk, prng, trouble, situations }: NodeDiskParts, name: string): void {
  if (trouble.syncFails === 0 || !prng.chance(trouble.syncFails)) return disk.sync(name);
  situations.add('sync of the disk failed');
  disk.failSync(name, prng);
  throw new DiskError('io', name);
}
