/** From a delivery on the wire to what the application gets. */
import type { Delivery } from '../core/wire/frames.ts';
import { isTextMedia } from '../core/wire/names.ts';
import type { ActEntry, EntryHead, Message } from './events.ts';

const UTF8 = new TextDecoder();
const NOTHING = new Uint8Array(0);

function headOf(delivery: Delivery, late: boolean): EntryHead {
  const { conversation, position, order, id, from, device, sentAt, acceptedAt, again } = delivery;
  return {
    conversation,
    position,
    order,
    id,
    from,
    device,
    sentAt,
    acceptedAt,
    again: again === 1,
    late,
  };
}

export function isMessage(delivery: Delivery): boolean {
  return delivery.kind === undefined || delivery.kind === 'message';
}

export function messageOf(delivery: Delivery, late: boolean): Message {
  const { mediaType = 'text/plain', body = NOTHING } = delivery;
  const text = isTextMedia(mediaType) ? UTF8.decode(body) : undefined;
  return { ...headOf(delivery, late), mediaType, body, text };
}

export function actOf(delivery: Delivery, late: boolean): ActEntry {
  const { kind = '', user = [], title } = delivery;
  return { ...headOf(delivery, late), action: kind, users: user, title };
}

/** A copy that lives on: the body may be a view on bytes that the connection will use again. */
export function owned(delivery: Delivery): Delivery {
  const { body } = delivery;
  return body === undefined ? delivery : { ...delivery, body: new Uint8Array(body) };
}
