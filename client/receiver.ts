/**
 * The way of a delivery in: through the buffer of its conversation, to the application one after
 * the other per conversation, and acknowledged when it is done with it.
 */
import { PASSING } from '../core/wire/codes.ts';
import type { Deliver, Delivery, OrderingRule, Welcome } from '../core/wire/frames.ts';
import type { Acks } from './acks.ts';
import { Backoff } from './backoff.ts';
import type { Cancel, ClientClock, ClientRandom } from './clock.ts';
import { COUNT_OF, type Counts } from './counts.ts';
import { ClientError, reasonOf, RefusedError } from './errors.ts';
import type { Events } from './events.ts';
import { type HoldReadings, Holds } from './holds.ts';
import type { ClientLimits } from './limits.ts';
import { actOf, isMessage, messageOf, owned } from './message.ts';
import type { Questions } from './questions.ts';
import { type Entry, type Gap, type Reason, ReorderBuffer } from './reorder-buffer.ts';
import { Starts } from './starts.ts';

export interface ReceiverSettings {
  readonly clock: ClientClock;
  readonly random: ClientRandom;
  readonly limits: ClientLimits;
  readonly counts: Counts;
  readonly events: Events;
  readonly questions: Questions;
  readonly acks: Acks;
  /** Shown by position, as delivered; else in the order of the strategy. */
  readonly raw: boolean;
  /** Acknowledgements are due. */
  readonly due: () => void;
  /** The application has handled everything up to there. */
  readonly handled: (conversation: string, position: number) => void;
  /** True for what this device sent itself: it is in the history, but not news. */
  readonly isOwn: (delivery: Delivery) => boolean;
}

/** What the handlers have now. */
interface Current {
  readonly entry: Entry;
  readonly late: boolean;
}

interface Line {
  readonly conversation: string;
  readonly buffer: ReorderBuffer;
  showing: boolean;
  current: Current | undefined;
  /** What is read from the history now. */
  pulling: Gap | undefined;
  /** When something is due next, and the end of the timer for it. */
  wakeAtMs: number | undefined;
  cancelWake: Cancel | undefined;
}

export class Receiver {
  readonly #settings: ReceiverSettings;
  readonly #holds: Holds;
  readonly #lines = new Map<string, Line>();
  readonly #waits = new Set<() => void>();
  readonly #starts: Starts;
  #closed = false;

  constructor(settings: ReceiverSettings) {
    this.#settings = settings;
    this.#holds = new Holds(settings.raw, settings.limits.holdMaxMs);
    this.#starts = new Starts(settings.questions);
  }

  /** What an earlier client of this device had handled. */
  load(received: ReadonlyMap<string, number>): void {
    this.#starts.load(received);
  }

  /** A new connection. */
  connected({ ordering, window }: Pick<Welcome, 'ordering' | 'window'>): void {
    this.#holds.window = window;
    for (const { buffer } of this.#lines.values()) buffer.reconnected();
    this.follow(ordering);
  }

  /** How readers sort from now on; it holds for what is held already, too. */
  follow(rules: readonly OrderingRule[]): void {
    this.#holds.follow(rules);
    this.wake();
  }

  get holds(): HoldReadings {
    return this.#holds.readings;
  }

  /** Another log: positions lost their meaning; what waits to be shown is still shown. */
  newLog(): void {
    this.#starts.forget();
    for (const line of this.#lines.values()) {
      line.buffer.newLog();
      line.pulling = undefined;
    }
  }

  /** A handler or a rule is new: shows what waited for it. */
  wake(): void {
    for (const line of this.#lines.values()) this.#turn(line);
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#waits) stop();
    for (const { cancelWake } of this.#lines.values()) cancelWake?.();
    this.#lines.clear();
  }

  /**
   * A person can have read up to here only what was shown: what still waits holds back the mark.
   */
  readable(conversation: string, position: number): number {
    const unhandled = this.#lines.get(conversation)?.buffer.unhandled;
    return unhandled === undefined ? position : Math.min(position, unhandled - 1);
  }

  delivered(frame: Deliver): void {
    this.#settings.counts.deliveries += 1;
    const line = this.#line(frame.conversation);
    line.buffer.arrive(owned(frame), this.#settings.clock.monotonic());
    this.#turn(line);
  }

  /** Does what is due now, and sees that the rest will be when it is. */
  #turn(line: Line): void {
    if (this.#closed) return;
    const { clock } = this.#settings;
    const nowMs = clock.monotonic();
    const gap = line.pulling === undefined ? line.buffer.gap(nowMs) : undefined;
    if (gap !== undefined) void this.#pull(line, gap);
    if (!line.showing && this.#next(line) !== undefined) void this.#showAll(line);
    const wakeAtMs = line.buffer.wakeAtMs(nowMs);
    if (wakeAtMs === line.wakeAtMs) return;
    line.cancelWake?.();
    line.wakeAtMs = wakeAtMs;
    if (wakeAtMs !== undefined)
      line.cancelWake = clock.after(wakeAtMs - nowMs, () => this.#woken(line));
  }

  #woken(line: Line): void {
    line.wakeAtMs = undefined;
    this.#turn(line);
  }

  #note(conversation: string, reason: Reason): void {
    const { counts, acks, due } = this.#settings;
    counts[COUNT_OF[reason]] += 1;
    if (reason !== 'repeat') return;
    // The server may have missed the acknowledgement: again, if the application is that far.
    acks.received.repeat(conversation);
    due();
  }

  /** Reads what is missing; then goes on with what is behind it, whatever was found. */
  async #pull(line: Line, gap: Gap): Promise<void> {
    const { events } = this.#settings;
    const { conversation, buffer } = line;
    line.pulling = gap;
    try {
      if (gap.after !== undefined) await this.#fill(line, gap, gap.after);
      else {
        const received = await this.#starts.ask(conversation);
        if (line.pulling === gap) buffer.begin(received);
      }
    } catch (cause) {
      if (this.#closed || line.pulling !== gap) return;
      const why = `${conversation}: what lies before ${gap.before} cannot be read`;
      events.fail(new ClientError('gap', `${why}: ${reasonOf(cause)}`, { cause }));
      // Only a final refusal says that it is not there; else these are to be delivered again.
      if (cause instanceof RefusedError && !PASSING.has(cause.code)) buffer.pass(gap);
      else buffer.leave();
    }
    if (line.pulling !== gap) return;
    line.pulling = undefined;
    this.#turn(line);
  }

  async #fill(line: Line, gap: Gap, after: number): Promise<void> {
    const { clock, counts, questions, isOwn } = this.#settings;
    const { conversation, buffer } = line;
    counts.gaps += 1;
    for await (const item of questions.between(conversation, { after, before: gap.before })) {
      if (line.pulling !== gap) return;
      // No room: what follows must not be taken either, or this one would be passed over.
      if (!buffer.pull(owned(item), isOwn(item), clock.monotonic())) return;
      this.#turn(line);
    }
    if (line.pulling === gap) buffer.pass(gap);
  }

  /**
   * Hands over what is due, one after the other. A handler that fails is called again: nothing is
   * skipped.
   */
  async #showAll(line: Line): Promise<void> {
    const { random, limits, due } = this.#settings;
    const retry = { reconnectMaxMs: limits.handlerRetryMaxMs, reconnectBaseMs: 1_000, stableMs: 0 };
    const backoff = new Backoff(retry, random);
    line.showing = true;
    for (;;) {
      const entry = this.#next(line);
      if (entry === undefined) break;
      line.current ??= { entry, late: line.buffer.show(entry) };
      if (!(await this.#hand(line.current))) {
        await this.#pause(backoff.next());
        continue;
      }
      backoff.ended(0);
      line.current = undefined;
      const upTo = line.buffer.handled(entry);
      if (upTo !== undefined && !this.#closed) this.#done(line.conversation, upTo);
      due();
    }
    line.showing = false;
    this.#turn(line);
  }

  /**
   * A message waits until somebody listens for messages; one who wants none says so by an empty
   * handler.
   */
  #next({ buffer, current }: Line): Entry | undefined {
    const { clock, events } = this.#settings;
    if (this.#closed) return undefined;
    const entry = current?.entry ?? buffer.due(clock.monotonic());
    if (entry === undefined) return undefined;
    return isMessage(entry.delivery) && !events.has('message') ? undefined : entry;
  }

  /** False: a handler failed. */
  async #hand({ entry: { delivery }, late }: Current): Promise<boolean> {
    const { counts, events } = this.#settings;
    try {
      if (isMessage(delivery)) await events.deliver('message', messageOf(delivery, late));
      else await events.deliver('act', actOf(delivery, late));
      return true;
    } catch (cause) {
      counts.handlerFailures += 1;
      const where = `${delivery.conversation} ${delivery.position}`;
      const why = `the handler failed at ${where}, and is called again: ${reasonOf(cause)}`;
      events.fail(new ClientError('handler', why, { cause }));
      return false;
    }
  }

  #done(conversation: string, position: number): void {
    if (this.#settings.acks.received.raise(conversation, position)) {
      this.#settings.handled(conversation, position);
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      let cancel: Cancel | undefined;
      const end = (): void => {
        cancel?.();
        this.#waits.delete(end);
        resolve();
      };
      this.#waits.add(end);
      cancel = this.#settings.clock.after(delayMs, end);
    });
  }

  #line(conversation: string): Line {
    let line = this.#lines.get(conversation);
    if (line === undefined) {
      const { limits, raw } = this.#settings;
      const buffer = new ReorderBuffer({
        limits,
        raw,
        hold: this.#holds.of(conversation),
        start: this.#starts.of(conversation),
        note: (reason) => this.#note(conversation, reason),
      });
      line = {
        conversation,
        buffer,
        showing: false,
        current: undefined,
        pulling: undefined,
        wakeAtMs: undefined,
        cancelWake: undefined,
      };
      this.#lines.set(conversation, line);
    }
    return line;
  }
}
