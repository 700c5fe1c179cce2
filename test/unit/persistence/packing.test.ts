/** Entries on their way between threads. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { pack, unpack } from '../../../plugins/persistence/sqlite/packing.ts';

const HIGHEST = 2 ** 48 - 1;
const whole = fc.integer({ min: 0, max: HIGHEST });
const name = fc.string({ minLength: 1, maxLength: 8 });

const entry = fc.record(
  {
    conversation: name,
    position: whole,
    order: whole,
    id: fc.uuid(),
    user: name,
    device: name,
    number: whole,
    sentAt: whole,
    acceptedAt: whole,
    kind: name,
    mediaType: fc.string(),
    body: fc.uint8Array({ maxLength: 40 }),
    users: fc.array(name),
    title: fc.string({ unit: 'grapheme' }),
    open: fc.boolean(),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      ...(['conversation', 'position', 'order', 'id', 'user', 'device', 'number'] as const),
      ...(['sentAt', 'acceptedAt', 'kind'] as const),
    ],
  },
);

describe('packed entries', () => {
  it('are the same entries again, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        assert.deepEqual(unpack(pack(entries)), entries);
      }),
    );
  });

  it('stay the same after a change of threads, and share no memory with one another', () => {
    const [one] = fc.sample(entry, 1);
    const body = Uint8Array.of(1, 2, 3);
    const packed = pack([
      { ...one!, body },
      { ...one!, body },
    ]);
    const moved = structuredClone(packed, { transfer: [packed.buffer] });
    const [first, second] = unpack(moved);
    first!.body!.fill(9);
    assert.deepEqual(second!.body, body);
    assert.equal(first!.body!.buffer.byteLength, 3);
  });
});
