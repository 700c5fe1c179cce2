/** What waits for a connection, in its sequence; bounded in number, and in time while away. */
import { ImError, type Clock } from 'im-kernel/contract';

export interface Waiting {
  /** When it was handed in, monotonic ms. */
  readonly since: number;
  readonly reject: (error: ImError) => void;
}

/** Requests on their way at most; more are refused. */
const WAITING_MAX = 65_536;

export class WaitingList<W extends Waiting> {
  readonly #clock: Clock;
  readonly #waitMs: number;
  #items: W[] = [];
  /** Refuses everything, before the start and after the stop. */
  #closed: string | undefined = 'the store has not started';

  constructor(clock: Clock, waitMs: number) {
    this.#clock = clock;
    this.#waitMs = waitMs;
  }

  get items(): readonly W[] {
    return this.#items;
  }

  open(): void {
    this.#closed = undefined;
  }
  close(): void {
    this.#closed = 'the store was stopped';
  }

  /** Throws IM_STORE_AWAY when nothing more is taken. */
  admit(): number {
    if (this.#closed !== undefined) throw away(this.#closed);
    if (this.#items.length >= WAITING_MAX) throw away(`${WAITING_MAX} requests wait already`);
    return this.#clock.monotonic();
  }

  add(item: W): void {
    this.#items.push(item);
  }
  /** Back to the head: what was taken and could not be done. */
  putBack(item: W): void {
    this.#items.unshift(item);
  }
  shift(): W | undefined {
    return this.#items.shift();
  }
  remove(taken: ReadonlySet<W>): void {
    this.#items = this.#items.filter((item) => !taken.has(item));
  }

  refuseOverdue(why: string): void {
    const before = this.#clock.monotonic() - this.#waitMs;
    const overdue = new Set(this.#items.filter(({ since }) => since <= before));
    this.remove(overdue);
    for (const item of overdue) item.reject(away(why));
  }

  refuseAll(why: string): void {
    const all = this.#items;
    this.#items = [];
    for (const item of all) item.reject(away(why));
  }
}

export function away(why: string): ImError {
  return new ImError('IM_STORE_AWAY', { why });
}
