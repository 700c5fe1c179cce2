import assert from 'node:assert/strict';
import type { Refused } from '../../core/wire/frames.ts';
import { freshId } from './raw-client.ts';
import { closeStages, JSON_MESSAGES, openStage, TLV } from './stage.ts';

const TALK = 'd/ann/bob';
const LAST_NUMBER = 2 ** 48 - 1;

describe('the protocol, the last number of all (§1, §3)', () => {
  afterEach(closeStages);

  for (const binding of [TLV, JSON_MESSAGES]) {
    it(`leaves no number free after it, and the node unharmed, in ${binding.encoding}`, async () => {
      const stage = await openStage();
      const ann = await stage.join('ann', 'd1', binding);
      const sent = ann.send(TALK, 'the last', { number: LAST_NUMBER });
      assert.equal(await ann.fate(sent), 'accepted');
      const other = { ...sent, id: freshId() };
      ann.say(other);
      const { code, expected } = (await ann.answer(other)) as Refused;
      assert.deepEqual([code, expected], ['conflict', undefined]);
      const late = (await ann.answer(ann.send(TALK, 'late', { number: 7 }))) as Refused;
      assert.deepEqual([late.code, late.expected], ['stale', undefined]);
      assert.equal(await ann.fate(ann.send('g/none', 'still here', { number: 1 })), 'not-found');
      assert.deepEqual(stage.failed, []);
    });
  }
});
