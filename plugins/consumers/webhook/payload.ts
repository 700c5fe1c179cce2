/** An entry as the receiver of a webhook gets it: JSON, and what signs it. */
import { createHmac } from 'node:crypto';
import type { Entry } from 'im-kernel/contract';

const TEXT = /^text\//i;

/** The same for every attempt with an entry, and for no other entry. */
export function deliveryId({ conversation, position, id }: Entry): string {
  return `${conversation}/${position}/${id}`;
}

/** Names as in the protocol; a text as `text`, any other body as base64 in `body`. */
export function payloadOf(entry: Entry): string {
  const { user, body, mediaType, ...rest } = entry;
  const content = body === undefined ? {} : contentOf(body, mediaType ?? 'text/plain');
  return JSON.stringify({ ...rest, from: user, ...content });
}

function contentOf(body: Uint8Array, mediaType: string): object {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  return TEXT.test(mediaType)
    ? { mediaType, text: bytes.toString('utf8') }
    : { mediaType, body: bytes.toString('base64') };
}

/** HMAC-SHA256 over `timestamp.payload`, so that an old delivery cannot be passed off as new. */
export function signatureOf(key: string, timestamp: string, payload: string): string {
  return createHmac('sha256', key).update(`${timestamp}.${payload}`).digest('hex');
}
