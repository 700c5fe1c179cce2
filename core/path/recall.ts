/**
 * Before a batch is judged: brings everything that judging it needs into memory, so that judging
 * never waits.
 */
import type { Entry, Persistence, SenderKey } from '../contract/index.ts';
import { Draft } from '../chat/draft.ts';
import { Sender, type Placed } from '../chat/sender.ts';
import type { Conversations } from './conversations.ts';
import type { Handed } from './handed.ts';
import type { RecentAnswers, Wanted } from './recent-answers.ts';

export type Drafts = ReadonlyMap<string, Draft>;

/** A number of a sender that the cache in memory has let go. */
interface OldNumber extends Wanted {
  readonly draft: Draft;
  /** Of `draft.looked`. */
  readonly key: string;
}

export class Recall {
  readonly #persistence: Persistence;
  readonly #conversations: Conversations;
  readonly #recent: RecentAnswers;

  constructor(persistence: Persistence, conversations: Conversations, recent: RecentAnswers) {
    this.#persistence = persistence;
    this.#conversations = conversations;
    this.#recent = recent;
  }

  /**
   * One draft per conversation of the batch, its conversation pinned until `close`. Rejects as the
   * persistence does when it cannot be read; then nothing is pinned.
   */
  async open(batch: readonly Handed[]): Promise<Drafts> {
    const drafts = new Map<string, Draft>();
    try {
      await this.#pin(batch, drafts);
      await this.#senders(batch, drafts);
      await this.#oldNumbers(batch, drafts);
      return drafts;
    } catch (error) {
      this.close(drafts);
      throw error;
    }
  }

  close(drafts: Drafts): void {
    for (const draft of drafts.values()) this.#conversations.unpin(draft.conversation);
  }

  async #pin(batch: readonly Handed[], drafts: Map<string, Draft>): Promise<void> {
    const cold = new Set<string>();
    for (const { command } of batch) {
      const name = command.conversation;
      if (drafts.has(name) || cold.has(name)) continue;
      const cached = this.#conversations.pinCached(name);
      if (cached) drafts.set(name, new Draft(cached));
      else cold.add(name);
    }
    await allDone(
      [...cold].map(async (name) => {
        drafts.set(name, new Draft(await this.#conversations.pin(name)));
      }),
    );
  }

  async #senders(batch: readonly Handed[], drafts: Drafts): Promise<void> {
    const missing = new Map<string, { key: SenderKey; draft: Draft; sender: string }>();
    for (const { command, user, device, sender } of batch) {
      const draft = drafts.get(command.conversation) as Draft;
      if (draft.senders.has(sender)) continue;
      const known = draft.conversation.sender(sender);
      if (known || !draft.conversation.exists) {
        draft.senders.set(sender, known ?? new Sender());
        continue;
      }
      const key = { conversation: command.conversation, user, device };
      missing.set(`${command.conversation} ${sender}`, { key, draft, sender });
    }
    if (missing.size === 0) return;
    const wanted = [...missing.values()];
    const entries = await this.#persistence.lastEntries(wanted.map(({ key }) => key));
    for (const [at, { draft, sender }] of wanted.entries()) {
      const found = new Sender();
      const entry = entries[at];
      if (entry) found.keep(entry.number, placedOf(entry));
      draft.senders.set(sender, found);
    }
  }

  /** Repeats of numbers that the cache has let go. */
  async #oldNumbers(batch: readonly Handed[], drafts: Drafts): Promise<void> {
    const old: OldNumber[] = [];
    for (const { command, user, device, sender } of batch) {
      const { conversation, number } = command;
      const draft = drafts.get(conversation) as Draft;
      const known = draft.senders.get(sender);
      if (!known || number === 0 || number > known.last || known.recent.has(number)) continue;
      const key = `${sender} ${number}`;
      if (draft.looked.has(key)) continue;
      draft.looked.set(key, undefined);
      const lastPosition = draft.position;
      old.push({ draft, key, sender: { conversation, user, device }, number, lastPosition });
    }
    if (old.length === 0) return;
    const rest = this.#recent.idle ? old : await this.#notRecent(old);
    await allDone(rest.map((one) => this.#look(one)));
  }

  /** Answers what the shared cache knows, and returns the others. */
  async #notRecent(old: readonly OldNumber[]): Promise<readonly OldNumber[]> {
    const found = await this.#recent.recall(old);
    return old.filter(({ draft, key }, at) => {
      const placed = found[at];
      if (placed) draft.looked.set(key, placed);
      return !placed;
    });
  }

  async #look({ draft, key, sender, number }: OldNumber): Promise<void> {
    const entry = await this.#persistence.findEntry(sender, number);
    if (!entry) return;
    draft.looked.set(key, placedOf(entry));
    this.#recent.note([entry]);
  }
}

/** Waits for all of them, also when one fails: what it began must have ended. */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
  const settled = await Promise.allSettled(work);
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
}

export function placedOf(entry: Entry): Placed {
  const { id, position, order, acceptedAt } = entry;
  return { id, position, order, acceptedAt };
}
