/**
 * Marks that are kept become RECEIPTs: to the authors newly covered and to the user's own other
 * devices.
 */
import { reasonOf, type Log, type Persistence } from '../contract/index.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { Directory } from '../session/directory.ts';
import type { Session } from '../session/session.ts';
import type { MarkMove } from './progress.ts';

/** Entries read back, at most, to find the authors of a range that is no longer in memory. */
const READ_BACK_MAX = 500;
const NOBODY: ReadonlySet<string> = new Set();

export class Receipts {
  readonly #directory: Directory;
  readonly #persistence: Persistence;
  readonly #log: Log;

  constructor(directory: Directory, persistence: Persistence, log: Log) {
    this.#directory = directory;
    this.#persistence = persistence;
    this.#log = log;
  }

  /** Sends what these moves are worth telling; never waits and never throws. */
  tell(moves: Iterable<MarkMove>): void {
    for (const move of moves) {
      const authors = this.#authors(move);
      if (authors instanceof Promise) {
        authors.then(
          (found) => this.#send(move, found),
          (error: unknown) => this.#log.warn('a receipt was not sent', { why: reasonOf(error) }),
        );
      } else this.#send(move, authors);
    }
  }

  #send(move: MarkMove, authors: ReadonlySet<string>): void {
    const frame = {
      type: 'receipt' as const,
      conversation: move.conversation.name,
      user: move.user,
      ...move.after,
    };
    const tell = (session: Session): void => {
      if (session !== move.by) session.output.write(frame);
    };
    for (const session of this.#directory.sessionsOf(move.user)) tell(session);
    for (const author of authors) {
      if (author === move.user || !move.conversation.members.has(author)) continue;
      for (const session of this.#directory.sessionsOf(author)) tell(session);
    }
  }

  /** Who wrote what the move newly covers, as far as the user sees it. */
  #authors(move: MarkMove): ReadonlySet<string> | Promise<ReadonlySet<string>> {
    const { conversation, user, before, after } = move;
    const { parsed } = conversation;
    if (parsed.kind === 'd' && !parsed.users.some((other) => this.#hears(move, other))) {
      return NOBODY;
    }
    const grew = after.received > before.received;
    const upTo = grew ? after.received : after.read;
    const from = Math.min(
      grew ? before.received : after.received,
      after.read > before.read ? before.read : after.received,
    );
    const authors = new Set<string>();
    for (let position = upTo; position > from; position -= 1) {
      const kept = conversation.tail.get(position);
      if (!kept) return this.#readBack(conversation, user, from, position + 1, authors);
      if (conversation.sees(user, position)) authors.add(kept.user);
    }
    return authors;
  }

  async #readBack(
    conversation: Conversation,
    user: string,
    after: number,
    before: number,
    authors: Set<string>,
  ): Promise<ReadonlySet<string>> {
    const range = { after, before, limit: READ_BACK_MAX, take: 'last' as const };
    for (const entry of await this.#persistence.readConversation(conversation.name, range)) {
      if (conversation.sees(user, entry.position)) authors.add(entry.user);
    }
    return authors;
  }

  /** True if somebody else is there to be told. */
  #hears(move: MarkMove, user: string): boolean {
    for (const session of this.#directory.sessionsOf(user)) if (session !== move.by) return true;
    return false;
  }
}
