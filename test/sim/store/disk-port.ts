/** How a process uses a disk: each of these is a system call, after any of which it may be dead. */
import type { SimDisk } from './sim-disk.ts';

/** All of them reject with DiskError; then nobody knows what of it is done. */
export interface DiskPort {
  /** Undefined: no such file. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** An empty file of this name, in place of one that has it. */
  create(name: string): Promise<void>;
  write(name: string, at: number, bytes: Uint8Array): Promise<void>;
  sync(name: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  syncFolder(): Promise<void>;
}

/** A disk that takes no time and never fails. */
export function plainPort(disk: SimDisk): DiskPort {
  return {
    read: async (name) => disk.read(name),
    create: async (name) => disk.create(name),
    write: async (name, at, bytes) => disk.write(name, at, bytes),
    sync: async (name) => disk.sync(name),
    rename: async (from, to) => disk.rename(from, to),
    syncFolder: async () => disk.syncFolder(),
  };
}
