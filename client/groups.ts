/**
 * Groups and friends: acts are commands like messages, numbered, kept in the outbox and effective
 * exactly once.
 */
import type { Act, FriendItem } from '../core/wire/frames.ts';
import { groupOf } from './addressing.ts';
import type { CommandHandle } from './command-handle.ts';
import type { Questions } from './questions.ts';

export type ActFields = Pick<Act, 'user' | 'title' | 'open'>;
/** Sends an act: `to` is a conversation, or a user for one in the direct conversation with them. */
export type SendAct = (to: string, action: string, fields?: ActFields) => CommandHandle;

export interface NewGroup {
  /** The first members besides the creator. */
  readonly members?: readonly string[];
  readonly title?: string;
  /** True: anyone may join. */
  readonly open?: boolean;
}

/** `group` is the name, with or without `g/`. */
export class Groups {
  readonly #act: SendAct;

  constructor(act: SendAct) {
    this.#act = act;
  }

  create(group: string, { members = [], title, open }: NewGroup = {}): CommandHandle {
    return this.#act(groupOf(group), 'group.create', {
      ...(members.length === 0 ? {} : { user: members }),
      ...(title === undefined ? {} : { title }),
      ...(open === true ? { open: 1 } : {}),
    });
  }

  add(group: string, users: string | readonly string[]): CommandHandle {
    return this.#users(group, 'group.add', users);
  }

  remove(group: string, users: string | readonly string[]): CommandHandle {
    return this.#users(group, 'group.remove', users);
  }

  join(group: string): CommandHandle {
    return this.#act(groupOf(group), 'group.join');
  }

  leave(group: string): CommandHandle {
    return this.#act(groupOf(group), 'group.leave');
  }

  rename(group: string, title: string): CommandHandle {
    return this.#act(groupOf(group), 'group.rename', { title });
  }

  promote(group: string, users: string | readonly string[]): CommandHandle {
    return this.#users(group, 'group.promote', users);
  }

  demote(group: string, users: string | readonly string[]): CommandHandle {
    return this.#users(group, 'group.demote', users);
  }

  #users(group: string, action: string, users: string | readonly string[]): CommandHandle {
    return this.#act(groupOf(group), action, { user: typeof users === 'string' ? [users] : users });
  }
}

export class Friends {
  readonly #act: SendAct;
  readonly #questions: Questions;

  constructor(act: SendAct, questions: Questions) {
    this.#act = act;
    this.#questions = questions;
  }

  request(user: string): CommandHandle {
    return this.#act(user, 'friend.request');
  }

  accept(user: string): CommandHandle {
    return this.#act(user, 'friend.accept');
  }

  reject(user: string): CommandHandle {
    return this.#act(user, 'friend.reject');
  }

  remove(user: string): CommandHandle {
    return this.#act(user, 'friend.remove');
  }

  /** Friends, and requests both ways. */
  list(): Promise<FriendItem[]> {
    return this.#questions.askAll({ what: 'friends' }, ({ user }) => user);
  }
}
