/**
 * From what is kept to who should see it: merges the drafts, and offers the conversations to those
 * who are here.
 */
import type { Draft } from '../chat/draft.ts';
import { Kept } from '../chat/tail.ts';
import type { Conversations } from './conversations.ts';
import type { Effects } from './effects.ts';
import type { Planned } from './judged.ts';
import type { Offers } from './offers.ts';
import type { Presence } from './presence.ts';
import type { Drafts } from './recall.ts';
import type { Limits } from '../config/limits.ts';

interface Surroundings {
  readonly conversations: Conversations;
  readonly offers: Offers;
  readonly presence: Presence;
  readonly effects: Effects;
  readonly limits: Limits;
}

/** A conversation that has new entries. */
interface Changed {
  readonly draft: Draft;
  /** Friendship began or ended with this batch. */
  readonly friends: 'began' | 'ended' | undefined;
}

export class Fanout {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Makes what was kept the state that everybody sees. */
  merge(kept: readonly Planned[], drafts: Drafts): readonly Changed[] {
    const last = new Map<Draft, Planned>();
    for (const planned of kept) {
      const draft = drafts.get(planned.entry.conversation) as Draft;
      last.set(draft, planned);
      this.#around.effects.kept(planned.shard);
      this.#around.conversations.remember(draft.conversation, new Kept(planned.entry));
    }
    const changed: Changed[] = [];
    for (const [draft, { entry }] of last) {
      const before = draft.conversation.friendship.state;
      draft.merge(entry, this.#around.limits.sendersCached);
      const after = draft.friendship.state;
      const began = after === 'friends' && before !== 'friends';
      const ended = before === 'friends' && after !== 'friends';
      changed.push({ draft, friends: began ? 'began' : ended ? 'ended' : undefined });
    }
    return changed;
  }

  /** Offers it to every session of those who see it. Never waits. */
  deliver(changed: readonly Changed[]): void {
    const { offers, presence } = this.#around;
    for (const { draft, friends } of changed) {
      const { conversation } = draft;
      offers.add(conversation, draft.leavers());
      if (friends && conversation.parsed.kind === 'd') {
        const [a, b] = conversation.parsed.users;
        if (friends === 'began') presence.befriended(a, b);
        else presence.parted(a, b);
      }
    }
    offers.run();
  }
}
