/** What no client should send, and the code that the protocol has for it. */
import { encodeFrame } from '../../core/wire/frame-buffer.ts';
import type { ClientFrame, Send } from '../../core/wire/frames.ts';

/** One piece of input; `codes`: any of these may be the answer, then the connection is closed. */
export interface Bad {
  readonly what: string;
  readonly input: Uint8Array | string;
  readonly codes: readonly string[];
}

const hex = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text.replace(/ /g, ''), 'hex'));

/** A frame from its type and its fields. */
function frame(type: number, fields: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt8(type);
  head.writeUInt32BE(fields.length, 1);
  return new Uint8Array(Buffer.concat([head, fields]));
}

const malformed = ['malformed'];
const id = '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051';

export const hello = (over: object): ClientFrame => ({
  type: 'hello',
  version: 1,
  token: 't',
  device: 'd1',
  ...over,
});

/** As the first thing on a connection. */
export const badFirst: readonly Bad[] = [
  { what: 'PING', input: encodeFrame({ type: 'ping', id: 0 }), codes: ['unauthenticated'] },
  { what: 'a token that is none', input: encodeFrame(hello({})), codes: ['unauthenticated'] },
  {
    what: 'another version',
    input: encodeFrame(hello({ version: 2 })),
    codes: ['unsupported-version'],
  },
  {
    what: 'HELLO above 16 KiB',
    input: encodeFrame(hello({ token: 'x'.repeat(17_000) })),
    codes: ['unauthenticated', 'frame-too-large'],
  },
  {
    what: 'more than 64 pending names',
    input: encodeFrame(hello({ pending: Array.from({ length: 65 }, (_, i) => `g/${i}`) })),
    codes: malformed,
  },
  {
    what: 'HELLO without a token',
    input: frame(0x01, hex('01 01 01 03 02 6431')),
    codes: malformed,
  },
  {
    what: 'a length of 4 GiB',
    input: hex('01 ffffffff'),
    codes: ['unauthenticated', 'frame-too-large'],
  },
];

const longConversation = hex('01 09 642f616e6e2f626f62');
const rest = hex('03 10 0199a0b1c2d37e4f8a9b0c1d2e3f4051 04 01 01 07 02 6869');

/** A SEND whose number field is this. */
function sendWith(number: string, more = ''): Uint8Array {
  const fields = Buffer.concat([longConversation, hex(number), rest, hex(more)]);
  return frame(0x10, new Uint8Array(fields));
}

/** On a connection that was welcomed. */
export const badLater: readonly Bad[] = [
  { what: 'a second HELLO', input: encodeFrame(hello({})), codes: malformed },
  { what: "a server's frame", input: frame(0x07 + 1, hex('')), codes: malformed },
  { what: "a plugin's frame", input: frame(0x40, hex('')), codes: malformed },
  { what: 'an unknown frame', input: frame(0xee, hex('')), codes: malformed },
  { what: 'a frame above the limit', input: hex('10 00010001 00'), codes: ['frame-too-large'] },
  { what: 'a length of 4 GiB', input: hex('10 ffffffff'), codes: ['frame-too-large'] },
  { what: 'a number of 7 bytes', input: sendWith('02 07 01000000000000'), codes: malformed },
  { what: 'a field twice', input: sendWith('02 01 01', '02 01 01'), codes: malformed },
  { what: 'a missing number', input: sendWith(''), codes: malformed },
  {
    what: 'an id of 15 bytes',
    input: sendWith('02 01 01 03 0f', '00'.repeat(15)),
    codes: malformed,
  },
  { what: 'a field beyond its frame', input: sendWith('02 01 01', '63 7f 00'), codes: malformed },
  { what: 'a length of 5 bytes', input: sendWith('02 8180808000 01'), codes: malformed },
  { what: 'a name in bad UTF-8', input: sendWith('02 01 01', '06 02 c328'), codes: malformed },
];

/** As messages of `im.json.1`, on a connection that was welcomed. */
export const badJson: readonly Bad[] = [
  '{',
  '[]',
  'null',
  '"x"',
  '{}',
  '{"type":"nope"}',
  '{"type":"welcome"}',
  '{"type":"ping"}',
  '{"type":"ping","id":-1}',
  '{"type":"ping","id":1.5}',
  '{"type":"ping","id":1e20}',
  '{"type":"ping","id":"1"}',
  '{"type":"ping","id":null}',
  '['.repeat(30_000),
  JSON.stringify({ type: 'send', conversation: 'd/ann/bob', number: 1, id, sentAt: 1 }),
  `{"type":"send","conversation":"d/ann/bob","number":1,"id":"${id}","sentAt":1,"text":"\\ud800"}`,
  JSON.stringify({
    type: 'send',
    conversation: 'd/ann/bob',
    number: 1,
    id,
    sentAt: 1,
    text: 'a',
    body: 'YQ==',
  }),
].map((input) => ({ what: input.slice(0, 100), input, codes: malformed }));

const send: Omit<Send, 'number' | 'id'> = {
  type: 'send',
  conversation: 'd/ann/bob',
  sentAt: 1,
  body: new Uint8Array([104, 105]),
};

/** Well-formed commands of ann that are refused with this code, and the connection goes on. */
export const refused: readonly { what: string; command: object; code: string }[] = [
  { what: 'a name with a slash', command: { ...send, conversation: 'd/ann/b/b' }, code: 'invalid' },
  { what: 'names turned round', command: { ...send, conversation: 'd/bob/ann' }, code: 'invalid' },
  {
    what: 'a name too long',
    command: { ...send, conversation: `g/${'x'.repeat(65)}` },
    code: 'invalid',
  },
  { what: 'no kind', command: { ...send, conversation: 'tea' }, code: 'invalid' },
  {
    what: "others' conversation",
    command: { ...send, conversation: 'd/bob/cat' },
    code: 'not-found',
  },
  {
    what: 'a group that is not',
    command: { ...send, conversation: 'g/nowhere' },
    code: 'not-found',
  },
  {
    what: 'a body too large',
    command: { ...send, body: new Uint8Array(60_001) },
    code: 'too-large',
  },
  {
    what: 'text that is none',
    command: { ...send, body: new Uint8Array([0xc3]) },
    code: 'invalid',
  },
  { what: 'number 0', command: { ...send, number: 0 }, code: 'stale' },
  {
    what: 'an unknown action',
    command: { ...send, type: 'act', action: 'group.explode', conversation: 'g/tea' },
    code: 'invalid',
  },
  {
    what: 'a group act in a direct conversation',
    command: { ...send, type: 'act', action: 'group.leave' },
    code: 'invalid',
  },
];
