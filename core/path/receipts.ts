/**
 * Marks that are kept become RECEIPTs: to the authors newly covered and to the user's own other
 * devices.
 */
import { reasonOf, type Counter, type Log, type Persistence } from '../contract/index.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { Directory } from '../session/directory.ts';
import type { Session } from '../session/session.ts';
import { PAGE, PAGE_BODY_BYTES } from './pages.ts';
import type { MarkMove } from './progress.ts';

const NOBODY: ReadonlySet<string> = new Set();

export class Receipts {
  readonly #directory: Directory;
  readonly #persistence: Persistence;
  readonly #log: Log;
  readonly #sent: Counter;

  constructor(directory: Directory, persistence: Persistence, log: Log, sent: Counter) {
    this.#directory = directory;
    this.#persistence = persistence;
    this.#log = log;
    this.#sent = sent;
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
      if (session === move.by) return;
      this.#sent.add();
      session.output.write(frame);
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
    const covered = Math.min(
      grew ? before.received : after.received,
      after.read > before.read ? before.read : after.received,
    );
    // What came before the user did is nothing to be read, however much it is.
    const from = Math.max(covered, conversation.firstVisible(user) - 1);
    const authors = new Set<string>();
    for (let position = upTo; position > from; position -= 1) {
      const kept = conversation.tail.get(position);
      if (!kept) return this.#readBack(move, from, position + 1, authors);
      if (conversation.sees(user, position)) authors.add(kept.user);
    }
    return authors;
  }

  /** Reads back until all who could be told are found, or all that is newly covered is read. */
  async #readBack(
    { conversation, user }: MarkMove,
    after: number,
    below: number,
    authors: Set<string>,
  ): Promise<ReadonlySet<string>> {
    const awaited = this.#here(conversation);
    for (const found of [user, ...authors]) awaited.delete(found);
    for (let before = below; awaited.size > 0 && before - 1 > after;) {
      const within = { limit: PAGE, bodyMaxBytes: PAGE_BODY_BYTES };
      const range = { after, before, ...within, take: 'last' as const };
      const entries = await this.#persistence.readConversation(conversation.name, range);
      for (const entry of entries) {
        if (!conversation.sees(user, entry.position)) continue;
        authors.add(entry.user);
        awaited.delete(entry.user);
      }
      before = entries[0]?.position ?? 0;
    }
    return authors;
  }

  /** The members who have a session. */
  #here(conversation: Conversation): Set<string> {
    const here = new Set<string>();
    for (const member of conversation.members.keys()) {
      for (const _ of this.#directory.sessionsOf(member)) here.add(member);
    }
    return here;
  }

  /** True if somebody else is there to be told. */
  #hears(move: MarkMove, user: string): boolean {
    for (const session of this.#directory.sessionsOf(user)) if (session !== move.by) return true;
    return false;
  }
}
