/** The node's end of the store's thread: questions out, answers in, and what becomes of it. */
import { Worker, type Transferable } from 'node:worker_threads';
import { ImError, must } from 'im-kernel/contract';
import { CLOSE } from './messages.ts';
import type {
  Answer,
  Calls,
  Ended,
  Failure,
  FromThread,
  OpenSettings,
  Request,
} from './messages.ts';

/** Requests on their way; the kernel's own bounds are far below. */
const PENDING_MAX = 65_536;

/** `.ts` from source, `.js` once compiled. */
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const WORKERS = {
  store: new URL(`./worker${EXTENSION}`, import.meta.url),
  ownership: new URL(`./ownership-worker${EXTENSION}`, import.meta.url),
};

export interface Opened {
  readonly log: string;
  readonly shards: number;
}

/** What the thread tells without being asked. */
export interface ThreadEvents {
  committed(requests: number, commitMs: number): void;
  full(why: string): void;
  /** Another process holds the file for longer than a request waits. */
  busy(why: string): void;
  /** A process that held the file was ended. */
  ended(ended: Ended): void;
  /** A transaction went through again. */
  fits(): void;
  broken(why: string): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

function errorOf({ code, details }: Failure): ImError {
  return new ImError(code, details);
}

function away(why: string): ImError {
  return new ImError('IM_STORE_AWAY', { why });
}

function whyOf(answers: readonly Answer[], code: Failure['code']): string | undefined {
  const failure = answers.find((answer) => answer.failure?.code === code)?.failure;
  return failure && String(failure.details['why']);
}

export class StoreThread {
  readonly #events: ThreadEvents;
  readonly #work: keyof typeof WORKERS;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #ended: Promise<void> = Promise.resolve();
  #serial = 0;
  #opened = false;
  #closing = false;

  constructor(events: ThreadEvents, work: keyof typeof WORKERS) {
    this.#events = events;
    this.#work = work;
  }

  /** Once. Rejects with the kernel's error if the file is of no use, or the signal's reason. */
  async open(settings: OpenSettings, signal: AbortSignal): Promise<Opened> {
    signal.throwIfAborted();
    must(this.#worker === undefined && !this.#closing, 'a store is started once');
    const worker = new Worker(WORKERS[this.#work], {
      workerData: settings,
      name: `im-sqlite-${this.#work}`,
    });
    this.#worker = worker;
    const opened = Promise.withResolvers<Opened>();
    const abort = (): void => opened.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#listen(worker, opened, settings.file);
    try {
      const answer = await opened.promise;
      this.#opened = true;
      return answer;
    } catch (error) {
      this.#closing = true;
      await worker.terminate();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #listen(worker: Worker, opened: PromiseWithResolvers<Opened>, file: string): void {
    worker.on('message', (message: FromThread) => {
      if (message.say === 'opened') opened.resolve(message);
      else if (message.say === 'refused') opened.reject(errorOf(message.failure));
      else this.#hear(message);
    });
    this.#ended = new Promise((resolve) => {
      let why = 'its thread ended';
      worker.on('error', (error) => (why = error instanceof Error ? error.message : String(error)));
      worker.on('exit', () => {
        this.#end(why);
        opened.reject(new ImError('IM_STORE_OPEN', { file, setting: 'file', why }));
        resolve();
      });
    });
  }

  #hear(message: Exclude<FromThread, { say: 'opened' | 'refused' }>): void {
    if (message.say === 'cramped') return this.#events.full(message.why);
    if (message.say === 'broken') return this.#events.broken(message.why);
    if (message.say === 'ended') return this.#events.ended(message.ended);
    const { answers, commitMs } = message;
    if (commitMs !== undefined) this.#events.committed(answers.length, commitMs);
    this.#tellOfRoom(answers, commitMs !== undefined);
    for (const answer of answers) this.#settle(answer);
  }

  #tellOfRoom(answers: readonly Answer[], committed: boolean): void {
    const full = whyOf(answers, 'IM_STORE_FULL');
    const busy = whyOf(answers, 'IM_STORE_AWAY');
    if (full !== undefined) this.#events.full(full);
    else if (busy !== undefined) this.#events.busy(busy);
    else if (committed) this.#events.fits();
  }

  #settle({ serial, value, failure }: Answer): void {
    const pending = this.#pending.get(serial);
    this.#pending.delete(serial);
    if (failure) pending?.reject(errorOf(failure));
    else pending?.resolve(value);
  }

  /** What was under way may or may not be in the file: not a passing error. */
  #end(why: string): void {
    this.#worker = undefined;
    const error = new ImError('IM_STORE_BROKEN', { why });
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
    if (this.#opened && !this.#closing) this.#events.broken(why);
  }

  get pending(): number {
    return this.#pending.size;
  }

  ask<K extends keyof Calls>(
    call: K,
    args: Parameters<Calls[K]>,
    buffers: readonly Transferable[] = [],
  ): Promise<ReturnType<Calls[K]>> {
    const worker = this.#worker;
    if (worker === undefined || this.#closing) return Promise.reject(away('it is not running'));
    if (this.#pending.size >= PENDING_MAX) return Promise.reject(away('too many requests wait'));
    this.#serial += 1;
    const request: Request<K> = { serial: this.#serial, call, args };
    return new Promise((resolve, reject) => {
      worker.postMessage(request, buffers);
      this.#pending.set(request.serial, { resolve, reject });
    });
  }

  /** Lets the thread finish what it was asked and close the file; ends it when `deadline` fires. */
  async close(deadline: AbortSignal): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return this.#ended;
    const hurry = (): void => void worker.terminate();
    if (!this.#closing) worker.postMessage(CLOSE);
    this.#closing = true;
    if (deadline.aborted) hurry();
    deadline.addEventListener('abort', hurry, { once: true });
    await this.#ended;
    deadline.removeEventListener('abort', hurry);
  }
}
