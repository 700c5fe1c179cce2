/**
 * A disk whose power can be cut: ext4 on a loop device. The cut (FS_IOC_SHUTDOWN without a flush of
 * the journal) loses every page and name that was not synced; mounting again replays the journal,
 * as a reboot would. It tears no sectors, and keeps what the system had written back by itself.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingProgram, missingRoot, sh } from './shell.ts';
import { undoneAtExit } from './undone.ts';

const SIZE_MIB = 96;
/** EXT4_GOING_FLAGS_NOLOGFLUSH. */
const SHUTDOWN = `
  open(my $file, "<", $ARGV[0]) or die "open: $!";
  my $flags = pack("L", 2);
  ioctl($file, 0x8004587d, $flags) or die "ioctl: $!"`;

export class CutDisk {
  /** Where it is mounted. */
  readonly path: string;
  readonly #folder: string;
  readonly #device: string;
  readonly #undone: () => void;
  #mounted = false;

  /** In a new folder under `parent`. Throws if something of it cannot be had. */
  constructor(parent: string, sizeMiB = SIZE_MIB) {
    this.#folder = mkdtempSync(join(parent, 'disk-'));
    // PostgreSQL passes through it as another user.
    chmodSync(this.#folder, 0o711);
    this.path = join(this.#folder, 'mounted');
    const image = join(this.#folder, 'image');
    sh('truncate', '-s', `${sizeMiB}M`, image);
    sh('mkfs.ext4', '-q', '-F', image);
    mkdirSync(this.path);
    this.#device = sh('losetup', '-f', '--show', image);
    this.#undone = undoneAtExit(() => this.#abandon());
    this.mount();
    writeFileSync(this.#anchor, 'what the cut is asked through\n');
    this.sync();
  }

  /** All that was written to it is kept. */
  sync(): void {
    sh('sync', '-f', this.#anchor);
  }

  get #anchor(): string {
    return join(this.path, 'anchor');
  }

  /** From now on nothing reaches the disk. */
  cut(): void {
    sh('perl', '-e', SHUTDOWN, this.#anchor);
  }

  /** The machine comes up again; whoever used the disk must be gone. */
  reboot(): void {
    this.#unmount();
    this.mount();
  }

  mount(): void {
    sh('mount', this.#device, this.path);
    this.#mounted = true;
  }

  clear(): void {
    this.#unmount();
    sh('losetup', '-d', this.#device);
    rmSync(this.#folder, { recursive: true, force: true });
    this.#undone();
  }

  /** While somebody may still be using it. */
  #abandon(): void {
    sh('umount', '-l', this.path);
    sh('losetup', '-d', this.#device);
  }

  #unmount(): void {
    if (this.#mounted) sh('umount', this.path);
    this.#mounted = false;
  }
}

let found: { readonly why: string | undefined } | undefined;

/** Why there cannot be such a disk here; found out once, by making one. */
export function missingCutDisk(parent: string): string | undefined {
  const plain = missingRoot() ?? missingProgram('perl', 'mkfs.ext4', 'losetup', 'mount', 'umount');
  if (plain !== undefined) return plain;
  found ??= { why: tryOne(parent) };
  return found.why;
}

function tryOne(parent: string): string | undefined {
  try {
    const disk = new CutDisk(parent);
    disk.cut();
    disk.reboot();
    disk.clear();
    return undefined;
  } catch (error) {
    return `no disk can be cut here: ${error instanceof Error ? error.message : String(error)}`;
  }
}
