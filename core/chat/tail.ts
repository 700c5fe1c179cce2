/** The last entries of a conversation, in memory, so that live delivery does not read the store. */
import type { Entry } from '../contract/index.ts';
import type { Delivery } from '../wire/frames.ts';
import { encodeDelivery } from '../wire/frame-buffer.ts';

/** What a DELIVER and an item of history say of an entry. */
export function deliveryOf(entry: Entry): Delivery {
  const delivery: Delivery = {
    conversation: entry.conversation,
    position: entry.position,
    order: entry.order,
    id: entry.id,
    from: entry.user,
    device: entry.device,
    number: entry.number,
    sentAt: entry.sentAt,
    acceptedAt: entry.acceptedAt,
  };
  if (entry.kind !== 'message') delivery.kind = entry.kind;
  if (entry.mediaType !== undefined) delivery.mediaType = entry.mediaType;
  if (entry.body !== undefined) delivery.body = entry.body;
  if (entry.users !== undefined && entry.users.length > 0) delivery.user = entry.users;
  if (entry.title !== undefined) delivery.title = entry.title;
  return delivery;
}

/** An entry that is kept, with its delivery encoded at most once for all who get it. */
export class Kept {
  readonly entry: Entry;
  #delivery: Delivery | undefined;
  #payload: Uint8Array | undefined;

  constructor(entry: Entry) {
    this.entry = entry;
  }

  get delivery(): Delivery {
    return (this.#delivery ??= deliveryOf(this.entry));
  }

  get payload(): Uint8Array {
    return (this.#payload ??= encodeDelivery(this.delivery));
  }

  /** About what it takes in memory, in octets. */
  get costBytes(): number {
    return 400 + 2 * (this.entry.body?.length ?? 0);
  }
}

export class Tail {
  #items: Kept[] = [];
  costBytes = 0;

  /**
   * Adds the next position and drops the oldest above `max`; returns the change of the cost in
   * octets.
   */
  push(kept: Kept, max: number): number {
    const before = this.costBytes;
    const last = this.#items.at(-1);
    if (last && last.entry.position + 1 !== kept.entry.position) this.clear();
    this.#items.push(kept);
    this.costBytes += kept.costBytes;
    if (this.#items.length >= 2 * max) {
      const dropped = this.#items.splice(0, this.#items.length - max);
      for (const old of dropped) this.costBytes -= old.costBytes;
    }
    return this.costBytes - before;
  }

  get(position: number): Kept | undefined {
    const first = this.#items[0];
    return first ? this.#items[position - first.entry.position] : undefined;
  }

  clear(): void {
    this.#items = [];
    this.costBytes = 0;
  }
}
