/** The client as an application sees it; `connect` makes one. */
import type {
  ConversationItem,
  Delivery,
  MemberItem,
  PresenceItem,
  Signal,
} from '../core/wire/frames.ts';
import { UINT_MAX } from '../core/wire/field.ts';
import { parseConversation } from '../core/wire/names.ts';
import type { Cancel } from './clock.ts';
import type { CommandHandle } from './command-handle.ts';
import type { Counts } from './counts.ts';
import { Engine } from './engine.ts';
import type { ClientEvents, ClientState, EventName } from './events.ts';
import { type ActFields, Friends, Groups } from './groups.ts';
import type { ClientSettings } from './options.ts';
import type { HoldReadings } from './holds.ts';
import type { Timing as AnswerTiming } from './retransmitter.ts';
import type { Draft } from './sender.ts';

/** Text, or any bytes with what they are. */
export type Content = string | { readonly mediaType: string; readonly body: Uint8Array };

/**
 * Positions are exclusive; `before` alone: the last `limit` below it. Default limit 50, at most
 * 500.
 */
export interface HistoryRange {
  readonly after?: number;
  readonly before?: number;
  readonly limit?: number;
}

export interface HistoryPage {
  /** Ascending by position. */
  readonly items: readonly Delivery[];
  /** True if the range holds more. */
  readonly more: boolean;
  /** The first position that is visible at all. */
  readonly firstAvailable: number | undefined;
}

export interface Timing extends AnswerTiming {
  readonly holds: HoldReadings;
}

const UTF8 = new TextEncoder();
const NO_FIELDS: ActFields = {};

export class Client {
  readonly groups: Groups;
  readonly friends: Friends;
  readonly #settings: ClientSettings;
  readonly #engine: Engine;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
    this.#engine = new Engine(settings);
    const act = this.act.bind(this);
    this.groups = new Groups(act);
    this.friends = new Friends(act, this.#engine.questions);
  }

  /** Resolves at the first WELCOME; rejects with ClientError if the client ends before. */
  get ready(): Promise<void> {
    return this.#engine.ready;
  }

  get state(): ClientState {
    return this.#engine.state;
  }

  /** The own user name; undefined until the server has said it, unless it was given. */
  get user(): string | undefined {
    return this.#engine.user;
  }

  /** What happened since the client was made. */
  get counts(): Readonly<Counts> {
    return this.#engine.counts;
  }

  /**
   * How long answers take on this connection, how much may be sent again, and how long messages
   * are held.
   */
  get timing(): Timing {
    const { sender, receiver } = this.#engine;
    return { ...sender.timing, holds: receiver.holds };
  }

  /** Commands without an answer, those included that an earlier client left in the outbox. */
  get unanswered(): readonly CommandHandle[] {
    return this.#engine.sender.unanswered;
  }

  /**
   * Listens; the result ends it. `message` and `act` handlers may be asynchronous: RECEIVED is sent
   * when they are done, and a handler that fails is called again with growing waits, so nothing is
   * skipped. Messages wait until there is a `message` handler.
   */
  on<E extends EventName>(event: E, handler: (value: ClientEvents[E]) => unknown): Cancel {
    const cancel = this.#engine.events.on(event, handler);
    if (event === 'message') this.#engine.receiver.wake();
    return cancel;
  }

  /**
   * Sends a message. `to`: a user name, `d/<user>/<user>` or `g/<name>`. It is in the outbox before
   * it leaves, and is sent until it is answered. Throws ClientError `closed`, or `not-sent` if the
   * outbox is full.
   */
  send(to: string, content: Content): CommandHandle {
    if (typeof content !== 'string') {
      const { mediaType, body } = content;
      return this.#send(
        { ...this.#head(to), type: 'send', mediaType, body: new Uint8Array(body) },
        [mediaType],
      );
    }
    return this.#send({ ...this.#head(to), type: 'send', body: UTF8.encode(content) }, [content]);
  }

  /**
   * Sends any act of PROTOCOL section 3; `groups` and `friends` are the usual way. Throws as `send`
   * does, and RangeError if `open` is no number that a frame can hold.
   */
  act(to: string, action: string, fields: ActFields = NO_FIELDS): CommandHandle {
    if (!isUint(fields.open ?? 0)) throw new RangeError(`open is 0 or 1, not ${fields.open}`);
    const texts = [action, fields.title ?? '', ...(fields.user ?? [])];
    return this.#send({ ...this.#head(to), type: 'act', action, ...fields }, texts);
  }

  /**
   * A person has seen all up to there. It is told once the application has handled all up to there.
   * Throws RangeError for what is no conversation or no position.
   */
  read(conversation: string, position: number): void {
    if (!isUint(position) || parseConversation(conversation) === undefined) {
      throw new RangeError(`there is no position ${position} of ${conversation}`);
    }
    this.#engine.acknowledger.read(conversation, position);
  }

  /**
   * Best effort and never stored: false if it was dropped, because there is no connection or too
   * much is unsent.
   */
  signal(conversation: string, kind: string, body?: Uint8Array): boolean {
    const { session, counts } = this.#engine;
    const limit = this.#settings.limits.signalBufferedBytes;
    if (session === undefined || session.bufferedBytes > limit) {
      counts.signalsDropped += 1;
      return false;
    }
    const frame: Signal = { type: 'signal', conversation, kind };
    session.send(body === undefined ? frame : { ...frame, body });
    return true;
  }

  /**
   * Entries of a conversation, one page. Rejects as all questions do: RefusedError, or ClientError
   * `timeout`.
   */
  async history(conversation: string, range: HistoryRange = {}): Promise<HistoryPage> {
    const page = await this.#engine.questions.ask({ what: 'history', conversation, ...range });
    const { item, more, firstAvailable } = page;
    return { items: item, more: more === 1, firstAvailable };
  }

  /** All conversations of the user, by name. */
  conversations(): Promise<ConversationItem[]> {
    const { questions } = this.#engine;
    return questions.askAll({ what: 'conversations' }, ({ conversation }) => conversation);
  }

  /** All members of a conversation, by name, with how far each has come. */
  members(conversation: string): Promise<MemberItem[]> {
    return this.#engine.questions.askAll({ what: 'members', conversation }, ({ user }) => user);
  }

  /** Who of these is online: friends and oneself only, others are left out. */
  async presence(users: readonly string[]): Promise<readonly PresenceItem[]> {
    return (await this.#engine.questions.ask({ what: 'presence', user: users })).item;
  }

  /**
   * Says good-bye and ends; resolves when the outbox is written and closed. What is unanswered
   * stays in it.
   */
  close(): Promise<void> {
    return this.#engine.close();
  }

  #head(to: string): { id: string; sentAt: number; to: string } {
    return { id: '', sentAt: Math.floor(this.#settings.clock.now()), to };
  }

  /** `texts`: what has to be writable as UTF-8. */
  #send(draft: Draft, texts: readonly string[]): CommandHandle {
    const handle = this.#engine.newHandle();
    if (texts.every((text) => text.isWellFormed())) {
      this.#engine.sender.send({ ...draft, id: handle.id }, handle);
    } else handle.refuse('invalid', 'a text with an unpaired surrogate');
    return handle;
  }
}

function isUint(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= UINT_MAX;
}
