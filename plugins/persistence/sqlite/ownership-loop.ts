/**
 * The thread of ownership where several processes use the file: its beats wait for no append of its
 * own process, and hardly for another process.
 */
import { realpathSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { beatsFile } from './beats.ts';
import { Ender } from './ender.ts';
import { faultOf, reasonOf } from './faults.ts';
import { passingOf } from './group-commit.ts';
import { CLOSE } from './messages.ts';
import type { BeatCalls, Ended, FromThread, Request, ToThread, WriteCalls } from './messages.ts';
import type { OwnershipTable } from './ownership-table.ts';
import { TRY_EVERY_MS } from './patience.ts';
import type { RegisterTable } from './register.ts';
import { within } from './transaction.ts';

/** A file that cannot be written for as long is held by a process that was stopped, or is slow. */
const SUSPECT_AFTER_MS = 500;
/** Who holds it is looked up as often. */
const SUSPECT_EVERY_MS = 50;
/** Then the file is away. */
const BUSY_WAIT_MS = 2_000;
/** Where the register says who was ended. */
const ENDED = 'sqlite/ended/';

type Calls = BeatCalls & Pick<WriteCalls, 'take'>;
type Answers = { [K in keyof Calls]: (...args: Parameters<Calls[K]>) => Promise<unknown> };

export interface Owning {
  readonly db: DatabaseSync;
  readonly table: OwnershipTable;
  readonly register: RegisterTable;
}

export class OwnershipLoop {
  readonly #port: MessagePort;
  readonly #owning: Owning;
  readonly #ender: Ender;
  readonly #files: { readonly log: string; readonly beats: string };
  readonly #answers: Answers;
  readonly #running = new Set<Promise<void>>();

  constructor(port: MessagePort, owning: Owning, file: string) {
    const { table } = owning;
    this.#port = port;
    this.#owning = owning;
    this.#ender = new Ender(table.beats);
    this.#files = { log: realpathSync(file), beats: realpathSync(beatsFile(file)) };
    this.#answers = {
      beat: (...args) => this.#writing('beats', () => table.beat(...args)),
      look: () => this.#writing('beats', () => table.look()),
      leave: (...args) => this.#writing('beats', () => table.leave(...args)),
      take: (...args) => this.#take(args),
      free: () => this.#writing('log', () => within(owning.db, () => undefined)),
    };
  }

  run(): void {
    this.#port.on('message', (message: ToThread) => {
      if (message === CLOSE) void this.#close();
      else this.#track(this.#answer(message));
    });
  }

  #track(running: Promise<void>): void {
    const tracked = running.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  async #answer({ serial, call, args }: Request): Promise<void> {
    try {
      const answer = this.#answers[call as keyof Answers] as (...asked: unknown[]) => unknown;
      const value = await answer(...(args as unknown[]));
      this.#say({ say: 'answers', answers: [{ serial, value }] });
    } catch (error) {
      const why = reasonOf(error);
      const isOurs = faultOf(error) === 'bug';
      const lasting = { code: isOurs ? 'IM_BUG' : 'IM_STORE_BROKEN', details: { why } } as const;
      const failure = passingOf(error) ?? lasting;
      this.#say({ say: 'answers', answers: [{ serial, failure }] });
      if (failure.code === 'IM_STORE_BROKEN') this.#say({ say: 'broken', why });
    }
  }

  /** What is refused anyway waits for nobody. Nobody beats while the leases are judged. */
  #take(args: Parameters<Calls['take']>): Promise<unknown> {
    const { db, table } = this.#owning;
    return this.#writing('log', () => {
      const refusal = within(db, () => table.refusal(...args), 'BEGIN');
      return refusal ?? within(db, () => table.beats.within(() => table.take(...args)));
    });
  }

  /** Tries again for as long as the file is busy, and sees to it that it does not stay so. */
  async #writing<T>(which: 'log' | 'beats', act: () => T): Promise<T> {
    const began = performance.now();
    const end = began + BUSY_WAIT_MS;
    let suspectAt = began + SUSPECT_AFTER_MS;
    let ended: Ended | undefined;
    for (;;) {
      try {
        const value = act();
        if (ended) this.#track(this.#record(ended));
        return value;
      } catch (error) {
        const now = performance.now();
        if (faultOf(error) !== 'busy' || now > end) throw error;
        if (now > suspectAt) {
          suspectAt = now + SUSPECT_EVERY_MS;
          ended = this.#suspect(which) ?? ended;
        }
      }
      await wait(TRY_EVERY_MS);
    }
  }

  #suspect(which: 'log' | 'beats'): Ended | undefined {
    const ended = this.#ender.end(this.#files[which]);
    if (ended) this.#say({ say: 'ended', ended });
    return ended;
  }

  /** For those who ask later: the last process of each node that was ended. */
  async #record(ended: Ended): Promise<void> {
    const { db, register } = this.#owning;
    const key = `${ENDED}${ended.node}`;
    const value = JSON.stringify({ ...ended, at: new Date().toISOString() });
    const set = (): boolean => register.compareAndSet(key, register.read(key), value);
    try {
      await this.#writing('log', () => within(db, set));
    } catch {
      // It was logged and counted.
    }
  }

  async #close(): Promise<void> {
    this.#port.close();
    while (this.#running.size > 0) await Promise.all(this.#running);
    this.#owning.table.close(false);
    this.#owning.db.close();
  }

  #say(message: FromThread): void {
    this.#port.postMessage(message);
  }
}
