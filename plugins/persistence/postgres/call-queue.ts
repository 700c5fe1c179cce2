/** Everything but appends, on its way to the readers' connections. */
import type { Clock, ImError } from 'im-kernel/contract';
import type { Connection } from './connection.ts';
import { faultOf, refusalOf, wordsOf, type Fault } from './faults.ts';
import type { Source, Work } from './pool.ts';
import { WaitingList, type Waiting } from './waiting.ts';

interface Call extends Waiting {
  readonly run: (connection: Connection) => Promise<void>;
  /** Doing it twice is like doing it once: it is done again when its connection was lost. */
  readonly again: boolean;
}

export interface CallOptions {
  readonly clock: Clock;
  readonly waitMs: number;
  readonly added: () => void;
  readonly failed: (error: ImError, fault: Fault) => void;
}

export class CallQueue implements Source {
  readonly #options: CallOptions;
  readonly #waiting: WaitingList<Call>;

  constructor(options: CallOptions) {
    this.#options = options;
    this.#waiting = new WaitingList(options.clock, options.waitMs);
  }

  get empty(): boolean {
    return this.#waiting.items.length === 0;
  }
  get length(): number {
    return this.#waiting.items.length;
  }
  open(): void {
    this.#waiting.open();
  }
  close(): void {
    this.#waiting.close();
  }
  refuseOverdue(why: string): void {
    this.#waiting.refuseOverdue(why);
  }
  refuseAll(why: string): void {
    this.#waiting.refuseAll(why);
  }

  /** Rejects with an ImError. */
  async ask<T>(again: boolean, work: (connection: Connection) => Promise<T>): Promise<T> {
    const since = this.#waiting.admit();
    return await new Promise<T>((resolve, reject) => {
      const run = async (connection: Connection): Promise<void> => resolve(await work(connection));
      this.#waiting.add({ since, reject, run, again });
      this.#options.added();
    });
  }

  take(): Work | undefined {
    const call = this.#waiting.shift();
    return call && ((connection) => this.#run(call, connection));
  }

  async #run(call: Call, connection: Connection): Promise<void> {
    try {
      await call.run(connection);
    } catch (error) {
      const fault = faultOf(error, connection.lost !== undefined);
      if (fault === 'moved' || fault === 'lost') connection.destroy(new Error(wordsOf(error)));
      if (fault === 'lost' && this.#again(call)) return this.#waiting.putBack(call);
      const refusal = refusalOf(error, fault);
      this.#options.failed(refusal, fault);
      call.reject(refusal);
    }
  }

  #again({ again, since }: Call): boolean {
    return again && this.#options.clock.monotonic() - since < this.#options.waitMs;
  }
}
