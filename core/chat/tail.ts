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

/** An entry that is kept, with its delivery encoded once for all who get it. */
export class Kept {
  readonly position: number;
  readonly user: string;
  readonly device: string;
  readonly acceptedAt: number;
  /** See `FrameBuffer.appendDeliver`. */
  readonly payload: Uint8Array;
  /** Deliveries of it that the flight recorder noted. */
  noted = 0;
  readonly #entry: Entry;

  constructor(entry: Entry) {
    this.position = entry.position;
    this.user = entry.user;
    this.device = entry.device;
    this.acceptedAt = entry.acceptedAt;
    this.payload = encodeDelivery(deliveryOf(entry));
    this.#entry = ownBody(entry, this.payload);
  }

  get delivery(): Delivery {
    return deliveryOf(this.#entry);
  }

  /** About what it takes in memory, in octets. */
  get costBytes(): number {
    return ENTRY_BYTES + this.payload.length;
  }
}

/** What an entry takes besides its payload. */
const ENTRY_BYTES = 500;

/**
 * The body is a view on what was read from a socket, which may be much more; a message's payload
 * ends with the body, so that a view on the payload does as well and lets the rest go.
 */
function ownBody(entry: Entry, payload: Uint8Array): Entry {
  if (entry.body === undefined || entry.kind !== 'message') return entry;
  return { ...entry, body: payload.subarray(payload.length - entry.body.length) };
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
    if (last && last.position + 1 !== kept.position) this.clear();
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
    return first ? this.#items[position - first.position] : undefined;
  }

  /** Drops all but the newest; returns what that saves, in octets. */
  keepLast(): number {
    const before = this.costBytes;
    this.#items = this.#items.slice(-1);
    this.costBytes = this.#items[0]?.costBytes ?? 0;
    return before - this.costBytes;
  }

  /** Drops what was accepted before this wall clock ms; returns what that saves, in octets. */
  forgetBefore(acceptedBefore: number): number {
    const before = this.costBytes;
    const young = this.#items.findIndex(({ acceptedAt }) => acceptedAt >= acceptedBefore);
    if (young < 0) this.clear();
    for (const old of this.#items.splice(0, Math.max(0, young))) this.costBytes -= old.costBytes;
    return before - this.costBytes;
  }

  clear(): void {
    this.#items = [];
    this.costBytes = 0;
  }
}
