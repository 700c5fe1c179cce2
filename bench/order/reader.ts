/** A reader with the SDK's own reorder buffer and hold, in virtual time, and what it measured. */
import type { Random } from 'im-kernel/contract';
import { Hold } from '../../client/hold.ts';
import { CLIENT_LIMITS } from '../../client/limits.ts';
import { type Gap, type Reason, ReorderBuffer } from '../../client/reorder-buffer.ts';
import type { Delivery } from '../../core/wire/frames.ts';
import { BASE_MS, type Link } from './links.ts';
import { arrivals, type Talk } from './talk.ts';

export interface Reading {
  /** Of each message, from its arrival until it was shown. */
  readonly addedMs: readonly number[];
  /** Shown after one that stands behind it in the order of the strategy. */
  readonly late: number;
  /** Shown after one that was sent later. */
  readonly overtaken: number;
  /** Shown later than when nothing up to it was missing any more. */
  readonly heldWithoutGap: number;
  readonly pulled: number;
}

/** The server's default window of deliveries without RECEIVED. */
const WINDOW = 64;

interface Happening {
  readonly atMs: number;
  readonly run: () => void;
}

class Reader {
  readonly addedMs: number[] = [];
  late = 0;
  overtaken = 0;
  heldWithoutGap = 0;
  pulled = 0;
  readonly #log: readonly Delivery[];
  readonly #hold = new Hold(false, CLIENT_LIMITS.holdMaxMs);
  readonly #buffer: ReorderBuffer;
  readonly #script: Happening[];
  readonly #hereMs = new Map<number, number>();
  /** By position, since when nothing was missing up to there. */
  readonly #wholeMs = [0];
  #pulling: Happening | undefined;
  #nowMs = 0;
  #newestSentAt = 0;

  constructor({ log, rules, epochMs }: Talk, link: Link, random: Random) {
    this.#log = log;
    this.#hold.window = WINDOW;
    this.#buffer = new ReorderBuffer({
      limits: CLIENT_LIMITS,
      hold: this.#hold,
      raw: false,
      start: 0,
      note: (reason) => this.#note(reason),
    });
    const deliveries = arrivals(
      link(
        log.map(({ acceptedAt }) => acceptedAt - epochMs),
        random,
      ),
    ).map(({ index, atMs }) => ({ atMs, run: () => this.#arrive(log[index] as Delivery) }));
    const tellings = rules.map(({ atMs, rule }) => ({
      atMs: atMs === 0 ? 0 : atMs + BASE_MS,
      run: () => this.#hold.follow(rule),
    }));
    this.#script = [...tellings, ...deliveries].toSorted((a, b) => a.atMs - b.atMs);
  }

  run(): void {
    let at = 0;
    for (;;) {
      const wakeAtMs = this.#buffer.wakeAtMs(this.#nowMs) ?? Infinity;
      const pullMs = this.#pulling?.atMs ?? Infinity;
      const next = this.#script[at];
      this.#nowMs = Math.min(wakeAtMs, pullMs, next?.atMs ?? Infinity);
      if (this.#nowMs === Infinity) break;
      if (next?.atMs === this.#nowMs) {
        next.run();
        at += 1;
      } else if (pullMs === this.#nowMs) this.#pulling?.run();
      this.#turn();
    }
    if (this.addedMs.length !== this.#log.length) throw new Error('a message was never shown');
  }

  #note(reason: Reason): void {
    if (reason === 'pulled') this.pulled += 1;
    if (reason !== 'left' && reason !== 'passed') return;
    throw new Error('nothing here may be left or passed over');
  }

  #arrive(delivery: Delivery): void {
    this.#here(delivery);
    this.#buffer.arrive(delivery, this.#nowMs);
  }

  #here({ position }: Delivery): void {
    if (!this.#hereMs.has(position)) this.#hereMs.set(position, this.#nowMs);
    while (this.#hereMs.has(this.#wholeMs.length)) this.#wholeMs.push(this.#nowMs);
  }

  /** As the receiver does it: pulls what is missing, shows what is due. */
  #turn(): void {
    const gap = this.#pulling ? undefined : this.#buffer.gap(this.#nowMs);
    if (gap) this.#pulling = { atMs: this.#nowMs + 2 * BASE_MS, run: () => this.#pull(gap) };
    for (;;) {
      const entry = this.#buffer.due(this.#nowMs);
      if (!entry) break;
      if (this.#buffer.show(entry)) this.late += 1;
      this.#shown(entry.delivery);
      this.#buffer.handled(entry);
    }
  }

  #pull(gap: Gap): void {
    this.#pulling = undefined;
    for (const item of this.#log.slice(gap.after, gap.before - 1)) {
      this.#here(item);
      this.#buffer.pull(item, false, this.#nowMs);
    }
    this.#buffer.pass(gap);
  }

  #shown({ position, sentAt }: Delivery): void {
    const waitedMs = this.#nowMs - (this.#hereMs.get(position) ?? 0);
    this.addedMs.push(waitedMs);
    if (sentAt < this.#newestSentAt) this.overtaken += 1;
    this.#newestSentAt = Math.max(this.#newestSentAt, sentAt);
    if (this.#nowMs > (this.#wholeMs[position] ?? 0)) this.heldWithoutGap += 1;
  }
}

export function read(talk: Talk, link: Link, random: Random): Reading {
  const reader = new Reader(talk, link, random);
  reader.run();
  return reader;
}
