/**
 * The flight recorder: what happened lately to each message on this node, hop by hop, for whoever
 * asks afterwards. Each hop is one write into rows made once; nothing is looked up, and nothing
 * waits. Bodies never come here. It outlives the lives of a node in one process. All times are
 * monotonic ms, which its callers have at hand.
 */
import type { Limits } from '../../config/limits.ts';
import type { Kept } from '../../chat/tail.ts';
import { CommandRing, type PlaceInLog, type Sent, type Ticket } from './command-ring.ts';
import { HopRing, type Consumed } from './hop-ring.ts';

/** The device at the other end, as a session has it. */
interface Who {
  readonly user: string;
  readonly device: string;
}

/** How far back it goes. */
export interface Remembered {
  /** When the oldest command came; undefined: none did. */
  readonly commandsSinceMs: number | undefined;
  /** Of deliveries, marks and effects. */
  readonly hopsSinceMs: number | undefined;
  /** Of each, how many are forgotten. */
  readonly commandsForgotten: number;
  readonly hopsForgotten: number;
  /** Deliveries above `traceDevices` of their message. */
  readonly leftOut: number;
}

export type Traced = Pick<Limits, 'traceEntries' | 'traceHops' | 'traceDevices'>;

export class FlightRecorder {
  readonly #devicesMax: number;
  readonly commands: CommandRing;
  readonly hops: HopRing;
  #leftOut = 0;

  constructor(limits: Traced) {
    this.#devicesMax = limits.traceDevices;
    this.commands = new CommandRing(limits.traceEntries);
    this.hops = new HopRing(limits.traceHops);
  }

  get remembered(): Remembered {
    return {
      commandsSinceMs: this.commands.sinceMs,
      hopsSinceMs: this.hops.sinceMs,
      commandsForgotten: this.commands.forgotten,
      hopsForgotten: this.hops.forgotten,
      leftOut: this.#leftOut,
    };
  }

  /** A command came in; what becomes of it is told under the ticket. */
  received(command: Sent, conversation: string, { user, device }: Who, nowMs: number): Ticket {
    return this.commands.add(command, conversation, user, device, nowMs);
  }

  /** It is about to be written ahead at this position. */
  placed(ticket: Ticket, position: number, nowMs: number): void {
    this.commands.placed(ticket, position, nowMs);
  }

  kept(ticket: Ticket, epoch: number, nowMs: number): void {
    this.commands.kept(ticket, epoch, nowMs);
  }

  /** `outcome`: `accepted`, `repeat`, or a code of refusal; `position`: 0 for a refusal. */
  answered(ticket: Ticket, outcome: string, position: number, nowMs: number): void {
    this.commands.answered(ticket, outcome, position, nowMs);
  }

  /** True if it is noted: of each entry in memory, the first `traceDevices` are. */
  delivered(
    kept: Kept,
    conversation: string,
    { user, device }: Who,
    again: boolean,
    nowMs: number,
  ): boolean {
    if (kept.noted >= this.#devicesMax) {
      this.#leftOut += 1;
      return false;
    }
    kept.noted += 1;
    const { position } = kept;
    const hop = again ? 'again' : 'delivered';
    this.hops.add(hop, conversation, position - 1, position, user, device, nowMs);
    return true;
  }

  /** What the device has, or its user has read, grew from `after` to `upTo`. */
  marked(
    hop: 'acknowledged' | 'read',
    conversation: string,
    { user, device }: Who,
    after: number,
    upTo: number,
    nowMs: number,
  ): void {
    this.hops.add(hop, conversation, after, upTo, user, device, nowMs);
  }

  /** What came of an attempt of a consumer. */
  consumed(hop: Consumed, consumer: string, entry: PlaceInLog, nowMs: number): void {
    const { conversation, position } = entry;
    this.hops.add(hop, conversation, position - 1, position, consumer, '', nowMs);
  }
}
