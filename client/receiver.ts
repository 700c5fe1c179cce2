/**
 * The way of a delivery in: new or not, nothing passed over, shown one after the other per
 * conversation, and acknowledged when the application is done with it.
 */
import type { Deliver, Delivery } from '../core/wire/frames.ts';
import type { Acks } from './acks.ts';
import { Backoff } from './backoff.ts';
import type { Cancel, ClientClock, ClientRandom } from './clock.ts';
import type { Counts } from './counts.ts';
import { ClientError, reasonOf } from './errors.ts';
import type { Events } from './events.ts';
import { Inbox } from './inbox.ts';
import type { ClientLimits } from './limits.ts';
import { actOf, isMessage, messageOf } from './message.ts';
import type { Questions } from './questions.ts';

export interface ReceiverSettings {
  readonly clock: ClientClock;
  readonly random: ClientRandom;
  readonly limits: ClientLimits;
  readonly counts: Counts;
  readonly events: Events;
  readonly questions: Questions;
  readonly acks: Acks;
  /** Acknowledgements are due. */
  readonly due: () => void;
  /** The application has handled everything up to there. */
  readonly handled: (conversation: string, position: number) => void;
  /** True for what this device sent itself: it is in the history, but not news. */
  readonly isOwn: (delivery: Delivery) => boolean;
}

interface Held {
  readonly delivery: Delivery;
  /**
   * The log it belongs to; one of an earlier log is still shown, but its position means nothing any
   * more.
   */
  readonly log: number;
}

interface Line {
  readonly held: Held[];
  /** Deliveries put aside while the gap before them is filled; undefined: there is none. */
  aside: Deliver[] | undefined;
  showing: boolean;
}

export class Receiver {
  readonly #settings: ReceiverSettings;
  readonly #inbox = new Inbox();
  readonly #lines = new Map<string, Line>();
  readonly #waits = new Set<() => void>();
  #log = 0;
  #closed = false;

  constructor(settings: ReceiverSettings) {
    this.#settings = settings;
  }

  /** What an earlier client of this device had handled. */
  load(received: ReadonlyMap<string, number>): void {
    this.#inbox.load(received);
  }

  /** Another log: positions lost their meaning; what waits to be shown is still shown. */
  newLog(): void {
    this.#log += 1;
    this.#inbox.forget();
    for (const line of this.#lines.values()) line.aside = undefined;
  }

  /** A handler was registered: shows what waited for one. */
  wake(): void {
    for (const [conversation, line] of this.#lines) this.#show(conversation, line);
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#waits) stop();
    this.#lines.clear();
  }

  /**
   * A person can have read up to here only what was shown: what still waits holds back the mark.
   */
  readable(conversation: string, position: number): number {
    const first = this.#lines.get(conversation)?.held.find(({ log }) => log === this.#log);
    return first === undefined ? position : Math.min(position, first.delivery.position - 1);
  }

  delivered(frame: Deliver): void {
    const { conversation, position } = frame;
    this.#settings.counts.deliveries += 1;
    const line = this.#line(conversation);
    if (line.aside !== undefined) {
      this.#putAside(line.aside, frame);
      return;
    }
    const verdict = this.#inbox.judge(conversation, position, frame.previous);
    if (verdict.verdict === 'gap') void this.#fill(line, frame, verdict.after);
    else if (verdict.verdict === 'show') this.#take(line, frame);
    else this.#repeated(conversation);
  }

  /**
   * The server may have missed the acknowledgement: it is sent again, if the application is that
   * far.
   */
  #repeated(conversation: string): void {
    this.#settings.counts.repeatsIgnored += 1;
    this.#settings.acks.received.repeat(conversation);
    this.#settings.due();
  }

  #putAside(aside: Deliver[], frame: Deliver): void {
    if (aside.length < this.#settings.limits.asidePerConversation) aside.push(this.#own(frame));
    // Not acknowledged, so not lost: the server sends it again, or the gap it leaves is noticed.
    else this.#settings.counts.deliveriesLeft += 1;
  }

  #take(line: Line, delivery: Delivery): boolean {
    const { limits, counts } = this.#settings;
    if (line.held.length >= limits.heldPerConversation) {
      counts.deliveriesLeft += 1;
      return false;
    }
    this.#inbox.take(delivery.conversation, delivery.position);
    line.held.push({ delivery: this.#own(delivery), log: this.#log });
    this.#show(delivery.conversation, line);
    return true;
  }

  /**
   * Reads what is missing between `after` and this delivery; then goes on with it, whatever was
   * found.
   */
  async #fill(line: Line, frame: Deliver, after: number): Promise<void> {
    const { counts, events, isOwn } = this.#settings;
    const aside: Deliver[] = [this.#own(frame)];
    line.aside = aside;
    counts.gaps += 1;
    try {
      for await (const item of this.#missing(frame, after)) {
        if (line.aside !== aside) return;
        if (isOwn(item)) this.#inbox.take(item.conversation, item.position);
        else if (!this.#take(line, item)) {
          // No room: what follows must not be taken either, or this one would be passed over.
          aside.length = 0;
          break;
        }
      }
    } catch (cause) {
      if (this.#closed) return;
      const { conversation } = frame;
      const why = `${conversation}: what lies before ${frame.position} cannot be read`;
      events.fail(new ClientError('gap', `${why}: ${reasonOf(cause)}`, { cause }));
      // Only a refusal is final; anything else leaves these to be delivered again.
      if (cause instanceof ClientError) aside.length = 0;
    }
    if (line.aside !== aside || this.#closed) return;
    line.aside = undefined;
    const first = aside.shift();
    if (first !== undefined) this.#take(line, first);
    for (const later of aside) this.delivered(later);
  }

  async *#missing({ conversation, position }: Deliver, start: number): AsyncGenerator<Delivery> {
    let after = start;
    for (;;) {
      const question = { what: 'history', conversation, after, before: position } as const;
      const page = await this.#settings.questions.ask(question);
      yield* page.item;
      const last = page.item.at(-1);
      if (last === undefined || page.more !== 1) return;
      after = last.position;
    }
  }

  #show(conversation: string, line: Line): void {
    if (line.showing || line.held.length === 0 || this.#closed) return;
    line.showing = true;
    void this.#showAll(conversation, line);
  }

  /**
   * Hands over what is held, one after the other. A handler that fails is called again: nothing is
   * skipped.
   */
  async #showAll(conversation: string, line: Line): Promise<void> {
    const { random, limits, counts, events } = this.#settings;
    const retry = { reconnectMaxMs: limits.handlerRetryMaxMs, reconnectBaseMs: 1_000, stableMs: 0 };
    const backoff = new Backoff(retry, random);
    for (;;) {
      const first = this.#next(line);
      if (first === undefined) break;
      try {
        await this.#hand(first.delivery);
      } catch (cause) {
        counts.handlerFailures += 1;
        const where = `${conversation} ${first.delivery.position}`;
        const why = `the handler failed at ${where}, and is called again: ${reasonOf(cause)}`;
        events.fail(new ClientError('handler', why, { cause }));
        await this.#pause(backoff.next());
        continue;
      }
      backoff.ended(0);
      line.held.shift();
      if (first.log === this.#log && !this.#closed)
        this.#done(conversation, first.delivery.position);
    }
    line.showing = false;
    if (line.held.length === 0 && line.aside === undefined) this.#lines.delete(conversation);
  }

  /**
   * A message waits until somebody listens for messages; one who wants none says so by an empty
   * handler.
   */
  #next({ held }: Line): Held | undefined {
    const [first] = held;
    if (first === undefined || this.#closed) return undefined;
    return isMessage(first.delivery) && !this.#settings.events.has('message') ? undefined : first;
  }

  #hand(delivery: Delivery): Promise<void> {
    const { events } = this.#settings;
    if (isMessage(delivery)) return events.deliver('message', messageOf(delivery));
    return events.deliver('act', actOf(delivery));
  }

  #done(conversation: string, position: number): void {
    if (this.#settings.acks.received.raise(conversation, position)) {
      this.#settings.handled(conversation, position);
    }
    this.#settings.due();
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

  /** A copy that lives on: the body may be a view on bytes that the connection will use again. */
  #own<D extends Delivery>(delivery: D): D {
    return delivery.body === undefined
      ? delivery
      : { ...delivery, body: new Uint8Array(delivery.body) };
  }

  #line(conversation: string): Line {
    let line = this.#lines.get(conversation);
    if (line === undefined) {
      line = { held: [], aside: undefined, showing: false };
      this.#lines.set(conversation, line);
    }
    return line;
  }
}
