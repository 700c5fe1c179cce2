/** What a client tells its application. */
import type { OrderingRule, Presence, Receipt, Signal } from '../core/wire/frames.ts';
import type { Cancel } from './clock.ts';
import type { CommandHandle } from './command-handle.ts';
import { ClientError, reasonOf } from './errors.ts';

/** What every entry of a conversation says. */
export interface EntryHead {
  readonly conversation: string;
  readonly position: number;
  /** What to sort by where the ordering strategy asks for it. */
  readonly order: number;
  readonly id: string;
  readonly from: string;
  readonly device: string;
  readonly sentAt: number;
  readonly acceptedAt: number;
  /** True if the server had sent it to this device before. */
  readonly again: boolean;
  /** True if one with a higher `order` was shown before: insert it in its place. */
  readonly late: boolean;
}

export interface Message extends EntryHead {
  readonly mediaType: string;
  readonly body: Uint8Array;
  /** The body as text, if the media type is `text/…`. */
  readonly text: string | undefined;
}

/**
 * An entry that is no message: a change of a group, of a friendship, or an entry whose body has
 * `expired`.
 */
export interface ActEntry extends EntryHead {
  readonly action: string;
  readonly users: readonly string[];
  readonly title: string | undefined;
}

export type ClientState = 'connecting' | 'online' | 'offline' | 'closed';

export interface StateChange {
  readonly state: ClientState;
  /**
   * Why, where there is a reason: a code of the protocol, or words; `moved` if the server sent the
   * client on.
   */
  readonly reason: string | undefined;
  /** The name of the server's node, when `online`. */
  readonly node: string | undefined;
}

/** What goes with a state, as far as it is known. */
export type StateWords = { readonly [K in 'reason' | 'node']?: StateChange[K] };

export interface PutOff {
  readonly handle: CommandHandle;
  /** Such as `busy`. */
  readonly code: string;
  readonly detail: string | undefined;
}

export interface ClientEvents {
  /**
   * Awaited: RECEIVED is sent when every handler is done, and the conversation's next message waits
   * for it.
   */
  message: Message;
  /** Awaited like `message`. */
  act: ActEntry;
  receipt: Omit<Receipt, 'type'>;
  presence: Omit<Presence, 'type'>;
  signal: Omit<Signal, 'type'>;
  /** How readers sort, from now on. */
  ordering: readonly OrderingRule[];
  state: StateChange;
  /** The server cannot take a command now, and says why: it goes again by itself. */
  'put-off': PutOff;
  /** The server's log is another one: positions and last numbers were forgotten. */
  'log-changed': { readonly log: string };
  error: ClientError;
}

export type EventName = keyof ClientEvents;
type Handler<E extends EventName> = (value: ClientEvents[E]) => unknown;

export class Events {
  readonly #handlers = new Map<EventName, Set<Handler<never>>>();

  on<E extends EventName>(event: E, handler: Handler<E>): Cancel {
    let set = this.#handlers.get(event);
    if (set === undefined) this.#handlers.set(event, (set = new Set()));
    // Wrapped, so that the same function registered twice is two registrations.
    const own: Handler<E> = (value) => handler(value);
    set.add(own);
    return () => set.delete(own);
  }

  has(event: EventName): boolean {
    return (this.#handlers.get(event)?.size ?? 0) > 0;
  }

  /** Calls every handler; one that throws or rejects is told as `error`. */
  emit<E extends EventName>(event: E, value: ClientEvents[E]): void {
    for (const handler of this.#of(event)) {
      this.#guard(event, async () => handler(value));
    }
  }

  /** Calls every handler, and resolves when all are done; rejects with the first failure. */
  async deliver<E extends EventName>(event: E, value: ClientEvents[E]): Promise<void> {
    await Promise.all(this.#of(event).map(async (handler) => handler(value)));
  }

  fail(error: ClientError): void {
    this.emit('error', error);
  }

  #guard(event: EventName, run: () => Promise<unknown>): void {
    run().catch((cause: unknown) => {
      // A handler of errors that itself fails has nobody left to tell.
      if (event === 'error') return;
      this.fail(
        new ClientError('handler', `a ${event} handler failed: ${reasonOf(cause)}`, { cause }),
      );
    });
  }

  #of<E extends EventName>(event: E): Handler<E>[] {
    return [...(this.#handlers.get(event) ?? [])] as unknown as Handler<E>[];
  }
}
