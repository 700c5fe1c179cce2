/**
 * How far the others have come: told by RECEIPT, and asked for where a receipt may have been
 * missed.
 */
import type { Receipt } from '../core/wire/frames.ts';
import type { Acceptance, CommandHandle } from './command-handle.ts';
import { ClientError, reasonOf, RefusedError } from './errors.ts';
import type { Events } from './events.ts';
import { type MarkKind, Marks } from './marks.ts';
import type { Questions } from './questions.ts';
import type { Session } from './session.ts';

export interface ReceiptsSettings {
  readonly events: Events;
  readonly questions: Questions;
  /** The own user name. */
  readonly self: () => string | undefined;
}

export class Receipts {
  readonly #settings: ReceiptsSettings;
  readonly #marks = new Marks();
  /**
   * By which session a command was accepted: receipts from before the present one are asked for.
   */
  readonly #acceptedBy = new WeakMap<CommandHandle, Session>();
  #session: Session | undefined;
  #closed = false;

  constructor(settings: ReceiptsSettings) {
    this.#settings = settings;
  }

  connected(session: Session): void {
    this.#session = session;
    for (const conversation of this.#marks.awaited()) this.#ask(conversation);
  }

  accepted(handle: CommandHandle): void {
    if (this.#session !== undefined) this.#acceptedBy.set(handle, this.#session);
  }

  took(frame: Receipt): void {
    const { type: _, ...receipt } = frame;
    if (receipt.user !== this.#settings.self()) this.#marks.raise(receipt);
    this.#settings.events.emit('receipt', receipt);
  }

  /** Resolves when the first other member has come to what was accepted. */
  reached(handle: CommandHandle, acceptance: Acceptance, kind: MarkKind): Promise<void> {
    const { conversation } = handle;
    if (this.#closed || conversation === undefined) {
      return Promise.reject(new ClientError('closed', 'the client is closed'));
    }
    const reached = this.#marks.reached(conversation, acceptance.position, kind);
    if (acceptance.duplicate || this.#acceptedBy.get(handle) !== this.#session) {
      this.#ask(conversation);
    }
    return reached;
  }

  /** Another log: positions lost their meaning. */
  newLog(): void {
    const why = 'the log is another one: its positions mean nothing any more';
    this.#marks.forget(new ClientError('log-changed', why));
  }

  close(error: ClientError): void {
    this.#closed = true;
    this.#marks.forget(error);
  }

  #ask(conversation: string): void {
    this.#read(conversation).catch((cause: unknown) => {
      // Refused: no member any more, so no receipts either. Else the next WELCOME asks again.
      if (cause instanceof RefusedError || this.#closed) return;
      const why = `the marks of ${conversation} cannot be read: ${reasonOf(cause)}`;
      this.#settings.events.fail(new ClientError('timeout', why, { cause }));
    });
  }

  async #read(conversation: string): Promise<void> {
    const { questions, self } = this.#settings;
    const question = { what: 'members', conversation } as const;
    const members = await questions.askAll(question, ({ user }) => user);
    for (const { user, received, read } of members) {
      if (user === self() || received === 0) continue;
      const receipt = { conversation, user, received, read };
      this.#marks.raise(receipt);
      // To the application it is as if the RECEIPT had not been missed.
      this.#settings.events.emit('receipt', receipt);
    }
  }
}
