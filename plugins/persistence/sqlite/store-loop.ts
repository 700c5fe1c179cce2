/**
 * The store's thread at work: everything that has come in, readings first, then one transaction.
 * A reading so waits for the commit in progress at most, and sees all that was resolved before it.
 */
import { receiveMessageOnPort, type MessagePort, type Transferable } from 'node:worker_threads';
import type { DatabaseSync } from 'node:sqlite';
import type { Checkpoints } from './checkpoints.ts';
import { faultOf, reasonOf } from './faults.ts';
import { passingOf, type GroupCommit } from './group-commit.ts';
import { CLOSE } from './messages.ts';
import type { Answer, Calls, Failure, FromThread, Request, ToThread } from './messages.ts';
import type { OwnershipTable } from './ownership-table.ts';
import { patiently } from './patience.ts';
import type { Reads } from './reads.ts';
import { within } from './transaction.ts';

/** Entries in one transaction: bounds how long a reading waits. */
const COMMIT_ENTRIES_MAX = 4_096;
/** How long a reading waits for another process that opens, closes or mends the file, ms. */
const READ_WAIT_MS = 1_000;

export interface Store {
  readonly db: DatabaseSync;
  readonly reads: Reads;
  readonly commits: GroupCommit;
  readonly checkpoints: Checkpoints;
  /** Undefined: another thread has it, and other processes write. */
  readonly ownership: OwnershipTable | undefined;
}

type Ask = (...args: unknown[]) => unknown;

/** What a request adds to a transaction. */
function weightOf({ call, args }: Request): number {
  if (call === 'append') return (args as Parameters<Calls['append']>)[1].count;
  if (call === 'retire') return (args as Parameters<Calls['retire']>)[0].limit;
  if (call !== 'saveProgress') return 1;
  const { cursors, marks, seen } = (args as Parameters<Calls['saveProgress']>)[0];
  return cursors.length + marks.length + seen.length;
}

/** The buffers of an answer change threads with it. */
function buffersOf(value: unknown): Transferable[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('buffer' in value && value.buffer instanceof ArrayBuffer) return [value.buffer];
  return 'entries' in value ? buffersOf(value.entries) : [];
}

export class StoreLoop {
  readonly #port: MessagePort;
  readonly #store: Store;
  readonly #waiting: Request[] = [];
  #closing = false;
  #broken: string | undefined;

  constructor(port: MessagePort, store: Store) {
    this.#port = port;
    this.#store = store;
  }

  run(): void {
    this.#port.on('message', (first: ToThread) => this.#work(first));
  }

  #work(first: ToThread): void {
    const readings = this.#take(first);
    do {
      this.#answerReadings(readings.splice(0));
      this.#commitWaiting();
      readings.push(...this.#drain());
    } while (readings.length > 0 || this.#waiting.length > 0);
    if (this.#closing) this.#close();
  }

  #drain(): Request[] {
    const readings: Request[] = [];
    for (;;) {
      const received = receiveMessageOnPort(this.#port);
      if (received === undefined) return readings;
      readings.push(...this.#sort(received.message as ToThread));
    }
  }

  #take(first: ToThread): Request[] {
    return [...this.#sort(first), ...this.#drain()];
  }

  /** Readings are returned, what writes is put into the queue. */
  #sort(message: ToThread): Request[] {
    if (message === CLOSE) {
      this.#closing = true;
      return [];
    }
    if (!this.#store.commits.writes(message.call)) return [message];
    this.#waiting.push(message);
    return [];
  }

  #answerReadings(requests: readonly Request[]): void {
    if (requests.length === 0) return;
    const answers = requests.map((request) => this.#read(request));
    this.#say(
      { say: 'answers', answers },
      answers.flatMap(({ value }) => buffersOf(value)),
    );
  }

  #read({ serial, call, args }: Request): Answer {
    if (this.#broken !== undefined) return { serial, failure: broken(this.#broken) };
    const { reads, ownership } = this.#store;
    try {
      const on = call in reads ? reads : ownership!;
      const ask = (on as unknown as Record<string, Ask>)[call]!;
      return { serial, value: this.#inOnePiece(() => ask.apply(on, args as unknown[])) };
    } catch (error) {
      const why = reasonOf(error);
      if (faultOf(error) === 'bug')
        return { serial, failure: { code: 'IM_BUG', details: { why } } };
      const passing = passingOf(error);
      if (passing) return { serial, failure: passing };
      this.#break(why);
      return { serial, failure: broken(why) };
    }
  }

  /** Alone, nobody writes between the statements of a reading. */
  #inOnePiece<T>(read: () => T): T {
    const { db, ownership } = this.#store;
    return ownership ? read() : patiently(READ_WAIT_MS, () => within(db, read, 'BEGIN'));
  }

  /** The oldest waiting requests that fit one transaction; at least one. */
  #nextGroup(): Request[] {
    let weight = 0;
    let count = 0;
    while (count < this.#waiting.length) {
      weight += weightOf(this.#waiting[count]!);
      if (count > 0 && weight > COMMIT_ENTRIES_MAX) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  #commitWaiting(): void {
    const group = this.#nextGroup();
    if (group.length === 0) return;
    if (this.#broken !== undefined) {
      const failure = broken(this.#broken);
      const answers = group.map(({ serial }) => ({ serial, failure }));
      return this.#say({ say: 'answers', answers });
    }
    const began = performance.now();
    const { answers, broken: why } = this.#store.commits.commit(group);
    this.#say({ say: 'answers', answers, commitMs: performance.now() - began });
    if (why === undefined) this.#checkpoint();
    else this.#break(why);
  }

  #checkpoint(): void {
    try {
      const why = this.#store.checkpoints.afterCommit();
      if (why !== undefined) this.#say({ say: 'cramped', why });
    } catch (error) {
      this.#break(reasonOf(error));
    }
  }

  /** From now on nothing is read or written; the process is to end and start afresh. */
  #break(why: string): void {
    this.#broken = why;
    this.#say({ say: 'broken', why });
  }

  /** Closing copies the write-ahead log into the tables and removes it. */
  #close(): void {
    this.#port.close();
    this.#store.ownership?.close(true);
    this.#store.db.close();
  }

  #say(message: FromThread, buffers: readonly Transferable[] = []): void {
    this.#port.postMessage(message, buffers);
  }
}

function broken(why: string): Failure {
  return { code: 'IM_STORE_BROKEN', details: { why } };
}
