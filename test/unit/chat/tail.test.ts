import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Entry } from 'im-kernel/contract';
import { deliveryOf, Kept, Tail } from '../../../core/chat/tail.ts';
import type { Delivery } from '../../../core/wire/frames.ts';
import { FrameBuffer } from '../../../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../../../core/wire/frame-decoder.ts';

function entryOf(position: number, body = 10): Entry {
  return {
    conversation: 'g/tea',
    position,
    order: position,
    id: '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051',
    user: 'ann',
    device: 'd1',
    number: position,
    sentAt: 1,
    acceptedAt: 2,
    kind: 'message',
    body: new Uint8Array(body).fill(position & 127),
  };
}

/** With its body as plain numbers, whatever the kind of its bytes. */
function plain(said: Delivery): object {
  return { ...said, body: said.body && [...said.body] };
}

describe('the tail of a conversation', () => {
  it('has at least the last entries, at most twice as many, and knows what they cost', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 9 }), (bodies, max) => {
        const tail = new Tail();
        let cost = 0;
        for (const [at, body] of bodies.entries()) {
          cost += tail.push(new Kept(entryOf(at + 1, body)), max);
        }
        assert.equal(cost, tail.costBytes);
        const here = bodies.flatMap((_, at) => tail.get(at + 1) ?? []);
        assert.ok(here.length >= Math.min(max, bodies.length) && here.length < 2 * max + 1);
        assert.equal(here.at(-1)?.position, bodies.length);
        const sum = here.reduce((total, kept) => total + kept.costBytes, 0);
        assert.equal(sum, tail.costBytes);
        assert.equal(tail.get(0), undefined);
        assert.equal(tail.get(bodies.length + 1), undefined);
      }),
    );
  });

  it('begins anew after a gap: what it has is always in one piece', () => {
    const tail = new Tail();
    tail.push(new Kept(entryOf(1)), 8);
    tail.push(new Kept(entryOf(5)), 8);
    assert.deepEqual([tail.get(1), tail.get(5)?.position], [undefined, 5]);
    tail.clear();
    assert.deepEqual([tail.get(5), tail.costBytes], [undefined, 0]);
  });

  it('says the same in the payload that all share as in the delivery', () => {
    const acts = { kind: 'group.add', users: ['bob', 'cat'] };
    const { body: _, ...bodyless } = entryOf(7);
    for (const entry of [
      entryOf(3),
      { ...entryOf(4), mediaType: 'a/b' },
      { ...bodyless, ...acts },
    ]) {
      const kept = new Kept(entry);
      const frames = new FrameBuffer();
      frames.appendDeliver(kept.payload, 1, true);
      const decoder = new FrameDecoder({
        from: 'server',
        framing: 'stream',
        maxFrameBytes: 65_536,
      });
      decoder.push(frames.take());
      const expected = { type: 'deliver', ...deliveryOf(entry), previous: 1, again: 1 };
      assert.deepEqual(plain(decoder.next() as Delivery), plain(expected));
      assert.deepEqual(plain(kept.delivery), plain(deliveryOf(entry)));
    }
  });
});
