/** A conversation that grows entry by entry, in memory and in a store of its own. */
import assert from 'node:assert/strict';
import type { Entry, Membership, Persistence, Range } from 'im-kernel/contract';
import { Conversation } from '../../../core/chat/conversation.ts';
import { Kept } from '../../../core/chat/tail.ts';
import { FlightRecorder } from '../../../core/path/trace/flight-recorder.ts';

export const NAME = 'g/tea';
/** The reader whose feed is tried. */
export const BOB = { user: 'bob', device: 'd1' };

export type Step =
  | { readonly do: 'other' | 'own' | 'twin' | 'join' | 'leave' }
  | { readonly do: 'send' | 'ack' | 'back' | 'ahead'; readonly count: number };

export class FeedWorld {
  readonly conversation = new Conversation(NAME);
  readonly entries: Entry[] = [];
  readonly recorder = new FlightRecorder({ traceEntries: 0, traceHops: 8, traceDevices: 1 });
  /** Deliveries that the recorder had no room for. */
  unnoted = 0;
  readonly counters = { unnoted: { add: () => void (this.unnoted += 1) } };
  readonly #tailMax: number;
  /** Ranges that were read, to see that nobody reads without an end. */
  reads = 0;
  /** How many entries the store gives at once, whatever it is asked for: their bodies are large. */
  pageMax = Infinity;

  constructor(tailMax: number) {
    this.#tailMax = tailMax;
  }

  get persistence(): Persistence {
    const store: Partial<Persistence> = {
      readConversation: (_name, range) => {
        this.reads += 1;
        return Promise.resolve(this.#read(range));
      },
    };
    return store as Persistence;
  }

  /** The next entry, kept. A membership changes with it, if one is given. */
  add(user: string, device: string, stay?: Membership): void {
    const position = this.entries.length + 1;
    const entry: Entry = {
      conversation: NAME,
      position,
      order: position,
      id: `0199a0b1-c2d3-7e4f-8a9b-${position.toString(16).padStart(12, '0')}`,
      user,
      device,
      number: position,
      sentAt: 1,
      acceptedAt: 1,
      kind: 'message',
      body: new Uint8Array(1),
    };
    this.entries.push(entry);
    if (stay) this.conversation.putStay(stay);
    this.conversation.position = position;
    this.conversation.tail.push(new Kept(entry), this.#tailMax);
  }

  /** Everything that is meant for Bob’s device, ascending: by the page’s words, plainly. */
  get meant(): readonly number[] {
    const stays = this.conversation.staysOf('bob');
    return this.entries
      .filter(({ position: at }) => stays.some(({ from, to }) => at >= from && at <= (to ?? at)))
      .filter(({ user, device }) => user !== BOB.user || device !== BOB.device)
      .map(({ position }) => position);
  }

  #read({ after, before, take, ...range }: Range): readonly Entry[] {
    assert.ok((range.bodyMaxBytes ?? Infinity) < Infinity || range.limit === 1);
    const limit = Math.min(range.limit, this.pageMax);
    const found = this.entries.filter(
      ({ position }) => position > after && position < (before ?? Infinity),
    );
    return take === 'first' ? found.slice(0, limit) : found.slice(-limit);
  }
}
