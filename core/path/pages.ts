/** How much of a conversation is read from the store at once. */

/** Entries of one page. */
export const PAGE = 64;

/** Octets of their bodies, beyond which a page ends: bodies may be large, and readers many. */
export const PAGE_BODY_BYTES = 262_144;
