/**
 * The frames that every message needs, read without the table, for speed. Whatever is out of the
 * ordinary (a field twice, one missing, a field of no known tag) is left to the table, so errors
 * come from one place. A property test holds each of them against the table.
 */
import type { FieldReader } from './field-reader.ts';
import type { Accepted, Deliver, Frame, Read, Received, Send, UpTo } from './frames.ts';

/**
 * Undefined if this is no SEND, ACCEPTED, DELIVER, RECEIVED or READ, or not an ordinary one. May
 * throw WireError.
 */
export function readHot(reader: FieldReader, octet: number): Frame | undefined {
  switch (octet) {
    case 0x10:
      return readSend(reader);
    case 0x12:
      return readAccepted(reader);
    case 0x20:
      return readDeliver(reader);
    case 0x21:
      return readUpTos(reader, 'received');
    case 0x22:
      return readUpTos(reader, 'read');
    default:
      return undefined;
  }
}

const NO_BYTES = new Uint8Array(0);

function readSend(reader: FieldReader): Send | undefined {
  const frame: Send = {
    type: 'send',
    conversation: '',
    number: 0,
    id: '',
    sentAt: 0,
    body: NO_BYTES,
  };
  let seen = 0;
  for (let tag = reader.next(); tag >= 0; tag = reader.next()) {
    if (tag > 7 || (seen & (1 << tag)) !== 0) return undefined;
    seen |= 1 << tag;
    if (tag === 1) frame.conversation = reader.text();
    else if (tag === 2) frame.number = reader.uint();
    else if (tag === 3) frame.id = reader.id();
    else if (tag === 4) frame.sentAt = reader.uint();
    else if (tag === 5) frame.attempt = reader.uint();
    else if (tag === 6) frame.mediaType = reader.text();
    else if (tag === 7) frame.body = reader.bytes();
    else return undefined;
  }
  return (seen & 0b1001_1110) === 0b1001_1110 ? frame : undefined;
}

function readAccepted(reader: FieldReader): Accepted | undefined {
  const frame: Accepted = {
    type: 'accepted',
    conversation: '',
    number: 0,
    position: 0,
    order: 0,
    acceptedAt: 0,
    durability: '',
    id: '',
  };
  let seen = 0;
  for (let tag = reader.next(); tag >= 0; tag = reader.next()) {
    if (tag > 9 || (seen & (1 << tag)) !== 0) return undefined;
    seen |= 1 << tag;
    if (tag === 1) frame.conversation = reader.text();
    else if (tag === 2) frame.number = reader.uint();
    else if (tag === 3) frame.position = reader.uint();
    else if (tag === 4) frame.order = reader.uint();
    else if (tag === 5) frame.acceptedAt = reader.uint();
    else if (tag === 6) frame.attempt = reader.uint();
    else if (tag === 7) frame.duplicate = reader.uint();
    else if (tag === 8) frame.durability = reader.text();
    else if (tag === 9) frame.id = reader.id();
    else return undefined;
  }
  return (seen & 0b11_0011_1110) === 0b11_0011_1110 ? frame : undefined;
}

function readDeliver(reader: FieldReader): Deliver | undefined {
  const frame: Deliver = {
    type: 'deliver',
    conversation: '',
    position: 0,
    order: 0,
    id: '',
    from: '',
    device: '',
    number: 0,
    sentAt: 0,
    acceptedAt: 0,
  };
  let seen = 0;
  for (let tag = reader.next(); tag >= 0; tag = reader.next()) {
    // Tag 13 names users: those are acts, and rare.
    if (tag > 16 || tag === 13 || (seen & (1 << tag)) !== 0) return undefined;
    seen |= 1 << tag;
    if (!readDeliverField(reader, tag, frame)) return undefined;
  }
  return (seen & 0b11_1111_1110) === 0b11_1111_1110 ? frame : undefined;
}

function readDeliverField(reader: FieldReader, tag: number, frame: Deliver): boolean {
  if (tag === 1) frame.conversation = reader.text();
  else if (tag === 2) frame.position = reader.uint();
  else if (tag === 3) frame.order = reader.uint();
  else if (tag === 4) frame.id = reader.id();
  else if (tag === 5) frame.from = reader.text();
  else if (tag === 6) frame.device = reader.text();
  else if (tag === 7) frame.number = reader.uint();
  else if (tag === 8) frame.sentAt = reader.uint();
  else if (tag === 9) frame.acceptedAt = reader.uint();
  else if (tag === 10) frame.kind = reader.text();
  else if (tag === 11) frame.mediaType = reader.text();
  else if (tag === 12) frame.body = reader.bytes();
  else if (tag === 14) frame.title = reader.text();
  else if (tag === 15) frame.again = reader.uint();
  else if (tag === 16) frame.previous = reader.uint();
  else return false;
  return true;
}

function readUpTos(reader: FieldReader, type: 'received' | 'read'): Received | Read | undefined {
  const upTo: UpTo[] = [];
  for (let tag = reader.next(); tag >= 0; tag = reader.next()) {
    if (tag !== 1) return undefined;
    const outer = reader.enter();
    const one = readUpTo(reader);
    if (one === undefined) return undefined;
    reader.leave(outer);
    upTo.push(one);
  }
  return upTo.length > 0 ? { type, upTo } : undefined;
}

function readUpTo(reader: FieldReader): UpTo | undefined {
  let conversation: string | undefined;
  let position: number | undefined;
  for (let tag = reader.next(); tag >= 0; tag = reader.next()) {
    if (tag === 1 && conversation === undefined) conversation = reader.text();
    else if (tag === 2 && position === undefined) position = reader.uint();
    else return undefined;
  }
  if (conversation === undefined || position === undefined) return undefined;
  return { conversation, position };
}
