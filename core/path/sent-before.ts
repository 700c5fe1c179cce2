/**
 * How far earlier sessions of a device were sent without an acknowledgement, so that the next
 * session can say `again`. A courtesy: bounded, in memory, lost with the process.
 */
import type { Session } from '../session/session.ts';

const DEVICES_MAX = 10_000;
const CONVERSATIONS_MAX = 256;

export class SentBefore {
  readonly #devices = new Map<string, Map<string, number>>();

  remember(session: Session, conversation: string, position: number): void {
    const key = `${session.user} ${session.device}`;
    const places = this.#devices.get(key) ?? new Map<string, number>();
    this.#devices.delete(key);
    this.#devices.set(key, places);
    places.set(conversation, Math.max(places.get(conversation) ?? 0, position));
    dropOldest(places, CONVERSATIONS_MAX);
    dropOldest(this.#devices, DEVICES_MAX);
  }

  /** The highest position that was sent before; 0: none known. */
  of(session: Session, conversation: string): number {
    return this.#devices.get(`${session.user} ${session.device}`)?.get(conversation) ?? 0;
  }
}

function dropOldest<K>(map: Map<K, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}
