/**
 * P17: cursors and marks never fall and never pass the log, a receipt tells only what is kept, and
 * a crash takes no more than the flush interval.
 */
import type { History, Receipt, Violation } from '../history.ts';
import type { Loaded, Saved, SeenCursor, SeenMarks, Standing } from '../node-history.ts';
import { type HeardAck, HeardAcks } from './heard-acks.ts';
import { eventsOf, keyOf, sessionsOf } from './reading.ts';

function cursorKey(log: string, { conversation, user, device }: SeenCursor): string {
  return keyOf(log, conversation, user, device);
}

function markKey(log: string, { conversation, user }: Pick<SeenMarks, 'conversation' | 'user'>) {
  return keyOf(log, conversation, user);
}

function isBelow(a: Marks, b: Marks): boolean {
  return a.received < b.received || a.read < b.read;
}

function higher(a: SeenMarks, b: SeenMarks = a): SeenMarks {
  return { ...a, received: Math.max(a.received, b.received), read: Math.max(a.read, b.read) };
}

type Marks = Pick<SeenMarks, 'received' | 'read'>;
interface Value {
  readonly value: number;
  readonly atMs: number;
}

/** One fold over a history: what the store has said so far. */
class Places {
  readonly violations: Violation[] = [];
  /** Highest position let in, by log and conversation. */
  readonly #ends = new Map<string, number>();
  /** Ascending in time, and in value if all is well. */
  readonly #cursors = new Map<string, Value[]>();
  readonly #marks = new Map<string, SeenMarks>();
  /** The highest that each life of a node saved, by place. */
  readonly #saved = new Map<string, number>();

  keep(log: string, conversation: string, position: number): void {
    const key = keyOf(log, conversation);
    this.#ends.set(key, Math.max(position, this.#ends.get(key) ?? 0));
  }

  /** The highest cursor that the store said to have, before a time if one is given. */
  cursor(key: string, beforeMs = Infinity): number {
    return this.#cursors.get(key)?.findLast(({ atMs }) => atMs < beforeMs)?.value ?? 0;
  }

  save(event: Saved & { readonly atMs: number }): void {
    const { log, cursors, marks, atMs } = event;
    for (const cursor of cursors) {
      const key = cursorKey(log, cursor);
      const face = { ...event, cursors: [cursor], marks: [] };
      this.#within(log, cursor.conversation, cursor.cursor, face);
      if (this.#falls(key, cursor.cursor, event)) this.#wrong(`the cursor ${key} fell`, face);
      this.#say(key, cursor.cursor, atMs);
    }
    for (const mark of marks) {
      const key = markKey(log, mark);
      const face = { ...event, cursors: [], marks: [mark] };
      this.#within(log, mark.conversation, mark.received, face);
      const fell = [
        this.#falls(`${key} received`, mark.received, event),
        this.#falls(`${key} read`, mark.read, event),
      ];
      if (fell.includes(true)) this.#wrong(`the mark ${key} fell`, face);
      this.#marks.set(key, higher(mark, this.#marks.get(key)));
    }
  }

  /**
   * True if a life of a node saved more before. Of two, one may not know yet that it is not the
   * owner any more, and the other does not hear what that still saves: of both the store keeps the
   * larger, and what it keeps in the end is looked at for itself.
   */
  #falls(key: string, value: number, { life = 0 }: Saved): boolean {
    const own = keyOf(key, life);
    const before = this.#saved.get(own) ?? 0;
    this.#saved.set(own, Math.max(before, value));
    return value < before;
  }

  /** Whatever the store said that it kept before it was asked, it must still have. */
  load(event: Loaded & { readonly atMs: number }): void {
    const key = cursorKey(event.log, event.cursor);
    if (event.cursor.cursor < this.cursor(key, event.askedMs))
      this.#wrong(`the cursor ${key} is ${event.cursor.cursor}, and was higher`, event);
    this.#say(key, event.cursor.cursor, event.atMs);
  }

  tell(event: Receipt, log: string): void {
    const kept = this.#marks.get(markKey(log, event));
    if (kept === undefined || isBelow(kept, event))
      this.#wrong(`a receipt of ${event.user} tells what is not kept`, event);
  }

  stand(event: Standing): void {
    for (const mark of event.marks) {
      const face = { ...event, cursors: [], marks: [mark] };
      this.#within(event.log, mark.conversation, mark.received, face);
      const before = this.#marks.get(markKey(event.log, mark));
      if (before !== undefined && isBelow(mark, before))
        this.#wrong(`the mark of ${mark.user} in ${mark.conversation} is lost`, face);
    }
    for (const cursor of event.cursors)
      if (cursor.cursor < this.cursor(cursorKey(event.log, cursor)))
        this.#wrong(`the cursor of ${cursor.device} in ${cursor.conversation} is lost`, {
          ...event,
          cursors: [cursor],
          marks: [],
        });
  }

  #within(log: string, conversation: string, position: number, event: Saved | Standing): void {
    if (position > (this.#ends.get(keyOf(log, conversation)) ?? 0))
      this.#wrong(`${position} lies behind the end of ${conversation}`, event);
  }

  #say(key: string, value: number, atMs: number): void {
    if (value <= this.cursor(key)) return;
    const said = this.#cursors.get(key);
    if (said === undefined) this.#cursors.set(key, [{ value, atMs }]);
    else said.push({ value, atMs });
  }

  #wrong(why: string, event: Violation['events'][number]): void {
    this.violations.push({ promise: 'P17', why, events: [event] });
  }
}

/** What is not kept at an end although the node had heard of it long enough before. */
function notKept(
  places: Places,
  acks: readonly HeardAck[],
  untilMs: number,
  end: Violation['events'][number],
): readonly Violation[] {
  return acks
    .filter(({ event, welcome, heardAtMs }) => {
      const { user, device, log } = welcome;
      const { conversation, position } = event;
      const key = cursorKey(log, { conversation, user, device, cursor: 0 });
      return heardAtMs < untilMs && places.cursor(key) < position;
    })
    .map(({ event, welcome }) => {
      const { conversation, position } = event;
      const who = `${welcome.user}/${welcome.device}`;
      const why = `${who} received ${conversation} ${position} long ago, and it is not kept yet`;
      return { promise: 'P17', why, events: [event, end] };
    });
}

export function placesHold(history: History): readonly Violation[] {
  const { savedWithinMs = Infinity } = eventsOf(history, 'configured')[0] ?? {};
  if (eventsOf(history, 'saved').length === 0) return [];
  const sessions = sessionsOf(history);
  const places = new Places();
  const heard = new HeardAcks();
  for (const event of history) {
    if (event.type === 'closed' || (event.type === 'node' && event.what === 'crashed')) {
      const acks = event.type === 'closed' ? heard.of(event.session) : heard.all;
      places.violations.push(...notKept(places, acks, event.atMs - savedWithinMs, event));
    }
    heard.note(event);
    if (event.type === 'kept') {
      places.keep(event.log, event.entry.conversation, event.entry.position);
    } else if (event.type === 'saved') places.save(event);
    else if (event.type === 'loaded') places.load(event);
    else if (event.type === 'standing') places.stand(event);
    else if (event.type === 'receipt') places.tell(event, sessions.get(event.session)?.log ?? '');
    if (event.type === 'node') heard.clear();
  }
  return places.violations;
}
