/**
 * What happened lately: the lines of the log from `info` on, whatever level is written, each with
 * an id to go on from. The oldest are forgotten.
 */
import { reasonOf, type Cancel, type Clock } from '../../contract/index.ts';
import { LOG_LEVELS, type Heard } from '../../kernel/log.ts';
import type { EventList, EventView } from '../protocol/index.ts';

export type Level = EventView['level'];
type Listener = (event: EventView) => void;

const EVENTS_MAX = 2_000;
/** Of the fields of one, as text. */
const FIELDS_MAX_CHARS = 8_192;

export function isAtLeast(level: Level, least: Level): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}

export class Events {
  readonly #clock: Clock;
  readonly #life: string;
  readonly #all: EventView[] = [];
  readonly #listeners = new Set<Listener>();
  #last = 0;

  /** `life`: of the process: numbers begin anew in another one. */
  constructor(clock: Clock, life: string) {
    this.#clock = clock;
    this.#life = life;
  }

  get life(): string {
    return this.#life;
  }

  readonly note: Heard = (level, message, { part, ...fields }) => {
    this.#last += 1;
    const event: EventView = {
      id: `${this.#life}.${this.#last}`,
      at: this.#clock.now(),
      level,
      ...(typeof part === 'string' && { part }),
      message,
      fields: plain(fields),
    };
    this.#all.push(event);
    if (this.#all.length > EVENTS_MAX) this.#all.shift();
    for (const listener of this.#listeners) listener(event);
  };

  /**
   * The newest after one; an id that is none, or of another life, is before all. What is forgotten
   * counts as missing whatever its level was.
   */
  since(after: string | undefined, least: Level, limit: number): EventList {
    const forgotten = this.#last - this.#all.length;
    const known = after === undefined ? forgotten : this.#numberOf(after);
    const later = this.#all.slice(Math.max(0, (known ?? 0) - forgotten));
    const fitting = later.filter(({ level }) => isAtLeast(level, least));
    const events = fitting.slice(-limit);
    if (known === undefined) return { lost: true, events };
    const missing = Math.max(0, forgotten - known) + fitting.length - events.length;
    return { lost: missing > 0, missing, events };
  }

  /** Of an event of this life. */
  #numberOf(id: string): number | undefined {
    const [, life, digits = ''] = /^(.*)\.(\d{1,15})$/.exec(id) ?? [];
    const number = Number(digits);
    return life === this.#life && number <= this.#last ? number : undefined;
  }

  listen(listener: Listener): Cancel {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/**
 * As they are now and can be sent, whatever a plugin has put there: it may change later, be large,
 * or be no JSON. Never throws: whoever writes a line of the log waits for this.
 */
function plain(fields: Readonly<Record<string, unknown>>): EventView['fields'] {
  try {
    const text = JSON.stringify(fields);
    if (text.length > FIELDS_MAX_CHARS) return { cut: text.slice(0, FIELDS_MAX_CHARS) };
    return JSON.parse(text) as EventView['fields'];
  } catch (error) {
    return { unreadable: reasonOf(error) };
  }
}
