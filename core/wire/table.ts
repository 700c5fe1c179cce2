/**
 * Every frame of protocol version 1, as data: TLV, JSON and the tables of docs/protocol.md are read
 * off it. What is specialised for speed elsewhere is tested against it.
 */
import {
  body,
  frame,
  group,
  groups,
  many,
  may,
  must,
  type FrameSpec,
  type Group,
} from './field.ts';
import type { What } from './frames.ts';

const KNOWN = group(
  must(1, 'conversation', 'text'),
  must(2, 'number', 'uint'),
  must(3, 'id', 'id'),
);
const RULE = group(
  must(1, 'strategy', 'text'),
  must(2, 'holdMs', 'uint'),
  must(3, 'maxHoldMs', 'uint'),
  may(4, 'kind', 'text'),
);
const UP_TO = group(must(1, 'conversation', 'text'), must(2, 'position', 'uint'));
const DELIVERY = group(
  must(1, 'conversation', 'text'),
  must(2, 'position', 'uint'),
  must(3, 'order', 'uint'),
  must(4, 'id', 'id'),
  must(5, 'from', 'text'),
  must(6, 'device', 'text'),
  must(7, 'number', 'uint'),
  must(8, 'sentAt', 'uint'),
  must(9, 'acceptedAt', 'uint'),
  may(10, 'kind', 'text'),
  may(11, 'mediaType', 'text'),
  body(12, false),
  many(13, 'user', 'text'),
  may(14, 'title', 'text'),
  may(15, 'again', 'uint'),
  may(16, 'previous', 'uint'),
);

/** The fields of a RESULT's items, by what was asked. */
export const ITEMS: Readonly<Record<What, Group>> = {
  history: DELIVERY,
  conversations: group(
    must(1, 'conversation', 'text'),
    must(2, 'last', 'uint'),
    must(3, 'received', 'uint'),
    must(4, 'read', 'uint'),
    may(5, 'title', 'text'),
  ),
  members: group(
    must(1, 'user', 'text'),
    must(2, 'role', 'text'),
    must(3, 'joined', 'uint'),
    must(4, 'received', 'uint'),
    must(5, 'read', 'uint'),
  ),
  friends: group(must(1, 'user', 'text'), must(2, 'state', 'text')),
  presence: group(must(1, 'user', 'text'), must(2, 'state', 'text'), must(3, 'since', 'uint')),
};

export const FRAMES: readonly FrameSpec[] = [
  frame(
    0x01,
    'hello',
    'client',
    must(1, 'version', 'uint'),
    must(2, 'token', 'text'),
    must(3, 'device', 'text'),
    may(4, 'agent', 'text'),
    many(5, 'pending', 'text', 64),
  ),
  frame(
    0x02,
    'welcome',
    'server',
    must(1, 'version', 'uint'),
    must(2, 'user', 'text'),
    must(3, 'device', 'text'),
    must(4, 'session', 'text'),
    must(5, 'node', 'text'),
    groups(6, 'known', false, KNOWN),
    must(7, 'heartbeatMs', 'uint'),
    must(8, 'window', 'uint'),
    must(9, 'maxFrame', 'uint'),
    must(10, 'serverTime', 'uint'),
    groups(11, 'ordering', true, RULE),
    must(12, 'retransmitMs', 'uint'),
    must(13, 'retransmitTries', 'uint'),
    must(14, 'log', 'id'),
  ),
  frame(0x03, 'ping', 'both', must(1, 'id', 'uint'), may(2, 'sentAt', 'uint')),
  frame(0x04, 'pong', 'both', must(1, 'id', 'uint'), may(2, 'sentAt', 'uint')),
  frame(
    0x05,
    'error',
    'server',
    must(1, 'code', 'text'),
    may(2, 'detail', 'text'),
    may(3, 'retryAfterMs', 'uint'),
  ),
  frame(
    0x06,
    'moved',
    'server',
    many(1, 'address', 'text'),
    may(2, 'retryAfterMs', 'uint'),
    may(3, 'spreadMs', 'uint'),
    may(4, 'reason', 'text'),
  ),
  frame(0x07, 'bye', 'both', may(1, 'reason', 'text')),
  frame(0x08, 'ordering', 'server', groups(1, 'ordering', true, RULE)),
  frame(
    0x10,
    'send',
    'client',
    must(1, 'conversation', 'text'),
    must(2, 'number', 'uint'),
    must(3, 'id', 'id'),
    must(4, 'sentAt', 'uint'),
    may(5, 'attempt', 'uint'),
    may(6, 'mediaType', 'text'),
    body(7, true),
  ),
  frame(
    0x11,
    'act',
    'client',
    must(1, 'conversation', 'text'),
    must(2, 'number', 'uint'),
    must(3, 'id', 'id'),
    must(4, 'sentAt', 'uint'),
    may(5, 'attempt', 'uint'),
    must(6, 'action', 'text'),
    many(7, 'user', 'text'),
    may(8, 'title', 'text'),
    may(9, 'open', 'uint'),
  ),
  frame(
    0x12,
    'accepted',
    'server',
    must(1, 'conversation', 'text'),
    must(2, 'number', 'uint'),
    must(3, 'position', 'uint'),
    must(4, 'order', 'uint'),
    must(5, 'acceptedAt', 'uint'),
    may(6, 'attempt', 'uint'),
    may(7, 'duplicate', 'uint'),
    must(8, 'durability', 'text'),
    must(9, 'id', 'id'),
  ),
  frame(
    0x13,
    'refused',
    'server',
    must(1, 'conversation', 'text'),
    must(2, 'number', 'uint'),
    must(3, 'code', 'text'),
    may(4, 'detail', 'text'),
    may(5, 'retryAfterMs', 'uint'),
    may(6, 'expected', 'uint'),
    may(7, 'id', 'id'),
    may(8, 'attempt', 'uint'),
  ),
  frame(0x20, 'deliver', 'server', ...DELIVERY.fields),
  frame(0x21, 'received', 'client', groups(1, 'upTo', false, UP_TO)),
  frame(0x22, 'read', 'client', groups(1, 'upTo', false, UP_TO)),
  frame(
    0x23,
    'receipt',
    'server',
    must(1, 'conversation', 'text'),
    must(2, 'user', 'text'),
    must(3, 'received', 'uint'),
    must(4, 'read', 'uint'),
  ),
  frame(
    0x24,
    'presence',
    'server',
    must(1, 'user', 'text'),
    must(2, 'state', 'text'),
    must(3, 'since', 'uint'),
  ),
  frame(
    0x25,
    'signal',
    'both',
    must(1, 'conversation', 'text'),
    must(2, 'kind', 'text'),
    may(3, 'from', 'text'),
    may(4, 'body', 'bytes'),
  ),
  frame(
    0x30,
    'query',
    'client',
    must(1, 'query', 'uint'),
    must(2, 'what', 'text'),
    may(3, 'conversation', 'text'),
    may(4, 'after', 'uint'),
    may(5, 'before', 'uint'),
    may(6, 'limit', 'uint'),
    many(7, 'user', 'text'),
    may(8, 'from', 'text'),
  ),
  frame(
    0x31,
    'result',
    'server',
    must(1, 'query', 'uint'),
    { tag: 2, name: 'item', kind: 'items', required: false, repeated: true },
    may(3, 'more', 'uint'),
    may(4, 'firstAvailable', 'uint'),
    may(5, 'code', 'text'),
    may(6, 'detail', 'text'),
  ),
];

const BY_OCTET: (FrameSpec | undefined)[] = [];
for (let octet = 0; octet < 256; octet++)
  BY_OCTET.push(FRAMES.find((spec) => spec.octet === octet));
const BY_TYPE = new Map<string, FrameSpec>(FRAMES.map((spec) => [spec.type, spec]));

export function specOfOctet(octet: number): FrameSpec | undefined {
  return BY_OCTET[octet];
}

export function specOfType(type: string): FrameSpec | undefined {
  return BY_TYPE.get(type);
}
