import assert from 'node:assert/strict';
import type { Delivery } from '../../core/wire/frames.ts';
import { checkLog, type Told } from './check-log.ts';
import type { Sent } from './courier.ts';

const conversation = 'd/ann/bob';

function sent(number: number, body: string, position?: number): Sent {
  const id = `id-${number}`;
  const bytes = new Uint8Array(Buffer.from(body));
  const command = { type: 'send', conversation, number, id, sentAt: 1, body: bytes } as const;
  if (position === undefined) return { user: 'ann', command };
  const rest = { order: position, acceptedAt: 1, durability: 'disk', id };
  return {
    user: 'ann',
    command,
    accepted: { type: 'accepted', conversation, number, position, ...rest },
  };
}

function entry(position: number, number: number, body: string): Delivery {
  const rest = { conversation, order: position, device: 'main', sentAt: 1, acceptedAt: 1 };
  const bytes = new Uint8Array(Buffer.from(body));
  return { ...rest, position, id: `id-${number}`, from: 'ann', number, body: bytes };
}

function told(parts: { sent?: Sent[]; log?: Delivery[]; got?: Delivery[] }): Told {
  const log = parts.log ?? [entry(1, 1, 'a'), entry(2, 2, 'b')];
  return {
    sent: parts.sent ?? [sent(1, 'a', 1), sent(2, 'b', 2)],
    logs: new Map([[conversation, log]]),
    delivered: new Map([['bob', parts.got ?? log]]),
    members: new Map([[conversation, ['ann', 'bob']]]),
  };
}

describe('the check of a whole log', () => {
  it('finds nothing in a good one', () => {
    assert.deepEqual(checkLog(told({})), []);
  });

  const a = entry(1, 1, 'a');
  const b = entry(2, 2, 'b');
  const bad: Record<string, [RegExp, Parameters<typeof told>[0]]> = {
    'a lost entry': [/^P1 .* id-2 is lost/, { log: [a] }],
    'a gap': [/^P4 .* position 3 stands at 2/, { log: [a, entry(3, 2, 'b')] }],
    'an entry twice': [/^P3 .* number 2 of ann twice/, { log: [a, b, entry(3, 2, 'b')] }],
    'an order turned round': [/^P6 /, { log: [entry(1, 2, 'b'), entry(2, 1, 'a')] }],
    'an invented entry': [/^P2 .* never sent/, { log: [a, b, entry(3, 3, 'c')] }],
    'an altered body': [/^P2 .* altered/, { log: [a, entry(2, 2, 'B')] }],
    'a delivery that never came': [/^P7 bob was never given/, { got: [a] }],
    'a delivery of what is not there': [/^P4 bob was given/, { got: [a, b, entry(3, 2, 'b')] }],
  };
  for (const [what, [expected, parts]] of Object.entries(bad))
    it(`finds ${what}`, () => {
      assert.ok(checkLog(told(parts)).some((line) => expected.test(line)));
    });
});
