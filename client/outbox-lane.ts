/**
 * The unanswered commands of one conversation: what may be sent now, so that the server can only
 * ever accept them in the order in which the application gave them.
 */
import type { Command } from './outbox.ts';

export interface Entry {
  command: Command;
  /** True once the outbox holds it under its present number. */
  stored: boolean;
  /** Sendings under the present number. */
  attempt: number;
  /** Monotonic ms of its sendings on this connection; the last has the number `attempt`. */
  sentMs: readonly number[];
  /**
   * Sent under its present number and not answered: it may have been accepted, so the number must
   * not change.
   */
  doubt: boolean;
  /** Refused for now in this session: the server lets nothing higher pass before it came again. */
  owed: boolean;
}

export class OutboxLane {
  readonly conversation: string;
  /** The highest number ever given. */
  last = 0;
  /**
   * True once the server has shown that `last` is not below what it knows. Until then one command
   * at a time goes: of several, a later one could be accepted where an earlier one has to take a
   * new number.
   */
  sure = false;
  /** Not in flight, ascending in number. */
  readonly waiting: Entry[] = [];
  /** In flight, ascending in number. */
  readonly flying = new Map<number, Entry>();
  /**
   * While set, numbers are being sorted out: the lowest number that the server may still accept.
   */
  #floor: number | undefined;
  /**
   * After a passing refusal nothing goes until then, nor before everything in flight is answered.
   */
  #restUntilMs: number | undefined;

  constructor(conversation: string) {
    this.conversation = conversation;
  }

  get idle(): boolean {
    return this.waiting.length === 0 && this.flying.size === 0;
  }

  /** When a timer must call `settle`; undefined: an answer will come first, or nothing waits. */
  get restUntilMs(): number | undefined {
    return this.flying.size === 0 ? this.#restUntilMs : undefined;
  }

  find(number: number, id: string): Entry | undefined {
    const entry =
      this.flying.get(number) ?? this.waiting.find(({ command }) => command.number === number);
    return entry?.command.id === id ? entry : undefined;
  }

  /** The command that may go next. */
  next(): Entry | undefined {
    if (this.#restUntilMs !== undefined) return undefined;
    if (this.#floor !== undefined) return this.#question(this.#floor);
    if (!this.sure && this.flying.size > 0) return undefined;
    const first = this.waiting[0];
    return first?.stored === true ? first : undefined;
  }

  /** It is handed to the connection. */
  fly(entry: Entry, nowMs: number): void {
    this.#unqueue(entry);
    entry.attempt += 1;
    entry.sentMs = [nowMs];
    entry.doubt = true;
    this.flying.set(entry.command.number, entry);
  }

  /** It was answered for good. */
  remove(entry: Entry): void {
    this.flying.delete(entry.command.number);
    this.#unqueue(entry);
  }

  /** Nothing new goes before `untilMs`, nor before everything in flight is answered. */
  hold(untilMs: number): void {
    this.#restUntilMs = Math.max(untilMs, this.#restUntilMs ?? 0);
  }

  /** A passing refusal: it had no effect, and goes again, before all later ones, at `untilMs`. */
  rest(entry: Entry, untilMs: number): void {
    this.#land(entry);
    entry.owed = true;
    this.hold(untilMs);
  }

  /** `stale` or `conflict`: it had no effect, and never will under this number. */
  misnumbered(entry: Entry, expected: number | undefined): void {
    if (expected !== undefined) this.settledUpTo(expected - 1);
    this.#land(entry);
    this.raiseFloor(expected ?? this.last + 1);
  }

  /**
   * The server accepts nothing below `floor`: commands below it are asked about, then given new
   * numbers.
   */
  raiseFloor(floor: number): void {
    this.#floor = Math.max(floor, this.#floor ?? 0);
  }

  /**
   * The server told the highest accepted number. WELCOME comes only when all that was under way
   * before is settled, so above that number only what is in flight now can have been accepted.
   */
  settledUpTo(number: number): void {
    for (const entry of this.waiting) if (entry.command.number > number) entry.doubt = false;
  }

  /** The connection is gone: what was in flight may have been accepted or not, and goes again. */
  disconnected(): void {
    for (const entry of this.flying.values()) this.#insert(entry);
    this.flying.clear();
    for (const entry of this.waiting) entry.owed = false;
    this.#restUntilMs = undefined;
  }

  /**
   * Numbers above `last` for everything that waits. What is in doubt was asked about before, or
   * belongs to another log.
   */
  renumber(last: number, below = Infinity): readonly Entry[] {
    this.#floor = undefined;
    this.last = last;
    const renumbered = this.waiting.filter(({ command }) => command.number < below);
    for (const entry of renumbered) {
      this.last += 1;
      entry.command = { ...entry.command, number: this.last };
      entry.stored = false;
      entry.attempt = 0;
      entry.doubt = false;
    }
    this.waiting.sort((a, b) => a.command.number - b.command.number);
    return renumbered;
  }

  /**
   * Goes on where only an answer or time was awaited; returns what got a new number and must be
   * stored again.
   */
  settle(nowMs: number): readonly Entry[] {
    if (this.flying.size > 0) return [];
    if (this.#restUntilMs !== undefined && nowMs >= this.#restUntilMs)
      this.#restUntilMs = undefined;
    const floor = this.#floor;
    if (floor === undefined || this.#restUntilMs !== undefined) return [];
    if (this.#question(floor) !== undefined) return [];
    this.#floor = undefined;
    this.sure = true;
    const first = this.waiting[0];
    const last = Math.max(this.last, floor - 1);
    if (first !== undefined && first.command.number < floor) {
      // What follows goes after it, under new numbers too, unless the server waits for one of
      // those, or may have accepted one on a connection that is gone.
      const keeps = this.waiting.some((entry) => entry.owed || entry.doubt);
      return this.renumber(last, keeps ? floor : Infinity);
    }
    this.last = last;
    return [];
  }

  /**
   * Below the floor nothing can be accepted any more, so sending again what is in doubt only asks
   * what became of it.
   */
  #question(floor: number): Entry | undefined {
    for (const entry of this.waiting) {
      if (entry.command.number >= floor) return undefined;
      if (entry.doubt || entry.owed) return entry;
    }
    return undefined;
  }

  #land(entry: Entry): void {
    entry.doubt = false;
    entry.owed = false;
    if (this.flying.delete(entry.command.number)) this.#insert(entry);
  }

  #insert(entry: Entry): void {
    const at = this.waiting.findIndex(({ command }) => command.number > entry.command.number);
    this.waiting.splice(at < 0 ? this.waiting.length : at, 0, entry);
  }

  #unqueue(entry: Entry): void {
    if (this.waiting[0] === entry) {
      this.waiting.shift();
      return;
    }
    const at = this.waiting.indexOf(entry);
    if (at >= 0) this.waiting.splice(at, 1);
  }
}
