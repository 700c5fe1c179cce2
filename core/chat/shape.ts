/** What can be said of a command without looking at any state: names, sizes, the form of acts. */
import type { Act, Send } from '../wire/frames.ts';
import { isUtf8, utf8Length } from '../wire/bytes.ts';
import { isName, isTextMedia, parseConversation } from '../wire/names.ts';
import type { Limits } from '../config/limits.ts';
import { refuse, type Refusal } from './rules.ts';

const MEDIA_TYPE_MAX = 255;
/** Not every store can keep it in a text. */
const NUL = '\0';

const GROUP_ACTS: ReadonlySet<string> = new Set([
  'group.create',
  'group.add',
  'group.remove',
  'group.join',
  'group.leave',
  'group.rename',
  'group.promote',
  'group.demote',
]);
const FRIEND_ACTS: ReadonlySet<string> = new Set([
  'friend.request',
  'friend.accept',
  'friend.reject',
  'friend.remove',
]);
const NEEDS_USERS: ReadonlySet<string> = new Set([
  'group.add',
  'group.remove',
  'group.promote',
  'group.demote',
]);

/**
 * The refusal of a command whose form is wrong; undefined if it is right. The conversation's name
 * is.
 */
export function checkShape(command: Send | Act, limits: Limits): Refusal | undefined {
  return command.type === 'send' ? checkSend(command, limits) : checkAct(command, limits);
}

function checkSend(command: Send, limits: Limits): Refusal | undefined {
  if (command.body.length > limits.bodyMax) {
    return refuse('too-large', `a body has at most ${limits.bodyMax} octets`);
  }
  if ((command.mediaType?.length ?? 0) > MEDIA_TYPE_MAX) {
    return refuse('invalid', `a media type has at most ${MEDIA_TYPE_MAX} characters`);
  }
  if (command.mediaType?.includes(NUL)) return refuse('invalid', 'a media type holds no NUL');
  if (isTextMedia(command.mediaType) && !isUtf8(command.body)) {
    return refuse('invalid', 'the body of a text must be well-formed UTF-8');
  }
  return undefined;
}

function checkAct(command: Act, limits: Limits): Refusal | undefined {
  const { action } = command;
  const kind = parseConversation(command.conversation)?.kind;
  if (!GROUP_ACTS.has(action) && !FRIEND_ACTS.has(action)) {
    return refuse('invalid', 'no such action');
  }
  if (GROUP_ACTS.has(action) !== (kind === 'g')) {
    return refuse('invalid', 'this action belongs to the other kind of conversation');
  }
  if (kind === 'd') return undefined;
  if (action === 'group.rename' && !command.title) return refuse('invalid', 'a title is needed');
  if (command.title?.includes(NUL)) return refuse('invalid', 'a title holds no NUL');
  if (command.title !== undefined && utf8Length(command.title) > limits.titleMax) {
    return refuse('too-large', `a title has at most ${limits.titleMax} octets`);
  }
  return checkUsers(command, limits);
}

function checkUsers(command: Act, limits: Limits): Refusal | undefined {
  const users = command.user ?? [];
  if (NEEDS_USERS.has(command.action) && users.length === 0) {
    return refuse('invalid', 'users are needed');
  }
  if (users.length > limits.actUsers) {
    return refuse('too-large', `an act names at most ${limits.actUsers} users`);
  }
  if (new Set(users).size !== users.length) return refuse('invalid', 'a user is named twice');
  if (!users.every(isName)) return refuse('invalid', 'a user has an ill-formed name');
  return undefined;
}
