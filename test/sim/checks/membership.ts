/**
 * The membership oracle: who may see which positions of a conversation, read off its log and
 * nothing else.
 */
import type { SeenEntry } from '../history.ts';

/** One stay, both ends included. */
interface Stay {
  readonly from: number;
  to: number;
}

export class MembershipOracle {
  readonly #stays = new Map<string, Stay[]>();

  /** `entries`: one conversation's, ascending. */
  constructor(conversation: string, entries: readonly SeenEntry[]) {
    if (conversation.startsWith('d/')) {
      for (const user of conversation.split('/').slice(1)) this.#enter(user, 1);
      return;
    }
    for (const entry of entries) this.#apply(entry);
  }

  get users(): readonly string[] {
    return [...this.#stays.keys()];
  }

  sees(user: string, position: number): boolean {
    const stays = this.#stays.get(user) ?? [];
    return stays.some((stay) => stay.from <= position && position <= stay.to);
  }

  #apply({ kind, user, users, position }: SeenEntry): void {
    if (kind === 'group.create' || kind === 'group.join') this.#enter(user, position);
    if (kind === 'group.create' || kind === 'group.add')
      for (const other of users) this.#enter(other, position);
    if (kind === 'group.remove') for (const other of users) this.#leave(other, position);
    if (kind === 'group.leave') this.#leave(user, position);
  }

  #enter(user: string, position: number): void {
    const stays = this.#stays.get(user) ?? [];
    this.#stays.set(user, stays);
    if (stays.at(-1)?.to !== Infinity) stays.push({ from: position, to: Infinity });
  }

  #leave(user: string, position: number): void {
    const last = this.#stays.get(user)?.at(-1);
    if (last?.to === Infinity) last.to = position;
  }
}
