/** What a chat line looks like; nothing that others write can steer the terminal. */
import type { ActEntry, EntryHead, Message } from '../client/index.ts';

/**
 * Controls (C0, DEL, C1: with them every escape sequence loses its beginning), line and paragraph
 * separators, and the marks that turn the direction of text.
 */
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- These are what is looked for.
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{RGI_Emoji}/v;
const ZERO_WIDTH = /\p{Mark}|\p{Cf}/u;
/** Further lines of one message stand under its first. */
const INDENT = '\n      ';
const MINUTE_DIGITS = 2;

/** Text from others without anything that could move the cursor, colour, hide or turn. */
export function safeText(text: string): string {
  return text.replace(/\t/g, ' ').replace(UNSAFE, '').trimEnd().replaceAll('\n', INDENT);
}

/** Columns that the text takes on a terminal. */
export function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (!ZERO_WIDTH.test(character)) columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

export function clockText(ms: number): string {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes()]
    .map((part) => String(part).padStart(MINUTE_DIGITS, '0'))
    .join(':');
}

/** Names the conversation only where it is not the one that is written to. */
function placeText(conversation: string, current: string | undefined): string {
  return conversation.startsWith('g/') && conversation !== current ? ` [${conversation}]` : '';
}

/** When, what came too late to stand in its place, and where if it is not clear. */
function headText(entry: EntryHead, current: string | undefined): string {
  const late = entry.late ? ' (late)' : '';
  return `${clockText(entry.acceptedAt)}${late}${placeText(entry.conversation, current)}`;
}

export function messageText(message: Message, current: string | undefined): string {
  const { mediaType, text, body } = message;
  const content = text ?? `(${mediaType}, ${body.length} bytes)`;
  return `${headText(message, current)} ${safeText(message.from)}: ${safeText(content)}`;
}

const ACTS: Readonly<Record<string, string>> = {
  'group.create': 'made the group',
  'group.add': 'added',
  'group.remove': 'removed',
  'group.join': 'joined',
  'group.leave': 'left',
  'group.rename': 'named the group',
  'group.promote': 'promoted',
  'group.demote': 'demoted',
  'friend.request': 'asks to be friends',
  'friend.accept': 'is now a friend',
  'friend.reject': 'does not want to be friends',
  'friend.remove': 'ended the friendship',
};

/** In place of a body that the server has retired. */
export const NOT_KEPT = '(a message that is no longer kept)';

export function actText(act: ActEntry, current: string | undefined): string {
  const { action, users, title = '', from } = act;
  const words = [ACTS[action] ?? action, users.join(', '), title].filter((word) => word !== '');
  const head = headText(act, current);
  if (action === 'expired') return `${head} ${safeText(from)}: ${NOT_KEPT}`;
  return `${head} * ${safeText([from, ...words].join(' '))}`;
}

const MS_PER_S = 1_000;
const S_PER_MIN = 60;

/** A length of time, as people say it. */
export function lengthText(ms: number): string {
  const seconds = ms / MS_PER_S;
  return seconds < S_PER_MIN ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / S_PER_MIN)} min`;
}
