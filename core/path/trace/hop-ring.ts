/** What followed lately from entries in the log: a ring of small rows, the oldest used again. */
import type { PlaceInLog } from './command-ring.ts';
import { texts } from './texts.ts';

/**
 * delivered: handed to a device's connection. again: once more. acknowledged, read: a device said
 * so. taken, failed, set-aside: a consumer's attempt.
 */
export const FOLLOWING = [
  'delivered',
  'again',
  'acknowledged',
  'read',
  'taken',
  'failed',
  'set-aside',
] as const;
export type Following = (typeof FOLLOWING)[number];
export type Consumed = 'taken' | 'failed' | 'set-aside';

/** It happened to the entries above `after` up to `position`. */
export interface HopRow {
  readonly hop: Following;
  /** Monotonic ms. */
  readonly ms: number;
  /** Of a consumer its name, and no device. */
  readonly who: string;
  readonly device: string;
}

const CODES = Object.fromEntries(FOLLOWING.map((hop, code) => [hop, code])) as Readonly<
  Record<Following, number>
>;

type Rows = ReturnType<typeof rowsOf>;

function rowsOf(size: number) {
  return {
    codes: new Uint8Array(size),
    conversations: texts(size),
    who: texts(size),
    devices: texts(size),
    after: new Float64Array(size),
    upTo: new Float64Array(size),
    ms: new Float64Array(size),
  };
}

export class HopRing {
  readonly #size: number;
  #rows: Rows | undefined;
  #next = 0;
  /** Hops that were taken in. */
  count = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Rows in use. */
  get size(): number {
    return Math.min(this.count, this.#size);
  }

  get forgotten(): number {
    return Math.max(0, this.count - this.#size);
  }

  /** The entries above `after`, up to `upTo`. */
  add(
    hop: Following,
    conversation: string,
    after: number,
    upTo: number,
    who: string,
    device: string,
    nowMs: number,
  ): void {
    if (this.#size === 0) return;
    const rows = (this.#rows ??= rowsOf(this.#size));
    const at = this.#next;
    this.#next = at + 1 === this.#size ? 0 : at + 1;
    this.count += 1;
    rows.codes[at] = CODES[hop];
    rows.conversations[at] = conversation;
    rows.who[at] = who;
    rows.devices[at] = device;
    rows.after[at] = after;
    rows.upTo[at] = upTo;
    rows.ms[at] = nowMs;
  }

  /** What followed from an entry, in the sequence in which it came. Looks at all. */
  find({ conversation, position }: PlaceInLog): readonly HopRow[] {
    const rows = this.#rows;
    if (!rows) return [];
    const found: HopRow[] = [];
    for (let at = this.#oldest, left = this.size; left > 0; left -= 1) {
      const after = rows.after[at] ?? 0;
      const upTo = rows.upTo[at] ?? 0;
      if (position > after && position <= upTo && rows.conversations[at] === conversation) {
        found.push(rowAt(rows, at));
      }
      at = (at + 1) % this.#size;
    }
    return found;
  }

  /** When the oldest hop came; undefined: there is none. */
  get sinceMs(): number | undefined {
    return this.count === 0 ? undefined : this.#rows?.ms[this.#oldest];
  }

  get #oldest(): number {
    return this.count <= this.#size ? 0 : this.#next;
  }
}

function rowAt(rows: Rows, at: number): HopRow {
  return {
    hop: FOLLOWING[rows.codes[at] ?? 0] as Following,
    ms: rows.ms[at] ?? 0,
    who: rows.who[at] ?? '',
    device: rows.devices[at] ?? '',
  };
}
