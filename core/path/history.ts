/** History: what the asker may see of a conversation, page by page, cut to fit a frame. */
import type { Entry, Membership, Persistence } from '../contract/index.ts';
import type { Conversation } from '../chat/conversation.ts';
import { deliveryOf } from '../chat/tail.ts';
import type { Delivery } from '../wire/frames.ts';
import { PAGE, PAGE_BODY_BYTES } from './pages.ts';

export interface HistoryQuestion {
  readonly after: number | undefined;
  readonly before: number | undefined;
  readonly limit: number;
  /** True if one more item still fits into the answer. */
  readonly fits: (item: Delivery) => boolean;
}

export interface HistoryAnswer {
  readonly items: readonly Delivery[];
  readonly more: boolean;
}

/**
 * `before` alone asks for the last ones below it, else it goes up from `after`. Reads only what
 * lies in the stays of `user`; the answer ascends.
 */
export async function readHistory(
  persistence: Persistence,
  conversation: Conversation,
  user: string,
  question: HistoryQuestion,
): Promise<HistoryAnswer> {
  const down = question.after === undefined && question.before !== undefined;
  const stays = down ? conversation.staysOf(user).toReversed() : conversation.staysOf(user);
  const items: Delivery[] = [];
  for (const stay of stays) {
    for await (const entry of walk(persistence, conversation, stay, question, down)) {
      const item = deliveryOf(entry);
      if (items.length >= question.limit || !question.fits(item)) {
        return { items: down ? items.toReversed() : items, more: true };
      }
      items.push(item);
    }
  }
  return { items: down ? items.toReversed() : items, more: false };
}

/** The entries of one stay within the question's bounds, upwards or downwards. */
async function* walk(
  persistence: Persistence,
  conversation: Conversation,
  stay: Membership,
  question: HistoryQuestion,
  down: boolean,
): AsyncGenerator<Entry> {
  let after = Math.max(question.after ?? 0, stay.from - 1);
  const top = Math.min(stay.to ?? conversation.position, conversation.position) + 1;
  let before = Math.min(question.before ?? top, top);
  while (after + 1 < before) {
    const take = down ? ('last' as const) : ('first' as const);
    const limit = Math.min(PAGE, question.limit + 1);
    const page = await persistence.readConversation(conversation.name, {
      after,
      before,
      limit,
      bodyMaxBytes: PAGE_BODY_BYTES,
      take,
    });
    yield* down ? page.toReversed() : page;
    if (down) before = page[0]?.position ?? 0;
    else after = page.at(-1)?.position ?? before;
  }
}
