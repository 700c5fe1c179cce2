/**
 * All unanswered commands: gives numbers, says what may be sent next, and what an answer means. A
 * state machine without input or output, after PROTOCOL section 3.
 */
import { PASSING } from '../core/wire/codes.ts';
import type { Accepted, Known, Refused } from '../core/wire/frames.ts';
import { type Entry, OutboxLane } from './outbox-lane.ts';
import type { Command, OutboxState } from './outbox.ts';

export type { Entry } from './outbox-lane.ts';

/** What to wait after a passing refusal that does not say. */
const RETRY_AFTER_MS = 500;

/** What became of a refused command. `later` and `renumbered`: it goes again by itself. */
export interface Refusal {
  readonly entry: Entry;
  readonly outcome: 'final' | 'later' | 'renumbered';
}

/** A command before it has a number. */
export type Unnumbered = Command extends infer C
  ? C extends Command
    ? Omit<C, 'number'>
    : never
  : never;

export class OutboxQueue {
  readonly #lanes = new Map<string, OutboxLane>();
  /** Lanes that have something to send, in turn. */
  readonly #ready = new Set<OutboxLane>();
  readonly #resting = new Set<OutboxLane>();
  /** In flight, the one that was sent first at the head. */
  readonly #flying = new Set<Entry>();
  readonly #onRenumbered: (entries: readonly Entry[]) => void;
  #size = 0;
  #window = 0;

  /**
   * `onRenumbered`: these of one conversation have new numbers, and must be stored (`stored`)
   * before they are sent: together, as with some alone their order would be another one.
   */
  constructor(onRenumbered: (entries: readonly Entry[]) => void) {
    this.#onRenumbered = onRenumbered;
  }

  /** Commands without an answer. */
  get size(): number {
    return this.#size;
  }

  get inFlight(): number {
    return this.#flying.size;
  }

  /** Takes over what an earlier client left; it may have been sent. */
  load(state: OutboxState): Entry[] {
    for (const [conversation, last] of state.last) this.#lane(conversation).last = last;
    const commands = [...state.commands.values()].sort((a, b) => a.number - b.number);
    return commands.map((command) => {
      const lane = this.#lane(command.conversation);
      lane.last = Math.max(lane.last, command.number);
      const entry: Entry = {
        command,
        stored: true,
        attempt: 0,
        sentMs: [],
        doubt: true,
        owed: false,
      };
      lane.waiting.push(entry);
      this.#size += 1;
      this.#touch(lane);
      return entry;
    });
  }

  /** A new command takes the next number of its conversation. */
  add(unnumbered: Unnumbered): Entry {
    const lane = this.#lane(unnumbered.conversation);
    lane.last += 1;
    const command: Command = { ...unnumbered, number: lane.last };
    const entry: Entry = {
      command,
      stored: false,
      attempt: 0,
      sentMs: [],
      doubt: false,
      owed: false,
    };
    lane.waiting.push(entry);
    this.#size += 1;
    return entry;
  }

  /** The outbox holds the command under this number. */
  stored(entry: Entry, number: number): void {
    if (entry.command.number !== number) return;
    entry.stored = true;
    this.#touch(this.#lane(entry.command.conversation));
  }

  /** Conversations of which the server should say the last number, at most `limit`. */
  pending(limit: number): string[] {
    const names: string[] = [];
    for (const lane of this.#lanes.values()) {
      if (names.length === limit) break;
      if (!lane.idle) names.push(lane.conversation);
    }
    return names;
  }

  /**
   * WELCOME came. `asked`: the conversations that HELLO named; `newLog`: numbers lost their
   * meaning.
   */
  connected(
    welcome: {
      readonly known: readonly Known[];
      readonly asked: readonly string[];
      readonly newLog: boolean;
      readonly window: number;
    },
    nowMs: number,
  ): void {
    this.#window = welcome.window;
    const known = new Map(welcome.known.map((line) => [line.conversation, line]));
    const asked = new Set(welcome.asked);
    for (const name of known.keys()) if (asked.has(name)) this.#lane(name);
    for (const lane of this.#lanes.values()) {
      const line = known.get(lane.conversation);
      if (welcome.newLog) this.#restart(lane, line, asked.has(lane.conversation));
      else this.#goOn(lane, line, asked.has(lane.conversation));
      this.#settle(lane, nowMs);
    }
  }

  disconnected(): void {
    this.#window = 0;
    this.#flying.clear();
    this.#resting.clear();
    for (const lane of this.#lanes.values()) {
      lane.disconnected();
      this.#touch(lane);
    }
  }

  /** The next command to hand to the connection, now in flight; undefined: none may go. */
  next(nowMs: number): Entry | undefined {
    if (this.#flying.size >= this.#window) return undefined;
    for (const lane of this.#ready) {
      this.#ready.delete(lane);
      const entry = lane.next();
      if (entry === undefined) continue;
      lane.fly(entry, nowMs);
      this.#flying.add(entry);
      this.#touch(lane);
      return entry;
    }
    return undefined;
  }

  /** The command that has been in flight for longest. */
  oldest(): Entry | undefined {
    return this.#flying.values().next().value;
  }

  /**
   * It is sent once more on the same connection. Nothing of its conversation follows before all
   * that is in flight is answered: the first sending may be refused for now, those after it too,
   * and what came behind the second would be accepted before them.
   */
  again(entry: Entry, nowMs: number): void {
    entry.attempt += 1;
    entry.sentMs = [...entry.sentMs, nowMs];
    const lane = this.#lane(entry.command.conversation);
    lane.hold(nowMs);
    this.#touch(lane);
  }

  /** An answer counts only if conversation, number and id all fit: else undefined. */
  accepted(answer: Accepted, nowMs: number): Entry | undefined {
    const lane = this.#lanes.get(answer.conversation);
    const entry = lane?.find(answer.number, answer.id);
    if (lane === undefined || entry === undefined) return undefined;
    lane.sure = true;
    this.#drop(lane, entry, nowMs);
    return entry;
  }

  refused(answer: Refused, nowMs: number): Refusal | undefined {
    const lane = this.#lanes.get(answer.conversation);
    const entry = answer.id === undefined ? undefined : lane?.find(answer.number, answer.id);
    if (lane === undefined || entry === undefined) return undefined;
    if (answer.code === 'stale' || answer.code === 'conflict') {
      this.#flying.delete(entry);
      lane.misnumbered(entry, answer.expected);
      this.#settle(lane, nowMs);
      return { entry, outcome: 'renumbered' };
    }
    if (!PASSING.has(answer.code)) {
      this.#drop(lane, entry, nowMs);
      return { entry, outcome: 'final' };
    }
    // An earlier sending's refusal says nothing of the one that is under way.
    if ((answer.attempt ?? 1) < entry.attempt || !this.#flying.delete(entry)) return undefined;
    lane.rest(entry, nowMs + (answer.retryAfterMs ?? RETRY_AFTER_MS));
    this.#settle(lane, nowMs);
    return { entry, outcome: 'later' };
  }

  /** Takes a command out that the client itself refuses. */
  withdraw(entry: Entry, nowMs: number): void {
    this.#drop(this.#lane(entry.command.conversation), entry, nowMs);
  }

  /** When `wake` must be called, in monotonic ms. */
  get wakeAtMs(): number | undefined {
    let soonest: number | undefined;
    for (const { restUntilMs } of this.#resting) {
      if (restUntilMs !== undefined && restUntilMs < (soonest ?? Infinity)) soonest = restUntilMs;
    }
    return soonest;
  }

  wake(nowMs: number): void {
    for (const lane of this.#resting) this.#settle(lane, nowMs);
  }

  /** The same log as before: numbers hold, and `line` tells the last that was accepted. */
  #goOn(lane: OutboxLane, line: Known | undefined, asked: boolean): void {
    if (asked) lane.settledUpTo(line?.number ?? 0);
    if (line === undefined) {
      if (asked) lane.sure = true;
      return;
    }
    const first = lane.waiting[0];
    lane.last = Math.max(lane.last, line.number);
    if (
      first === undefined ||
      first.command.number > line.number ||
      lane.find(line.number, line.id)
    )
      lane.sure = true;
    else lane.raiseFloor(line.number + 1);
  }

  /** Another log: new numbers, but for what this log is known to hold. */
  #restart(lane: OutboxLane, line: Known | undefined, asked: boolean): void {
    lane.sure = asked;
    if (line !== undefined && lane.find(line.number, line.id)) lane.raiseFloor(line.number + 1);
    else this.#tell(lane.renumber(line?.number ?? 0));
  }

  #drop(lane: OutboxLane, entry: Entry, nowMs: number): void {
    lane.remove(entry);
    this.#flying.delete(entry);
    this.#size -= 1;
    this.#settle(lane, nowMs);
  }

  #settle(lane: OutboxLane, nowMs: number): void {
    this.#tell(lane.settle(nowMs));
    this.#touch(lane);
  }

  #tell(renumbered: readonly Entry[]): void {
    if (renumbered.length > 0) this.#onRenumbered(renumbered);
  }

  #touch(lane: OutboxLane): void {
    if (lane.next() === undefined) this.#ready.delete(lane);
    else this.#ready.add(lane);
    if (lane.restUntilMs === undefined) this.#resting.delete(lane);
    else this.#resting.add(lane);
  }

  #lane(conversation: string): OutboxLane {
    let lane = this.#lanes.get(conversation);
    if (lane === undefined) this.#lanes.set(conversation, (lane = new OutboxLane(conversation)));
    return lane;
  }
}
