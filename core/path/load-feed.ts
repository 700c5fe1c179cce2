/** Brings a device's place in a conversation into memory. */
import type { Session } from '../session/session.ts';
import { parseConversation } from '../wire/names.ts';
import type { DeliverySurroundings } from './delivery-surroundings.ts';
import { Feed } from './feed.ts';

/**
 * The place, its conversation pinned; undefined if the session's user is not and was not in it.
 * Rejects as the store does; then nothing is pinned.
 */
export async function loadFeed(
  name: string,
  session: Session,
  around: DeliverySurroundings,
): Promise<Feed | undefined> {
  const { conversations, persistence, progress } = around;
  const { user, device } = session;
  const conversation = await conversations.pin(name);
  try {
    if (!conversation.knows(user)) {
      conversations.unpin(conversation);
      return undefined;
    }
    const place = await persistence.loadCursor(name, user, device);
    const cursor = Math.max(place.cursor, progress.cursorOf(name, user, device) ?? 0);
    const feed = new Feed(conversation, { user, device }, { ...place, cursor }, around);
    feed.sentBefore = around.sentBefore.of(session, name);
    return feed;
  } catch (error) {
    conversations.unpin(conversation);
    throw error;
  }
}

/** False for a name that is none, or of others' direct conversation: not worth a look-up. */
export function mayBeIn(name: string, user: string): boolean {
  const parsed = parseConversation(name);
  return parsed?.kind === 'd' ? parsed.users.includes(user) : parsed !== undefined;
}
