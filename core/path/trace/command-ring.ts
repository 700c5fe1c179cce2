/** The way of the latest commands through this node, one row each; the oldest row is used again. */

import { isUuid, readUuid, writeUuid } from '../../wire/uuid.ts';
import { texts } from './texts.ts';

/** What names a command, besides its conversation and sender. */
export interface Sent {
  readonly id: string;
  readonly number: number;
}

/** A command as it is remembered. Times are monotonic ms; undefined: it did not come so far. */
export interface CommandRow extends Sent {
  readonly conversation: string;
  readonly user: string;
  readonly device: string;
  /** Of its entry; undefined: it has none, or none yet. */
  readonly position: number | undefined;
  /** Under which it was kept. */
  readonly epoch: number | undefined;
  /** `accepted`, `repeat`, or the code of the refusal. */
  readonly outcome: string | undefined;
  readonly receivedMs: number;
  readonly placedMs: number | undefined;
  readonly keptMs: number | undefined;
  readonly answeredMs: number | undefined;
}

/** A row that is written to later; 0: there is none. */
export type Ticket = number;

/** The monotonic clock may begin with 0. */
const NEVER = -1;
const ID_BYTES = 16;
/** Tickets stay small integers, and mean the same row all the way round. */
const TICKETS_MAX = 2 ** 30;

type Rows = ReturnType<typeof rowsOf>;

function rowsOf(size: number) {
  return {
    tickets: new Int32Array(size),
    ids: new Uint8Array(size * ID_BYTES),
    conversations: texts(size),
    users: texts(size),
    devices: texts(size),
    outcomes: texts(size),
    numbers: new Float64Array(size),
    positions: new Float64Array(size),
    epochs: new Float64Array(size),
    receivedMs: new Float64Array(size),
    placedMs: new Float64Array(size),
    keptMs: new Float64Array(size),
    answeredMs: new Float64Array(size),
  };
}

export class CommandRing {
  readonly #size: number;
  readonly #wrapAt: number;
  /** Made with the first command: a node that waits needs none. */
  #rows: Rows | undefined;
  #last: Ticket = 0;
  /** Commands that were taken in. */
  count = 0;

  constructor(size: number) {
    this.#size = size;
    this.#wrapAt = size === 0 ? 0 : TICKETS_MAX - (TICKETS_MAX % size);
  }

  /** Rows in use. */
  get size(): number {
    return Math.min(this.count, this.#size);
  }

  get forgotten(): number {
    return Math.max(0, this.count - this.#size);
  }

  /** `conversation`, `user` and `device` stay as long as the row: the same text each time. */
  add(
    { id, number }: Sent,
    conversation: string,
    user: string,
    device: string,
    nowMs: number,
  ): Ticket {
    if (this.#size === 0) return 0;
    const rows = (this.#rows ??= rowsOf(this.#size));
    const ticket = this.#last === this.#wrapAt ? 1 : this.#last + 1;
    this.#last = ticket;
    this.count += 1;
    const at = (ticket - 1) % this.#size;
    rows.tickets[at] = ticket;
    writeUuid(id, rows.ids, at * ID_BYTES);
    rows.conversations[at] = conversation;
    rows.users[at] = user;
    rows.devices[at] = device;
    rows.outcomes[at] = '';
    rows.numbers[at] = number;
    rows.positions[at] = 0;
    rows.epochs[at] = 0;
    rows.receivedMs[at] = nowMs;
    rows.placedMs[at] = NEVER;
    rows.keptMs[at] = NEVER;
    rows.answeredMs[at] = NEVER;
    return ticket;
  }

  placed(ticket: Ticket, position: number, nowMs: number): void {
    const rows = this.#rows;
    const at = this.#at(ticket);
    if (!rows || at < 0) return;
    rows.positions[at] = position;
    rows.placedMs[at] = nowMs;
  }

  kept(ticket: Ticket, epoch: number, nowMs: number): void {
    const rows = this.#rows;
    const at = this.#at(ticket);
    if (!rows || at < 0) return;
    rows.epochs[at] = epoch;
    rows.keptMs[at] = nowMs;
  }

  /** `position`: of the entry; 0: it was refused, and what was placed for it is taken back. */
  answered(ticket: Ticket, outcome: string, position: number, nowMs: number): void {
    const rows = this.#rows;
    const at = this.#at(ticket);
    if (!rows || at < 0) return;
    rows.outcomes[at] = outcome;
    rows.positions[at] = position;
    rows.answeredMs[at] = nowMs;
  }

  /** The rows of an id, or of a position, in the sequence in which they came. Looks at all. */
  find(wanted: { readonly id: string } | PlaceInLog): readonly CommandRow[] {
    const rows = this.#rows;
    if (!rows) return [];
    const fits = 'id' in wanted ? hasId(rows, wanted.id) : hasPlace(rows, wanted);
    const found: CommandRow[] = [];
    for (let at = this.#oldest, left = this.size; left > 0; left -= 1) {
      if (fits(at)) found.push(rowAt(rows, at));
      at = (at + 1) % this.#size;
    }
    return found;
  }

  /** When the oldest row came; undefined: there is none. */
  get sinceMs(): number | undefined {
    return this.count === 0 ? undefined : this.#rows?.receivedMs[this.#oldest];
  }

  get #oldest(): number {
    return this.count <= this.#size ? 0 : this.#last % this.#size;
  }

  /** -1: its row is another command's by now. */
  #at(ticket: Ticket): number {
    if (ticket === 0) return -1;
    const at = (ticket - 1) % this.#size;
    return this.#rows?.tickets[at] === ticket ? at : -1;
  }
}

export interface PlaceInLog {
  readonly conversation: string;
  readonly position: number;
}

function hasPlace(rows: Rows, { conversation, position }: PlaceInLog): (at: number) => boolean {
  return (at) => rows.positions[at] === position && rows.conversations[at] === conversation;
}

function hasId(rows: Rows, id: string): (at: number) => boolean {
  if (!isUuid(id)) return () => false;
  const wanted = new Uint8Array(ID_BYTES);
  writeUuid(id, wanted, 0);
  return (at) => wanted.every((byte, one) => rows.ids[at * ID_BYTES + one] === byte);
}

function rowAt(rows: Rows, at: number): CommandRow {
  return {
    id: readUuid(rows.ids, at * ID_BYTES),
    conversation: rows.conversations[at] ?? '',
    user: rows.users[at] ?? '',
    device: rows.devices[at] ?? '',
    number: rows.numbers[at] ?? 0,
    position: rows.positions[at] || undefined,
    epoch: rows.epochs[at] || undefined,
    outcome: rows.outcomes[at] || undefined,
    receivedMs: rows.receivedMs[at] ?? 0,
    placedMs: msOf(rows.placedMs[at]),
    keptMs: msOf(rows.keptMs[at]),
    answeredMs: msOf(rows.answeredMs[at]),
  };
}

function msOf(ms = NEVER): number | undefined {
  return ms === NEVER ? undefined : ms;
}
