/** A disk on which one call goes wrong: the process dies at it, or the call fails. */
import type { Prng } from '../prng.ts';
import { plainPort, type DiskPort } from './disk-port.ts';
import { DiskError, REMAINS, type Remains, type SimDisk } from './sim-disk.ts';

const MOMENTS = ['before', 'in', 'after', 'fails'] as const;

export interface Mishap {
  /** Where the process dies, or that the call fails and it goes on. */
  readonly moment: (typeof MOMENTS)[number];
  /** Undefined: the power stays. */
  readonly remains: Remains | undefined;
}

export const MISHAPS: readonly Mishap[] = MOMENTS.flatMap((moment) =>
  [undefined, ...REMAINS].map((remains) => ({ moment, remains })),
);

export interface StoppingPort extends DiskPort {
  /** Calls so far. */
  readonly calls: number;
  /** Resolves when the process is dead. */
  readonly dead: Promise<void>;
}

/** The `at`-th call, from 0 on, meets the mishap; from a death on nothing is answered. */
export function stoppingPort(disk: SimDisk, at: number, mishap: Mishap, prng: Prng): StoppingPort {
  const plain = plainPort(disk);
  const { promise: dead, resolve: die } = Promise.withResolvers<void>();
  const { moment } = mishap;
  let calls = 0;
  let isDead = false;
  /** `part`: what of the call is done when it is interrupted, or fails. */
  const ask = <T>(name: string, run: () => Promise<T>, part?: () => void): Promise<T> => {
    const isHere = calls === at;
    calls += 1;
    if (isDead) return new Promise(() => undefined);
    if (!isHere) return run();
    if (moment === 'in' || moment === 'fails') part?.();
    if (moment === 'fails') return Promise.reject(new DiskError('io', name));
    isDead = true;
    if (moment === 'after') void run().finally(die);
    else die();
    return new Promise(() => undefined);
  };
  return {
    get calls() {
      return calls;
    },
    dead,
    read: (name) => ask(name, () => plain.read(name)),
    create: (name) => ask(name, () => plain.create(name)),
    rename: (from, to) => ask(from, () => plain.rename(from, to)),
    syncFolder: () => ask('folder', () => plain.syncFolder()),
    write: (name, start, bytes) =>
      ask(
        name,
        () => plain.write(name, start, bytes),
        () => disk.write(name, start, bytes.subarray(0, prng.below(bytes.length + 1))),
      ),
    sync: (name) =>
      ask(
        name,
        () => plain.sync(name),
        () => moment === 'fails' && disk.failSync(name, prng),
      ),
  };
}
