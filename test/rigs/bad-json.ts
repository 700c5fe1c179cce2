/** What no client should send as JSON. */
import { hello, id, malformed, type Bad } from './bad-input.ts';

const helloJson = (over: object): string => JSON.stringify(hello(over));

/** As messages of `im.json.1`, first on a connection. */
export const badJsonFirst: readonly Bad[] = [
  { what: 'PING', input: '{"type":"ping","id":1}', codes: ['unauthenticated'] },
  { what: 'nonsense', input: '{"type":', codes: malformed },
  { what: 'another version', input: helloJson({ version: 2 }), codes: ['unsupported-version'] },
  {
    what: 'HELLO above 16 KiB',
    input: helloJson({ token: 'x'.repeat(17_000) }),
    codes: ['unauthenticated'],
  },
];

/** As messages of `im.json.1`, on a connection that was welcomed: above a limit. */
export const longJson: readonly Bad[] = [
  {
    what: 'a message above the limit of frames',
    input: `{"type":"bye","reason":"${'x'.repeat(65_536)}"}`,
    codes: ['frame-too-large'],
  },
  {
    what: 'a message above the limit of messages',
    input: `{"type":"bye","reason":"${'x'.repeat(1_048_576)}"}`,
    codes: ['frame-too-large'],
  },
];

/** The same, malformed. */
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
  '{"type":"ping","id":281474976710656}',
  '{"type":"received","upTo":[{"conversation":"g/tea","position":-1}]}',
  '{"type":"received","upTo":{"conversation":"g/tea","position":1}}',
  '{"type":"ping","id":"1"}',
  '{"type":"ping","id":null}',
  '{"type":"ping","id":{"then":1}}',
  '{"type":"ping","id":{"valueOf":{},"length":1000000000}}',
  '{"type":["ping"],"id":1}',
  '{"type":"__proto__","id":1}',
  '{"type":"constructor","id":1}',
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
