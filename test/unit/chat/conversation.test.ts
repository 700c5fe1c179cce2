import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Conversation } from '../../../core/chat/conversation.ts';

interface Stay {
  readonly from: number;
  readonly to: number | undefined;
}

/** Stays in sequence, with what lies between them; the last one may go on. */
const stays = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 4 })), {
      maxLength: 12,
    }),
    fc.boolean(),
  )
  .map(([steps, stays]) => {
    const all: Stay[] = [];
    let at = 0;
    for (const [gap, length] of steps) {
      all.push({ from: at + gap, to: at + gap + length });
      at += gap + length;
    }
    if (stays) all.push({ from: at + 1, to: undefined });
    return all;
  });

describe('the stays of a user in a conversation', () => {
  it('say of every position whether it is seen, and where the user sees on', () => {
    fc.assert(
      fc.property(stays, fc.integer({ min: 0, max: 120 }), (all, last) => {
        const conversation = new Conversation('g/tea');
        conversation.position = last;
        for (const { from, to } of all) {
          const end = to === undefined ? {} : { to };
          conversation.putStay({ user: 'ann', from, role: 'member', ...end });
        }
        for (let position = 1; position <= 120; position += 1) {
          const found = all.find(({ to }) => to === undefined || to >= position);
          assert.equal(conversation.stayFrom('ann', position)?.from, found?.from);
          const seen = found !== undefined && found.from <= position && position <= last;
          assert.equal(conversation.sees('ann', position), seen);
          assert.equal(conversation.sees('bob', position), false);
        }
      }),
      { numRuns: 200 },
    );
  });
});
