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

export const malformed = ['malformed'];
export const id = '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051';

export const hello = (over: object): ClientFrame => ({
  type: 'hello',
  version: 1,
  token: 't',
  device: 'd1',
  ...over,
});

/** As the first thing on a connection. */
export const badFirst: readonly Bad[] = [
  {
    what: 'SEND',
    input: encodeFrame({
      type: 'send',
      conversation: 'd/ann/bob',
      number: 1,
      id,
      sentAt: 1,
      body: new Uint8Array(2),
    }),
    codes: ['unauthenticated'],
  },
  {
    what: 'a device with a slash in its name',
    input: encodeFrame(hello({ device: 'a/b' })),
    codes: ['unauthenticated'],
  },
  {
    what: 'a token in bad UTF-8',
    input: frame(0x01, hex('01 01 01 02 02 c328 03 02 6431')),
    codes: malformed,
  },
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
  {
    what: 'HTTP',
    input: new Uint8Array(Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n')),
    codes: ['unauthenticated', 'frame-too-large', 'malformed'],
  },
  {
    what: 'a TLS ClientHello',
    input: hex(`16 0301 00f8 01 0000f4 0303 ${'5a'.repeat(240)}`),
    codes: ['unauthenticated', 'frame-too-large', 'malformed'],
  },
  {
    what: 'zeros without end',
    input: new Uint8Array(30_000),
    codes: ['unauthenticated', 'malformed'],
  },
];

const longConversation = hex('01 09 642f616e6e2f626f62');
const namesGroup = '01 05 672f746561';
const idAndTime = '03 10 0199a0b1c2d37e4f8a9b0c1d2e3f4051 04 01 01';
const rest = hex(`${idAndTime} 07 02 6869`);

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
  { what: 'a frame of type 0', input: frame(0x00, hex('')), codes: malformed },
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
  {
    what: 'a media type in bad UTF-8',
    input: sendWith('02 01 01', '06 02 c328'),
    codes: malformed,
  },
  { what: 'a SEND of nothing', input: frame(0x10, hex('')), codes: malformed },
  {
    what: 'a title in bad UTF-8',
    input: frame(0x11, hex(`${namesGroup} 02 01 01 ${idAndTime} 06 01 61 08 02 c328`)),
    codes: malformed,
  },
  { what: 'a group beyond its frame', input: frame(0x21, hex('01 7f 01 05')), codes: malformed },
  {
    what: 'a field beyond its group',
    input: frame(0x21, hex('01 0a 01 7f 672f746561 0201')),
    codes: malformed,
  },
  {
    what: 'a field of 256 MiB in a short frame',
    input: sendWith('02 01 01', '63 ffffff7f 00'),
    codes: malformed,
  },
];

/** As messages of `im.tlv.1`: each must be whole frames. */
export const badMessages: readonly Bad[] = [
  { what: 'half a frame', input: hex('03 00000003 02'), codes: malformed },
  { what: 'a frame and half a frame', input: hex('03 00000003 020100 03 0000'), codes: malformed },
  { what: 'an empty message', input: hex(''), codes: malformed },
  {
    what: 'a message above its limit',
    input: new Uint8Array(1_048_577),
    codes: ['frame-too-large'],
  },
];

const send: Omit<Send, 'number' | 'id'> = {
  type: 'send',
  conversation: 'd/ann/bob',
  sentAt: 1,
  body: new Uint8Array([104, 105]),
};

interface RefusedCommand {
  readonly what: string;
  readonly command: object;
  readonly code: string;
  /** JSON cannot say it. */
  readonly binaryOnly?: boolean;
}

/** Well-formed commands of ann that are refused with this code, and the connection goes on. */
export const refused: readonly RefusedCommand[] = [
  { what: 'a name with a slash', command: { ...send, conversation: 'd/ann/b/b' }, code: 'invalid' },
  { what: 'names turned round', command: { ...send, conversation: 'd/bob/ann' }, code: 'invalid' },
  {
    what: 'a name too long',
    command: { ...send, conversation: `g/${'x'.repeat(65)}` },
    code: 'invalid',
  },
  { what: 'no name at all', command: { ...send, conversation: '' }, code: 'invalid' },
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
    command: { ...send, body: new Uint8Array(60_001).fill(120) },
    code: 'too-large',
  },
  {
    what: 'text that is none',
    command: { ...send, body: new Uint8Array([0xc3]) },
    code: 'invalid',
    binaryOnly: true,
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
  {
    what: "an act in others' conversation",
    command: { ...send, type: 'act', action: 'friend.accept', conversation: 'd/bob/cat' },
    code: 'not-found',
  },
  {
    what: 'an act on a user with a slash in the name',
    command: { ...send, type: 'act', action: 'group.create', conversation: 'g/x', user: ['a/b'] },
    code: 'invalid',
  },
];

/** Questions of ann, and the code of the RESULT. */
export const refusedQuestions: readonly { what: string; rest: object; code: string }[] = [
  { what: 'history', rest: { conversation: 'd/bob/cat' }, code: 'not-found' },
  { what: 'members', rest: { conversation: 'd/bob/cat' }, code: 'not-found' },
  { what: 'history', rest: { conversation: 'g/nowhere' }, code: 'not-found' },
  { what: 'history', rest: { conversation: 'd/ann/b/b' }, code: 'invalid' },
  { what: 'secrets', rest: {}, code: 'invalid' },
];
