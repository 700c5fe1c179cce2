/** A disk that is soon full: a tmpfs, and a file on it that takes the room away. */
import { appendFileSync, mkdtempSync, rmdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { missingProgram, missingRoot, sh } from './shell.ts';
import { undoneAtExit } from './undone.ts';

const SIZE_MIB = 32;

export class SmallDisk {
  /** Where it is mounted. */
  readonly path: string;
  readonly #undone: () => void;

  /** In a new folder under `parent`. Throws if it cannot be mounted. */
  constructor(parent: string, sizeMiB = SIZE_MIB) {
    this.path = mkdtempSync(join(parent, 'small-'));
    sh('mount', '-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', this.path);
    this.#undone = undoneAtExit(() => sh('umount', '-l', this.path));
  }

  /** Leaves no more room than this. */
  fill(leftBytes: number): void {
    const { bavail, bsize } = statfsSync(this.path);
    appendFileSync(this.#ballast, new Uint8Array(Math.max(0, bavail * bsize - leftBytes)));
  }

  empty(): void {
    rmSync(this.#ballast, { force: true });
  }

  clear(): void {
    sh('umount', this.path);
    rmdirSync(this.path);
    this.#undone();
  }

  get #ballast(): string {
    return join(this.path, 'ballast');
  }
}

export function missingSmallDisk(parent: string): string | undefined {
  const plain = missingRoot() ?? missingProgram('mount', 'umount');
  if (plain !== undefined) return plain;
  try {
    new SmallDisk(parent).clear();
    return undefined;
  } catch (error) {
    return `no tmpfs can be mounted: ${error instanceof Error ? error.message : String(error)}`;
  }
}
