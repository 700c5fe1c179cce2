/**
 * Tells those who are here that a conversation has something new, so many in one turn of the event
 * loop, the conversations by turns. An offer only says "look": a session sends what its place in
 * the log asks for, whenever it looks. So offers may be late and may be gathered, and order holds.
 */
import type { Clock } from '../contract/index.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { Attendants } from './attendants.ts';

/** Looking up a member who is not here is so much cheaper than telling a session. */
const MEMBERS_PER_SESSION = 16;
/** What one conversation gets before the next has its turn, as a part of the whole. */
const SHARES = 8;

interface Surroundings {
  readonly attendants: Attendants;
  readonly clock: Clock;
  /** Sessions told in one turn of the event loop; it may change. */
  readonly bound: { readonly perTurn: number };
}

/** One conversation, from its first member to its last. */
interface Round {
  conversation: Conversation;
  users: Iterator<string>;
  /** Who left with what is new, and may see it still. */
  leavers: Set<string>;
  /** Something new came since the round began: another one follows. */
  again: boolean;
}

export class Offers {
  readonly #around: Surroundings;
  /** By conversation, in turn. */
  readonly #rounds = new Map<string, Round>();
  #planned = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Conversations that not everybody has been told of. */
  get size(): number {
    return this.#rounds.size;
  }

  /** Notes what is new; `run` begins to tell. */
  add(conversation: Conversation, leavers: Iterable<string>): void {
    const round = this.#rounds.get(conversation.name);
    if (!round) {
      const gone = new Set(leavers);
      const users = everybody(conversation, gone);
      this.#rounds.set(conversation.name, { conversation, users, leavers: gone, again: false });
      return;
    }
    round.conversation = conversation;
    round.again = true;
    for (const user of leavers) round.leavers.add(user);
  }

  /** Tells now whom one turn has room for, and the rest in later turns. */
  run(): void {
    if (!this.#planned) this.#turn();
  }

  #turn(): void {
    const { clock, bound } = this.#around;
    this.#planned = false;
    let left = bound.perTurn * MEMBERS_PER_SESSION;
    const share = Math.ceil(left / SHARES);
    for (const [name, round] of this.#rounds) {
      if (left <= 0) break;
      const end = left - share;
      while (left > 0 && left > end && this.#rounds.get(name) === round) {
        left -= this.#step(name, round);
      }
      if (this.#rounds.delete(name)) this.#rounds.set(name, round);
    }
    if (this.#rounds.size === 0) return;
    this.#planned = true;
    clock.soon(() => this.#turn());
  }

  /** Tells the next user; returns what it cost. */
  #step(name: string, round: Round): number {
    const next = round.users.next();
    if (next.done !== true) {
      const told = this.#around.attendants.offer(next.value, round.conversation);
      return 1 + told * MEMBERS_PER_SESSION;
    }
    if (round.again) {
      round.again = false;
      round.users = everybody(round.conversation, round.leavers);
    } else this.#rounds.delete(name);
    return 1;
  }
}

function* everybody(conversation: Conversation, leavers: Set<string>): Generator<string> {
  yield* conversation.members.keys();
  for (const user of leavers) if (!conversation.members.has(user)) yield user;
}
