/** Questions: not numbered, without effect, answered from what is kept. */
import { reasonOf, type Counter, type Log, type Persistence } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { Session } from '../session/session.ts';
import type { Code } from '../wire/codes.ts';
import { utf8Length } from '../wire/bytes.ts';
import { encodeFrame } from '../wire/frame-buffer.ts';
import type { Items, MemberItem, Query, Result, What } from '../wire/frames.ts';
import { encodeJson } from '../wire/json.ts';
import { compareNames, parseConversation } from '../wire/names.ts';
import type { Conversations } from './conversations.ts';
import { readHistory } from './history.ts';
import type { Presence } from './presence.ts';
import type { Progress } from './progress.ts';

interface Surroundings {
  readonly persistence: Persistence;
  readonly conversations: Conversations;
  readonly presence: Presence;
  readonly progress: Progress;
  readonly limits: Limits;
  readonly log: Log;
  readonly refused: Counter;
}

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;
/** Server frames may be this much longer than a client's. */
const FRAME_ALLOWANCE = 1024;
const RESULT_OVERHEAD = 256;

/** A question that is refused. */
class Refused extends Error {
  readonly code: Code;

  constructor(code: Code, detail: string) {
    super(detail);
    this.code = code;
  }
}

export class Questions {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** The answer to a question, a refusal too; never rejects. */
  async answer(session: Session, query: Query): Promise<Result> {
    try {
      return await this.#ask(session, query);
    } catch (error) {
      const { code, message } = error instanceof Refused ? error : this.#unanswered(error);
      this.#around.refused.add(1, code);
      return { ...result(query, 'history', [], false), code, detail: message };
    }
  }

  #unanswered(error: unknown): Refused {
    this.#around.log.warn('a question was not answered', { why: reasonOf(error) });
    return new Refused('not-ready', 'the store cannot be read');
  }

  #ask(session: Session, query: Query): Promise<Result> {
    switch (query.what) {
      case 'history':
        return this.#history(session, query);
      case 'conversations':
        return this.#conversationsOf(session, query);
      case 'members':
        return this.#members(session, query);
      case 'friends':
        return this.#friends(session, query);
      case 'presence':
        return this.#presence(session, query);
      default:
        throw new Refused('invalid', 'no such question');
    }
  }

  async #history(session: Session, query: Query): Promise<Result> {
    return this.#with(session, query, async (conversation) => {
      const fits = this.#room(session, query, 'history');
      const { items, more } = await readHistory(
        this.#around.persistence,
        conversation,
        session.user,
        {
          after: query.after,
          before: query.before,
          limit: limitOf(query),
          fits,
        },
      );
      const firstAvailable = conversation.firstVisible(session.user);
      return { ...result(query, 'history', items, more), firstAvailable };
    });
  }

  async #conversationsOf(session: Session, query: Query): Promise<Result> {
    const limit = limitOf(query);
    const { user } = session;
    const { persistence, progress } = this.#around;
    // Marks are told as they are kept: who asks takes them for safe. First those that just moved.
    await progress.flush();
    const lines = await persistence.conversationsOf(user, query.from ?? '', limit + 1);
    const items = lines.map((line) => {
      const { conversation, last, received, read } = line;
      const title = line.title === undefined ? {} : { title: line.title };
      return { conversation, last, received, read, ...title };
    });
    return this.#cut(session, query, 'conversations', items);
  }

  async #members(session: Session, query: Query): Promise<Result> {
    return this.#with(session, query, async (conversation) => {
      if (!conversation.members.has(session.user)) {
        throw new Refused('not-member', 'no member of this group any more');
      }
      const items: MemberItem[] = [];
      for (const [user, stay] of conversation.members) {
        if (user <= (query.from ?? '')) continue;
        items.push({ user, role: stay.role, joined: stay.from, ...conversation.marksOf(user) });
      }
      items.sort((a, b) => compareNames(a.user, b.user));
      return this.#cut(session, query, 'members', items);
    });
  }

  async #friends(session: Session, query: Query): Promise<Result> {
    const { persistence } = this.#around;
    const lines = await persistence.friendsOf(session.user, query.from ?? '', limitOf(query) + 1);
    return this.#cut(session, query, 'friends', lines);
  }

  async #presence(session: Session, query: Query): Promise<Result> {
    const found = await this.#around.presence.look(session.user, query.user);
    const items = found.filter(({ user }) => user > (query.from ?? ''));
    items.sort((a, b) => compareNames(a.user, b.user));
    return this.#cut(session, query, 'presence', items);
  }

  /** Does something with the conversation that is asked about, if the asker may see it. */
  async #with(
    session: Session,
    query: Query,
    run: (conversation: Conversation) => Promise<Result>,
  ): Promise<Result> {
    const name = query.conversation ?? '';
    if (!parseConversation(name)) throw new Refused('invalid', 'no conversation has this name');
    const conversation = await this.#around.conversations.pin(name);
    try {
      if (!conversation.knows(session.user)) throw new Refused('not-found', 'no such conversation');
      return await run(conversation);
    } finally {
      this.#around.conversations.unpin(conversation);
    }
  }

  /** Cuts a list to the limit and to what fits a frame. */
  #cut<W extends What>(
    session: Session,
    query: Query,
    what: W,
    items: readonly Items[W][],
  ): Result<W> {
    const fits = this.#room(session, query, what);
    const cut: Items[W][] = [];
    for (const item of items) {
      if (cut.length >= limitOf(query) || !fits(item)) return result(query, what, cut, true);
      cut.push(item);
    }
    return result(query, what, cut, false);
  }

  /** Says, item by item, whether it still fits; the first one always does. */
  #room<W extends What>(session: Session, query: Query, what: W): (item: Items[W]) => boolean {
    const json = session.binding.encoding === 'json';
    let left = this.#around.limits.maxFrame + FRAME_ALLOWANCE - RESULT_OVERHEAD;
    let first = true;
    return (item) => {
      const alone = result(query, what, [item], false) as Result;
      left -= json ? utf8Length(encodeJson(alone)) : encodeFrame(alone).length;
      const fits = first || left >= 0;
      first = false;
      return fits;
    };
  }
}

function result<W extends What>(
  query: Query,
  what: W,
  item: readonly Items[W][],
  more: boolean,
): Result<W> {
  return { type: 'result', query: query.query, what, item, ...(more ? { more: 1 } : {}) };
}

function limitOf(query: Query): number {
  return Math.min(Math.max(query.limit ?? LIMIT_DEFAULT, 1), LIMIT_MAX);
}
