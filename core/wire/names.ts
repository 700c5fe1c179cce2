/** The names of users, devices, groups and conversations: what fits, and how they are compared. */

const NAME = /^[A-Za-z0-9._@+-]{1,64}$/;

/**
 * A conversation, taken apart. The users of a direct one are in byte order; equal: notes to self.
 */
export type Conversation =
  | { readonly kind: 'd'; readonly users: readonly [string, string] }
  | { readonly kind: 'g'; readonly name: string };

/**
 * True for 1-64 characters of `A-Z a-z 0-9 . _ @ + -`: a user, a device, or a group without its
 * `g/`.
 */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** Undefined for a name that does not fit, a direct one whose users are out of order included. */
export function parseConversation(text: string): Conversation | undefined {
  const rest = text.slice(2);
  if (text.startsWith('g/')) return isName(rest) ? { kind: 'g', name: rest } : undefined;
  if (!text.startsWith('d/')) return undefined;
  const slash = rest.indexOf('/');
  if (slash < 0) return undefined;
  const first = rest.slice(0, slash);
  const second = rest.slice(slash + 1);
  if (first > second || !isName(first) || !isName(second)) return undefined;
  return { kind: 'd', users: [first, second] };
}

/** The direct conversation of two users, whichever is named first. */
export function directConversation(a: string, b: string): string {
  return a <= b ? `d/${a}/${b}` : `d/${b}/${a}`;
}

/** Byte order. Names are ASCII, so it is the order of code units. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** True if a body of this media type is text; absent stands for `text/plain`. */
export function isTextMedia(mediaType: string | undefined): boolean {
  return mediaType === undefined || mediaType.slice(0, 5).toLowerCase() === 'text/';
}
