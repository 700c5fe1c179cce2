/**
 * Rules of groups: who may send, and who may change what. Acts on several users are all or nothing.
 */
import type { Membership } from '../contract/index.ts';
import type { Act, Send } from '../wire/frames.ts';
import { compareNames } from '../wire/names.ts';
import { notAMember, refuse, type Case, type Effect, type Refusal } from './rules.ts';

type Verdict = Refusal | Effect;

export function judgeGroupSend(it: Case<Send>): Verdict {
  return notAMember(it.draft, it.user) ?? it.guarded ?? { kind: 'message' };
}

export function judgeGroupAct(it: Case<Act>): Verdict {
  const { action } = it.command;
  if (action === 'group.create') return create(it);
  if (action === 'group.join') return join(it);
  const outside = notAMember(it.draft, it.user);
  if (outside) return outside;
  switch (action) {
    case 'group.leave':
      return leave(it);
    case 'group.rename':
      return rename(it);
    case 'group.add':
      return add(it);
    case 'group.remove':
      return remove(it);
    case 'group.promote':
      return promote(it);
    default:
      return demote(it);
  }
}

function create(it: Case<Act>): Verdict {
  const { draft, command, user, at } = it;
  if (draft.exists) return refuse('already', 'this name is taken');
  const users = (command.user ?? []).filter((other) => other !== user);
  if (users.length + 1 > it.rules.limits.groupMembers) return full(it);
  draft.join(user, 'owner', at);
  for (const other of users) draft.join(other, 'member', at);
  if (command.title !== undefined) draft.title = command.title;
  draft.open = command.open === 1;
  return { kind: 'group.create', users, title: command.title, open: draft.open };
}

function join(it: Case<Act>): Verdict {
  const { draft, user, at } = it;
  if (draft.members.has(user)) return refuse('already', 'already a member');
  // An emptied group stays closed.
  if (!draft.open || draft.members.size === 0) return refuse('not-found', 'no such conversation');
  if (draft.members.size + 1 > it.rules.limits.groupMembers) return full(it);
  draft.join(user, 'member', at);
  return { kind: 'group.join' };
}

function leave(it: Case<Act>): Verdict {
  const { draft, user, at } = it;
  const owned = draft.role(user) === 'owner';
  draft.leave(user, at);
  if (owned) handOver(it);
  return { kind: 'group.leave' };
}

/** To the longest-standing admin, else member; names decide between those who came together. */
function handOver(it: Case<Act>): void {
  let heir: Membership | undefined;
  for (const stay of it.draft.members.values()) if (!heir || precedes(stay, heir)) heir = stay;
  if (heir) it.draft.setRole(heir.user, 'owner');
}

function precedes(a: Membership, b: Membership): boolean {
  if (a.role !== b.role) return a.role === 'admin';
  if (a.from !== b.from) return a.from < b.from;
  return compareNames(a.user, b.user) < 0;
}

function rename(it: Case<Act>): Verdict {
  const denied = needsAdmin(it);
  if (denied) return denied;
  it.draft.title = it.command.title;
  return { kind: 'group.rename', title: it.command.title };
}

function add(it: Case<Act>): Verdict {
  const denied = needsAdmin(it);
  if (denied) return denied;
  const users = it.command.user ?? [];
  if (users.some((user) => it.draft.members.has(user))) {
    return refuse('already', 'one of them is a member');
  }
  if (it.draft.members.size + users.length > it.rules.limits.groupMembers) return full(it);
  for (const user of users) it.draft.join(user, 'member', it.at);
  return { kind: 'group.add', users };
}

function remove(it: Case<Act>): Verdict {
  const denied = needsAdmin(it);
  if (denied) return denied;
  const users = it.command.user ?? [];
  const missing = notThere(it, users);
  if (missing) return missing;
  const byOwner = it.draft.role(it.user) === 'owner';
  for (const user of users) {
    const role = it.draft.role(user);
    if (role === 'owner') return refuse('forbidden', 'nobody removes the owner');
    if (role === 'admin' && !byOwner) return refuse('forbidden', 'only the owner removes admins');
  }
  for (const user of users) it.draft.leave(user, it.at);
  return { kind: 'group.remove', users };
}

function promote(it: Case<Act>): Verdict {
  const denied = needsOwner(it);
  if (denied) return denied;
  const users = it.command.user ?? [];
  const missing = notThere(it, users);
  if (missing) return missing;
  if (users.some((user) => it.draft.role(user) !== 'member')) {
    return refuse('already', 'one of them is an admin');
  }
  for (const user of users) it.draft.setRole(user, 'admin');
  return { kind: 'group.promote', users };
}

function demote(it: Case<Act>): Verdict {
  const denied = needsOwner(it);
  if (denied) return denied;
  const users = it.command.user ?? [];
  const missing = notThere(it, users);
  if (missing) return missing;
  for (const user of users) {
    const role = it.draft.role(user);
    if (role === 'owner') return refuse('forbidden', 'nobody demotes the owner');
    if (role === 'member') return refuse('already', 'one of them is no admin');
  }
  for (const user of users) it.draft.setRole(user, 'member');
  return { kind: 'group.demote', users };
}

function notThere(it: Case<Act>, users: readonly string[]): Refusal | undefined {
  const there = users.every((user) => it.draft.members.has(user));
  return there ? undefined : refuse('not-found', 'one of them is no member');
}

function needsAdmin(it: Case<Act>): Refusal | undefined {
  const role = it.draft.role(it.user);
  if (role === 'owner' || role === 'admin') return undefined;
  return refuse('forbidden', 'only the owner and admins may');
}

function needsOwner(it: Case<Act>): Refusal | undefined {
  return it.draft.role(it.user) === 'owner' ? undefined : refuse('forbidden', 'only the owner may');
}

function full(it: Case<Act>): Refusal {
  return refuse('group-full', `a group has at most ${it.rules.limits.groupMembers} members`);
}
