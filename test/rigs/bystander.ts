/**
 * A process that does nothing but watch its own event loop: how long it had to stand still says how
 * much of a server's delay is the machine's, busy with others, and not the server's.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const resolutionMs = 10;

export class Bystander {
  readonly #child: ChildProcess = fork(fileURLToPath(import.meta.url), [], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });

  /** Its loop's longest delay since the last call, in ms. */
  async longestMs(): Promise<number> {
    this.#child.send('tell');
    const [toldMs] = (await once(this.#child, 'message')) as [number];
    return toldMs;
  }

  /** Resolves when it has gone. */
  async leave(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }
}

if (process.send) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  process.on('message', () => {
    // It counts from when a sample was due, which is its resolution after the one before.
    process.send?.(Math.max(0, delay.max / 1e6 - resolutionMs));
    delay.reset();
  });
}
