/** From what an application names to the conversation that the protocol names. */
import { directConversation, isName, parseConversation } from '../core/wire/names.ts';

/**
 * The conversation; undefined: the own name must be known first; `invalid`: there can be none of
 * that name.
 */
export function conversationOf(
  to: string,
  self: string | undefined,
): { readonly conversation: string } | 'invalid' | undefined {
  if (to.includes('/'))
    return parseConversation(to) === undefined ? 'invalid' : { conversation: to };
  if (!isName(to)) return 'invalid';
  return self === undefined ? undefined : { conversation: directConversation(self, to) };
}

/** `tea` and `g/tea` name the same group. */
export function groupOf(name: string): string {
  return name.startsWith('g/') ? name : `g/${name}`;
}
