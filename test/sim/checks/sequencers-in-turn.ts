/**
 * The contract of sequencers that follow each other on one register, or are two by mistake: no
 * number of one lies among another's, and whoever starts when another has handed something out goes
 * on above it, for good. An older one is fenced before it could hand out more.
 */
import type { History, HistoryEvent, Kept, Violation } from '../history.ts';
import type { Numbered } from '../node-history.ts';
import { eventsOf, keyOf } from './reading.ts';

/** What one sequencer handed out, as far as anybody saw it. */
interface Span {
  readonly of: string;
  /** Where in the history its process started, and where its first number was seen. */
  readonly startedAt: number;
  readonly firstAt: number;
  low: number;
  high: number;
  lowEvent: HistoryEvent;
  highEvent: HistoryEvent;
}

class Spans {
  readonly #prefix: string;
  /** Where lives of the node started. */
  readonly #started = new Map<number, number>();
  /** Which life has which epoch of which shard. */
  readonly #lives = new Map<string, number>();
  /** Of the lives of the node, by log: another log begins anew. */
  readonly #byLog = new Map<string, Map<number, Span>>();
  #rivalStartedAt = 0;
  #rival: Span | undefined;

  constructor(history: History, prefix: string) {
    this.#prefix = prefix;
    for (const [at, event] of history.entries()) this.#note(event, at);
  }

  /** Those that must not meet. */
  get groups(): readonly (readonly Span[])[] {
    const rival = this.#rival ? [this.#rival] : [];
    return [...this.#byLog.values()].map((spans) => [...spans.values(), ...rival]);
  }

  #note(event: HistoryEvent, at: number): void {
    if (event.type === 'node' && event.what === 'started') this.#started.set(event.life ?? 0, at);
    else if (event.type === 'taken')
      for (const [index, shard] of event.shards.entries())
        this.#lives.set(keyOf(event.log, shard, event.epochs[index] ?? 0), event.life);
    else if (event.type === 'kept') this.#keep(event, at);
    else if (event.type === 'numbered') this.#number(event, at);
  }

  #keep(event: Kept, at: number): void {
    const { log, shard = 0, epoch = 0, entry } = event;
    const life = this.#lives.get(keyOf(log, shard, epoch));
    if (life === undefined || !entry.conversation.startsWith(this.#prefix)) return;
    const spans = this.#byLog.get(log) ?? new Map<number, Span>();
    this.#byLog.set(log, spans);
    const began = { of: `life ${life} of the node`, startedAt: this.#started.get(life) ?? 0 };
    spans.set(life, widened(spans.get(life), entry.order, event, { ...began, firstAt: at }));
  }

  #number(event: Numbered, at: number): void {
    if (event.numbers.length === 0) this.#rivalStartedAt = at;
    const began = { of: 'the other sequencer', startedAt: this.#rivalStartedAt, firstAt: at };
    for (const number of event.numbers) this.#rival = widened(this.#rival, number, event, began);
  }
}

function widened(
  span: Span | undefined,
  number: number,
  event: HistoryEvent,
  began: Pick<Span, 'of' | 'startedAt' | 'firstAt'>,
): Span {
  const found = span ?? { ...began, low: number, high: number, lowEvent: event, highEvent: event };
  if (number < found.low) Object.assign(found, { low: number, lowEvent: event });
  if (number > found.high) Object.assign(found, { high: number, highEvent: event });
  return found;
}

/** Undefined: the two kept apart, as far as anybody can tell who came first. */
function wrongBetween(one: Span, other: Span): Violation | undefined {
  const [lower, upper] = one.low <= other.low ? [one, other] : [other, one];
  const events = [lower.highEvent, upper.lowEvent];
  const numbers = `${upper.of} has ${upper.low}, and ${lower.of} ${lower.low} to ${lower.high}`;
  if (upper.low <= lower.high) return { promise: 'ordering', why: numbers, events };
  if (lower.startedAt <= upper.firstAt) return undefined;
  return { promise: 'ordering', why: `${numbers}, though it started later`, events };
}

export function sequencersInTurn(history: History): readonly Violation[] {
  const prefix = eventsOf(history, 'configured').at(0)?.totalOrder;
  if (prefix === undefined) return [];
  return new Spans(history, prefix).groups.flatMap((spans) =>
    spans.flatMap((span, at) =>
      spans.slice(at + 1).flatMap((other) => wrongBetween(span, other) ?? []),
    ),
  );
}
