/**
 * One viewer's stream of server-sent events: frames of the views that it asked for, events, and a
 * beat each second. A viewer that reads slowly is spared frames; nothing gathers for it but events,
 * and those are bounded: where some are missing, it is told how many, and may ask for them.
 */
import type { ServerResponse } from 'node:http';
import { ImError, reasonOf, type Cancel, type Clock } from '../../contract/index.ts';
import type { Desk, Admin } from '../desk/desk.ts';
import { isAtLeast, type Level } from '../desk/events.ts';
import type { EventList, EventView } from '../protocol/index.ts';
import { BEAT_MS } from '../protocol/stream.ts';
import { VERBS, type VerbName } from '../verbs.ts';

/** What may gather for a viewer before it is spared more. */
const WAITING_MAX_BYTES = 256 * 1_024;
/** More than that waits for so long: nobody reads there, and others may want the place. */
const STUCK_MAX_MS = 60_000;
/** Of past events, at the beginning. */
const PAST_MAX = 1_000;

export interface Watching {
  readonly topics: readonly string[];
  readonly intervalMs: number;
  readonly events: boolean;
  readonly after: string | undefined;
  readonly level: Level;
}

interface Surroundings {
  readonly desk: Desk;
  readonly clock: Clock;
  readonly who: Admin;
  /** Whether `who` is still one: tokens are exchanged while the node runs. */
  readonly isKnown: () => boolean;
  /** The longest that the loop stood still since it was last asked, ms. */
  readonly loopDelayMs: () => number;
}

interface Topic {
  readonly name: string;
  readonly look: () => Promise<unknown>;
}

export class Stream {
  readonly #response: ServerResponse;
  readonly #around: Surroundings;
  readonly #intervalMs: number;
  readonly #topics: readonly Topic[];
  readonly #timers = new Map<string, Cancel>();
  #unlisten: Cancel = () => undefined;
  #skipped = 0;
  /** Events that there was no room for, and that the viewer has not been told of. */
  #lost = 0;
  /** Since when more waits for it than it is given frames for. */
  #behindMs: number | undefined;
  #open = true;

  /** @throws ImError IM_ADMIN_INPUT for a topic that is none. */
  constructor(response: ServerResponse, watching: Watching, around: Surroundings) {
    this.#response = response;
    this.#around = around;
    this.#intervalMs = watching.intervalMs;
    this.#topics = watching.topics.map((topic) => this.#topic(topic));
  }

  begin({ events, after, level }: Watching): void {
    const { desk } = this.#around;
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    this.#response.flushHeaders();
    this.#response.once('close', () => this.end());
    if (events) {
      if (after !== undefined) this.#past(desk.events.since(after, level, PAST_MAX));
      this.#unlisten = desk.events.listen((event) => {
        if (isAtLeast(event.level, level)) this.#event(event);
      });
    }
    this.#beat();
    if (this.#topics.length > 0) void this.#frame();
  }

  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#unlisten();
    for (const cancel of this.#timers.values()) cancel();
    this.#response.end();
  }

  #past({ lost, missing, events }: EventList): void {
    const at = this.#around.clock.now();
    if (lost) this.#send('lost', { at, ...(missing !== undefined && { count: missing }) });
    for (const event of events) this.#event(event);
  }

  #event(event: EventView): void {
    this.#tellLost();
    if (this.#isFull) this.#lost += 1;
    else this.#send('event', event, event.id);
  }

  #tellLost(): void {
    if (this.#lost === 0 || this.#isFull) return;
    this.#send('lost', { at: this.#around.clock.now(), count: this.#lost });
    this.#lost = 0;
  }

  #beat(): void {
    const { clock, loopDelayMs, who, isKnown } = this.#around;
    if (!isKnown()) return this.end();
    if (this.#isStuck()) return this.#cut();
    const beat = { at: clock.now(), loopDelayMs: loopDelayMs(), permission: who.may };
    this.#tellLost();
    this.#send('beat', beat);
    this.#again('beat', BEAT_MS, () => this.#beat());
  }

  #isStuck(): boolean {
    const nowMs = this.#around.clock.monotonic();
    this.#behindMs = this.#isBehind ? (this.#behindMs ?? nowMs) : undefined;
    return this.#behindMs !== undefined && nowMs - this.#behindMs >= STUCK_MAX_MS;
  }

  #cut(): void {
    const { desk, who } = this.#around;
    desk.events.note('warn', 'a viewer who reads nothing was cut off', { who: who.name });
    this.end();
    this.#response.destroy();
  }

  async #frame(): Promise<void> {
    if (this.#isBehind) this.#skipped += 1;
    else {
      const views = await Promise.all(this.#topics.map(({ look }) => viewOf(look)));
      const named = this.#topics.map(({ name }, at) => [name, views[at]]);
      const skipped = this.#skipped;
      this.#skipped = 0;
      this.#send('frame', {
        at: this.#around.clock.now(),
        skipped,
        views: Object.fromEntries(named) as object,
      });
    }
    this.#again('frame', this.#intervalMs, () => void this.#frame());
  }

  #again(what: string, afterMs: number, run: () => void): void {
    if (this.#open) this.#timers.set(what, this.#around.clock.after(afterMs, run));
  }

  get #isBehind(): boolean {
    return this.#response.writableLength > WAITING_MAX_BYTES;
  }

  get #isFull(): boolean {
    return this.#response.writableLength > 2 * WAITING_MAX_BYTES;
  }

  #send(event: string, data: object, id?: string): void {
    if (!this.#open || this.#isFull) return;
    const head = id === undefined ? '' : `id: ${id}\n`;
    this.#response.write(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #topic(name: string): Topic {
    const [words = '', query = ''] = name.split('?');
    if (!isVerb(words)) throw wrong(`there is no topic "${words}"`);
    const verb = VERBS[words];
    if (verb.permission !== 'read') throw wrong(`"${words}" is no topic: it acts`);
    // It goes through what is kept, and writes what is not yet.
    if (words === 'trace') throw wrong('"trace" is no topic: it costs the store too much');
    const input = verb.input.safeParse(Object.fromEntries(new URLSearchParams(query)));
    if (!input.success) throw wrong(`topic "${name}": ${input.error.issues[0]?.message ?? ''}`);
    const { desk, who } = this.#around;
    return { name, look: () => desk.watch(words, input.data, who) };
  }
}

function wrong(why: string): ImError {
  return new ImError('IM_ADMIN_INPUT', { why });
}

function isVerb(words: string): words is VerbName {
  return Object.hasOwn(VERBS, words);
}

async function viewOf(look: () => Promise<unknown>): Promise<object> {
  try {
    return { view: await look() };
  } catch (error) {
    return { code: error instanceof ImError ? error.code : 'IM_BUG', message: reasonOf(error) };
  }
}
