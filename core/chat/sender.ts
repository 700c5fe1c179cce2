/**
 * What is known of one sending device in one conversation: its highest accepted number, and where
 * the recent ones went. The log is the authority; this is a cache over it, and a miss is looked up
 * there. Nothing expires.
 */

/** Where a command went: all that its answer needs. */
export interface Placed {
  readonly id: string;
  readonly position: number;
  /** 0 until the ordering has placed the batch. */
  order: number;
  readonly acceptedAt: number;
}

/** Recent numbers held per sender; older ones are looked up in the log. */
const RECENT_MAX = 64;

export class Sender {
  /** The highest accepted number; 0: none. */
  last = 0;
  readonly recent = new Map<number, Placed>();

  keep(number: number, placed: Placed): void {
    if (number > this.last) this.last = number;
    this.recent.set(number, placed);
    if (this.recent.size <= RECENT_MAX) return;
    for (const oldest of this.recent.keys()) {
      this.recent.delete(oldest);
      return;
    }
  }
}

/** One string for a device within a conversation. No name holds a space. */
export function senderKey(user: string, device: string): string {
  return `${user} ${device}`;
}
