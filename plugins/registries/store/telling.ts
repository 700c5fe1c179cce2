/** What a node tells, as it stands in the register: a line about the telling, then the card. */

export interface Telling {
  readonly ttlMs: number;
  readonly card: string;
}

/** In place of a telling that was withdrawn: a register forgets no key. */
export const WITHDRAWN = '';

/** `mark`: no other telling of this node has it, so that a repeat shows as one. */
export function printTelling({ ttlMs, card }: Telling, mark: string): string {
  return `${ttlMs} ${mark}\n${card}`;
}

const HEAD = /^(\d{1,9}) \S{1,64}\n/;

/** Undefined: it was withdrawn, or is none of ours. */
export function parseTelling(text: string): Telling | undefined {
  const head = HEAD.exec(text);
  return head ? { ttlMs: Number(head[1]), card: text.slice(head[0].length) } : undefined;
}
