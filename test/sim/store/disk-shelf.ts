/** A disk under the node: each life opens the log on it, and recovers what the last one left. */
import type { Host, Persistence, ShardAppend } from 'im-kernel/contract';
import type { Life } from '../life.ts';
import type { Prng } from '../prng.ts';
import { quietHost } from '../../kit/quiet-host.ts';
import { plainPort, type DiskPort } from './disk-port.ts';
import type { LogMutant } from './log-file.ts';
import { logStore, type LogStoreOptions } from './log-store.ts';
import { nodeDisk } from './node-disk.ts';
import { readsOf, type Ask } from './reads-of.ts';
import { reference } from './reference.ts';
import type { Shelf, ShelfParts } from './shelf.ts';
import { REMAINS, SimDisk } from './sim-disk.ts';
import { StoreWire } from './store-wire.ts';
import { noTrouble } from './trouble.ts';

const NEVER = new AbortController().signal;
/** Room that is left when a disk gets full: less than a few commits need. */
const ROOM_MAX_BYTES = 2_000;

export class DiskShelf implements Shelf {
  readonly trouble = noTrouble();
  readonly #parts: ShelfParts;
  readonly #mutant: LogMutant | undefined;
  readonly #disk = new SimDisk();
  readonly #harmed = new WeakSet<Life>();
  #store: Persistence | undefined;

  constructor(parts: ShelfParts, mutant: LogMutant | undefined) {
    this.#parts = parts;
    this.#mutant = mutant;
  }

  get store(): Persistence | undefined {
    return this.#store;
  }

  open(life: Life, prng: Prng, host: Host): Persistence {
    const { world, situations, storeMs } = this.#parts;
    const { trouble } = this;
    const around = { world, life, prng, trouble, situations, storeMs };
    const failed = (): void => void this.#harmed.add(life);
    const disk = nodeDisk({ ...around, disk: this.#disk, failed });
    const cut = (): void => situations.add('torn tail cut off');
    const store = logStore(this.#options({ disk, host, cut }));
    const wire = new StoreWire(around);
    const read: Ask = (run) => wire.read(() => run(store));
    return {
      ...store,
      ...readsOf(read),
      ownership: { ...store.ownership, look: () => read((on) => on.ownership.look()) },
      get log() {
        return store.log;
      },
      get shards() {
        return store.shards;
      },
      start: async (signal) => {
        const recovered = life.onEnd(() => situations.add('recovery cut short'));
        await store.start(signal).finally(recovered);
        this.#store = store;
      },
    };
  }

  nodeEnded(): void {
    // What it wrote stays.
  }

  cutPower(): void {
    const { prng, situations } = this.#parts;
    if (this.#disk.unsynced) situations.add('power cut before a sync');
    this.#disk.cutPower(prng.pick(REMAINS), prng);
  }

  fill(): () => void {
    this.#disk.capacityBytes = this.#disk.usedBytes + this.#parts.prng.below(ROOM_MAX_BYTES);
    return () => {
      this.#disk.capacityBytes = Infinity;
    };
  }

  breakConnections(): void {
    // There are none.
  }

  crash(): () => void {
    return () => undefined;
  }

  jump(): void {
    // It has no clock of its own.
  }

  cutOff(): void {
    // It is in the node's own machine.
  }

  mend(): void {
    // Nothing comes between.
  }

  leaseEndMs(): undefined {
    return undefined;
  }

  heal(): void {
    Object.assign(this.trouble, noTrouble());
    this.#disk.capacityBytes = Infinity;
  }

  excuses(life: Life): boolean {
    return this.#harmed.has(life) || this.trouble.slowness > 1;
  }

  /** From what a power cut would surely leave. */
  cold(): Promise<Persistence> {
    return this.#recover(plainPort(this.#disk.coldCopy()), false);
  }

  /** Twice, so that the second recovery can be held against the first. */
  async readBack(): Promise<void> {
    const disk = plainPort(this.#disk.coldCopy());
    await this.#recover(disk, false);
    await this.#parts.ledger.drain(await this.#recover(disk, true), true);
  }

  async #recover(disk: DiskPort, again: boolean): Promise<Persistence> {
    const store = logStore(this.#options({ disk, host: quietHost() }, again));
    await store.start(NEVER);
    return store;
  }

  #options(around: Pick<LogStoreOptions, 'disk' | 'host' | 'cut'>, again = false): LogStoreOptions {
    const { ledger, shards } = this.#parts;
    let found: ShardAppend[] | undefined = [];
    return {
      ...around,
      shards,
      make: reference,
      mutant: this.#mutant,
      kept: (log, parts) => {
        ledger.kept(log, parts);
        found?.push(...parts);
      },
      recovered: (log) => {
        ledger.recovered(log, found ?? [], again);
        found = undefined;
      },
    };
  }
}
