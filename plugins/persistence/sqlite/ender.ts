/**
 * Ends a process that was stopped in the middle of a write: it keeps the file locked, and would for
 * ever. Only if its lease is over, if it is the very process that beat, and if it is seen to hold
 * the lock; whoever else is in the way is waited for.
 */
import type { Beats } from './beats.ts';
import { leaseLeft } from './beats.ts';
import { holdsWriteLock, startOf, thisProcess } from './machine.ts';
import type { Ended } from './messages.ts';

export class Ender {
  readonly #beats: Pick<Beats, 'all'>;
  readonly #process = thisProcess();
  /** Processes that take a moment to end. One for a kill, and those are few in a life. */
  readonly #ended = new Set<string>();

  constructor(beats: Pick<Beats, 'all'>) {
    this.#beats = beats;
  }

  /** `file`: a database that cannot be written, its real path. Undefined: nobody was ended. */
  end(file: string): Ended | undefined {
    const { pid: own, boot } = this.#process;
    if (boot === '') return undefined;
    for (const beat of this.#beats.all()) {
      const { node, life, pid, started } = beat;
      const over = beat.boot === boot && leaseLeft(beat, boot) === 0;
      if (!over || pid === own || started === '' || startOf(pid) !== started) continue;
      if (this.#ended.has(`${pid} ${started}`) || !holdsWriteLock(pid, `${file}-shm`)) continue;
      process.kill(pid, 'SIGKILL');
      this.#ended.add(`${pid} ${started}`);
      return { node, life, pid, started, boot, file };
    }
    return undefined;
  }
}
