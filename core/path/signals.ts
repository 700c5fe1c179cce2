/** Signals: best effort, to all other connections of the members, never stored. */
import { reasonOf, type Counter, type Log } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { Directory } from '../session/directory.ts';
import type { Rates } from '../session/rates.ts';
import type { Session } from '../session/session.ts';
import type { Signal } from '../wire/frames.ts';
import { parseConversation } from '../wire/names.ts';
import type { Conversations } from './conversations.ts';

interface Surroundings {
  readonly directory: Directory;
  readonly conversations: Conversations;
  readonly limits: Limits;
  readonly log: Log;
  /** One signal to a large group is much work for little: nobody may ask for it without end. */
  readonly rates: Rates;
  readonly dropped: Counter;
}

export class Signals {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Passes a signal on, or ignores it: unknown conversation, no member, too long, too many. */
  pass(session: Session, signal: Signal): void {
    const { conversations, limits, dropped, log, rates } = this.#around;
    if ((signal.body?.length ?? 0) > limits.signalMax || !parseConversation(signal.conversation)) {
      dropped.add(1, 'ill-formed');
      return;
    }
    if (!rates.take(session.user)) {
      dropped.add(1, 'too many');
      return;
    }
    const cached = conversations.get(signal.conversation);
    if (cached) {
      this.#send(session, signal, cached);
      return;
    }
    conversations.pin(signal.conversation).then(
      (conversation) => {
        this.#send(session, signal, conversation);
        conversations.unpin(conversation);
      },
      (error: unknown) => log.warn('a signal was dropped', { why: reasonOf(error) }),
    );
  }

  #send(from: Session, signal: Signal, conversation: Conversation): void {
    const { directory, dropped } = this.#around;
    if (!conversation.members.has(from.user)) {
      dropped.add(1, 'no member');
      return;
    }
    const frame = { ...signal, from: from.user };
    for (const member of conversation.members.keys()) {
      for (const session of directory.sessionsOf(member)) {
        if (session === from) continue;
        if (session.output.blocked) dropped.add(1, 'slow');
        else session.output.write(frame);
      }
    }
  }
}
