/** What the machine tells of its processes and of its time. Only Linux tells it (in `/proc`). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process, unlike any other of this machine since it was made. */
export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks from the machine's start to the process's; '': not told. */
  readonly started: string;
  /** The machine's start; '': not told. */
  readonly boot: string;
}

/** Where SQLite locks the index of a write-ahead log for the one who writes: its WAL_WRITE_LOCK. */
const WRITE_LOCK = /^lock:.* WRITE .* 120 \d+$/m;

function told(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/**
 * When a process was started (field 22 of its `stat`, behind its name, which may hold anything);
 * '': there is none, or it has ended and only waits to be asked for its end.
 */
export function startOf(pid: number): string {
  const stat = told(`/proc/${pid}/stat`);
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? '' : (fields[18] ?? '');
}

export function thisProcess(): ProcessMark {
  const started = startOf(process.pid);
  const boot = started === '' ? '' : told('/proc/sys/kernel/random/boot_id');
  return { pid: process.pid, started, boot };
}

/**
 * The time that leases run on, ms. All processes of a machine have one monotonic clock, which
 * begins with its boot; where no boot is told, two of them could be mixed up: there it is the wall
 * clock.
 */
export function leaseTime(boot: string): number {
  return boot === '' ? Date.now() : Number(process.hrtime.bigint() / 1_000_000n);
}

/** True if this process is the one that may write `index`, of a write-ahead log, at this moment. */
export function holdsWriteLock(pid: number, index: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const isIt = linkOf(`/proc/${pid}/fd/${fd}`) === index;
      return isIt && WRITE_LOCK.test(told(`/proc/${pid}/fdinfo/${fd}`));
    });
  } catch {
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
