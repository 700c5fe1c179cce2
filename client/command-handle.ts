/** What `send` gives back: how one command fares. */
import type { Accepted } from '../core/wire/frames.ts';
import { ClientError, RefusedError } from './errors.ts';
import type { MarkKind } from './marks.ts';

/** Where and when the command took effect. */
export interface Acceptance {
  readonly position: number;
  readonly order: number;
  readonly acceptedAt: number;
  /** `memory`, `process`, `disk` or `replicated`. */
  readonly durability: string;
  /** True if this answered a repeat: the effect is the first sending's. */
  readonly duplicate: boolean;
}

/**
 * `unknown`: the client was closed before an answer came. Only `refused` says that there was no
 * effect.
 */
export type Outcome = 'pending' | 'accepted' | 'refused' | 'unknown';

export interface CommandHandle {
  readonly id: string;
  /**
   * Undefined while the own user name is not known yet: before the first WELCOME, unless `user` was
   * given.
   */
  readonly conversation: string | undefined;
  /** Undefined as long as `conversation`; may change until the command is accepted. */
  readonly number: number | undefined;
  readonly state: Outcome;
  /**
   * Rejects with RefusedError if there was no effect; with ClientError `closed` if that is unknown.
   */
  readonly accepted: Promise<Acceptance>;
  /** Resolves when the first other member's device has received it. Rejects as `accepted`. */
  readonly received: Promise<void>;
  /** Resolves when the first other member has read it. Rejects as `accepted`. */
  readonly read: Promise<void>;
}

type Reached = (handle: CommandHandle, acceptance: Acceptance, kind: MarkKind) => Promise<void>;

/** Nobody has to listen: a promise without a listener must not end the process. */
function unheard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

export class PendingHandle implements CommandHandle {
  readonly id: string;
  readonly accepted: Promise<Acceptance>;
  conversation: string | undefined;
  number: number | undefined;
  #state: Outcome = 'pending';
  readonly #reached: Reached;
  readonly #resolvers = Promise.withResolvers<Acceptance>();
  readonly #marks = new Map<MarkKind, Promise<void>>();

  constructor(id: string, reached: Reached) {
    this.id = id;
    this.#reached = reached;
    this.accepted = unheard(this.#resolvers.promise);
  }

  get state(): Outcome {
    return this.#state;
  }

  get received(): Promise<void> {
    return this.#mark('received');
  }

  get read(): Promise<void> {
    return this.#mark('read');
  }

  accept(frame: Accepted): void {
    this.#state = 'accepted';
    this.#resolvers.resolve({
      position: frame.position,
      order: frame.order,
      acceptedAt: frame.acceptedAt,
      durability: frame.durability,
      duplicate: frame.duplicate === 1,
    });
  }

  refuse(code: string, detail?: string): void {
    this.#state = 'refused';
    this.#resolvers.reject(new RefusedError(code, detail));
  }

  /** The client ends without an answer. */
  abandon(): void {
    if (this.#state !== 'pending') return;
    this.#state = 'unknown';
    const why = 'the client was closed before an answer came: the outcome is unknown';
    this.#resolvers.reject(new ClientError('closed', why));
  }

  /** Made when first asked for, so that what nobody waits for costs nothing. */
  #mark(kind: MarkKind): Promise<void> {
    let promise = this.#marks.get(kind);
    if (promise === undefined) {
      promise = unheard(this.accepted.then((acceptance) => this.#reached(this, acceptance, kind)));
      this.#marks.set(kind, promise);
    }
    return promise;
  }
}
