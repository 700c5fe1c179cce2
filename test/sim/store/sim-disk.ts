/**
 * A disk with its file system: one folder of files. What is written stands in the memory of the
 * machine until it is synced; names that were made or moved, until the folder is. A process may die
 * at any time and loses nothing of that. When the power goes, of what was not synced stays nothing,
 * all, a beginning, or some sectors, and a sector that was just being written may hold garbage.
 *
 * As SQLite does (its "powersafe overwrite"), this takes for granted that octets next to those that
 * are written stay what they are. A failed sync takes what was to be synced for clean, as Linux
 * does: the next one succeeds without it (Rebello et al., USENIX ATC 2020).
 */
import type { Prng } from '../prng.ts';
import { Extent } from './extent.ts';

export const SECTOR_BYTES = 512;

/** Why a disk does not do what it is asked. */
export class DiskError extends Error {
  readonly reason: 'full' | 'io';
  constructor(reason: 'full' | 'io', what: string) {
    super(reason === 'full' ? `${what}: no space left on the disk` : `${what}: input/output error`);
    this.reason = reason;
  }
}

/** What stays of what was not synced. */
export const REMAINS = ['nothing', 'all', 'a beginning', 'some'] as const;
export type Remains = (typeof REMAINS)[number];

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What a file holds, whatever it is called. */
interface Inode {
  /** What is read. */
  readonly seen: Extent;
  /** What a power cut leaves. */
  platter: Extent;
  /** Written and not synced. */
  dirty: Piece[];
}

type Names = Map<string, Inode>;

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function facesOf(names: Names): unknown {
  return [...names].map(([name, { seen, platter, dirty }]) => {
    const pieces = dirty.map(({ at, bytes }) => [at, hex(bytes)]);
    return [name, hex(seen.read()), hex(platter.read()), pieces];
  });
}

/** Cut where sectors end. */
function* sectorsOf({ at, bytes }: Piece): Generator<Piece> {
  for (let start = 0; start < bytes.length;) {
    const end = Math.min(bytes.length, start + SECTOR_BYTES - ((at + start) % SECTOR_BYTES));
    yield { at: at + start, bytes: bytes.subarray(start, end) };
    start = end;
  }
}

/** A sector that was being written when the power went. */
function torn({ at, bytes }: Piece, prng: Prng): Piece {
  const good = prng.below(bytes.length + 1);
  const rest = prng.chance(0.5) ? prng.bytes(bytes.length - good) : new Uint8Array(0);
  return { at, bytes: Buffer.concat([bytes.subarray(0, good), rest]) };
}

function remainsOf(sectors: readonly Piece[], remains: Remains, prng: Prng): readonly Piece[] {
  if (remains === 'nothing') return [];
  if (remains === 'all') return sectors;
  if (remains === 'a beginning') {
    const count = prng.below(sectors.length);
    return [...sectors.slice(0, count), torn(sectors[count]!, prng)];
  }
  return sectors.flatMap((sector) => {
    const fate = prng.next();
    if (fate < 0.4) return [];
    return [fate < 0.8 ? sector : torn(sector, prng)];
  });
}

export class SimDisk {
  /** How many bytes all files may hold together. */
  capacityBytes = Infinity;
  #names: Names = new Map();
  #durableNames: Names = new Map();
  /** Names that were made or moved since the folder was synced. */
  #moves: ((names: Names) => void)[] = [];

  get usedBytes(): number {
    return [...this.#names.values()].reduce((sum, { seen }) => sum + seen.length, 0);
  }

  get names(): readonly string[] {
    return [...this.#names.keys()];
  }

  /** Whether a power cut would find another content than a reader does now. */
  get unsynced(): boolean {
    return (
      this.#moves.length > 0 || [...this.#names.values()].some(({ dirty }) => dirty.length > 0)
    );
  }

  /** Undefined: no such file. */
  read(name: string): Uint8Array | undefined {
    return this.#names.get(name)?.seen.read();
  }

  /** An empty file of this name, in place of one that has it. */
  create(name: string): void {
    const inode = { seen: new Extent(), platter: new Extent(), dirty: [] };
    this.#move((names) => void names.set(name, inode));
  }

  /** @throws DiskError full; then what fits is written. */
  write(name: string, at: number, bytes: Uint8Array): void {
    const inode = this.#inode(name);
    const roomBytes = this.capacityBytes - this.usedBytes + inode.seen.length - at;
    const fits = Math.max(0, Math.min(bytes.length, roomBytes));
    const piece = { at, bytes: bytes.slice(0, fits) };
    inode.seen.write(at, piece.bytes);
    if (fits > 0) inode.dirty.push(piece);
    if (fits < bytes.length) throw new DiskError('full', name);
  }

  sync(name: string): void {
    const inode = this.#inode(name);
    for (const { at, bytes } of inode.dirty) inode.platter.write(at, bytes);
    inode.dirty = [];
  }

  /**
   * A sync that does not work: of what was to be synced some may be kept, and from now on all of it
   * counts as if it were.
   */
  failSync(name: string, prng: Prng): void {
    const inode = this.#inode(name);
    this.#keepSome(inode, prng.pick(REMAINS), prng);
  }

  rename(from: string, to: string): void {
    this.#inode(from);
    this.#move((names) => {
      const inode = names.get(from);
      names.delete(from);
      if (inode !== undefined) names.set(to, inode);
    });
  }

  syncFolder(): void {
    for (const move of this.#moves) move(this.#durableNames);
    this.#moves = [];
  }

  /** The machine loses its power, and comes back. */
  cutPower(remains: Remains, prng: Prng): void {
    const kept = remains === 'nothing' ? 0 : prng.below(this.#moves.length + 1);
    for (const move of remains === 'all' ? this.#moves : this.#moves.slice(0, kept))
      move(this.#durableNames);
    this.#moves = [];
    const found: Names = new Map();
    for (const [name, inode] of this.#durableNames) {
      this.#keepSome(inode, remains, prng);
      const bytes = inode.platter.read();
      found.set(name, { seen: new Extent(bytes), platter: inode.platter, dirty: [] });
    }
    this.#durableNames = found;
    this.#names = new Map(found);
  }

  /** Another disk, with what a power cut would surely leave on this one. */
  coldCopy(): SimDisk {
    const copy = new SimDisk();
    for (const [name, { platter }] of this.#durableNames) {
      const bytes = platter.read();
      const inode = { seen: new Extent(bytes), platter: new Extent(bytes), dirty: [] };
      copy.#names.set(name, inode);
      copy.#durableNames.set(name, inode);
    }
    return copy;
  }

  /** The same for two disks on which the same will be found, whatever happens to both. */
  get fingerprint(): string {
    return JSON.stringify([facesOf(this.#names), facesOf(this.#durableNames), this.#moves.length]);
  }

  /** Damage at rest: the octet there is another one. */
  damage(name: string, at: number): void {
    const { seen, platter } = this.#inode(name);
    for (const extent of [seen, platter]) {
      if (at < extent.length) extent.write(at, Uint8Array.of((extent.read()[at] ?? 0) ^ 0x55));
    }
  }

  #inode(name: string): Inode {
    const inode = this.#names.get(name);
    if (inode === undefined) throw new Error(`there is no file ${name}`);
    return inode;
  }

  #move(move: (names: Names) => void): void {
    move(this.#names);
    this.#moves.push(move);
  }

  #keepSome(inode: Inode, remains: Remains, prng: Prng): void {
    const sectors = inode.dirty.flatMap((piece) => [...sectorsOf(piece)]);
    inode.dirty = [];
    if (sectors.length === 0) return;
    for (const { at, bytes } of remainsOf(sectors, remains, prng)) inode.platter.write(at, bytes);
    // The length may be on the disk before what is to fill it.
    const end = sectors.at(-1)!;
    if (remains === 'some' && prng.chance(0.3)) inode.platter.grow(end.at + end.bytes.length);
  }
}
