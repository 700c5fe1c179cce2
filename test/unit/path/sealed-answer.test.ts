import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Register } from 'im-kernel/contract';
import { memoryRegister, seededRandom } from 'im-kernel/kit';
import { sealWith } from '../../../core/kernel/seal.ts';
import {
  answerKey,
  answerSecret,
  sealAnswer,
  unsealAnswer,
} from '../../../core/path/sealed-answer.ts';

const LOG = '0199a0b1-c2d3-4e4f-8a9b-000000000001';
const ID = '0199a0b1-c2d3-7e4f-8a9b-000000000002';
const seal = sealWith('s3cret');
const longest = 'x'.repeat(64);
const sender = { conversation: `d/${longest}/${longest}`, user: longest, device: longest };
const number = fc.integer({ min: 1, max: 2 ** 48 - 1 });
const answer = fc.record(
  { id: fc.uuid(), position: number, order: number, acceptedAt: number },
  { noNullPrototype: true },
);

describe('a sealed answer', () => {
  it('is read as it was written, and within the bounds that the contract tells', () => {
    const trip = fc.property(number, answer, (at, placed) => {
      const key = answerKey(LOG, sender, at);
      const value = sealAnswer(key, placed, seal);
      assert.deepEqual(unsealAnswer(key, value, seal), placed);
      assert.match(key, /^[ -~]{1,400}$/);
      assert.match(value, /^[ -~]{1,160}$/);
    });
    fc.assert(trip);
  });

  it('is worth nothing with one character changed, under any other key or secret', () => {
    const key = answerKey(LOG, sender, 7);
    const value = sealAnswer(key, { id: ID, position: 1, order: 2, acceptedAt: 3 }, seal);
    for (let at = 0; at < value.length; at += 1) {
      for (const other of ['0', 'x', ' ', '']) {
        const changed = value.slice(0, at) + other + value.slice(at + 1);
        if (changed !== value) assert.equal(unsealAnswer(key, changed, seal), undefined, changed);
      }
    }
    assert.equal(unsealAnswer(answerKey(LOG, sender, 8), value, seal), undefined);
    assert.equal(unsealAnswer(key, value, sealWith('another')), undefined);
  });

  it('is never found in what is none', () => {
    const none = fc.property(fc.anything(), (value) => {
      assert.equal(unsealAnswer('key', value, seal), undefined);
    });
    fc.assert(none);
  });

  it('has a mark as HMAC-SHA-256 makes it', () => {
    // RFC 4231, test case 2: 5bdcc146 bf60754e 6a042426 089575c7 …
    const expected = Buffer.from('5bdcc146bf60754e6a042426089575c7', 'hex').toString('base64url');
    const mark = sealWith('Jefe').of('what do ya want for nothing?');
    assert.equal(mark.length, 22);
    assert.equal(mark.slice(0, 21), expected.slice(0, 21));
  });

  it('has one secret for all who share a store, whoever comes first', async () => {
    const register = memoryRegister();
    const nodes = [1, 2, 3].map((seed) => answerSecret(register, seededRandom(seed)));
    const secrets = await Promise.all(nodes);
    assert.equal(new Set(secrets).size, 1);
    assert.match(secrets[0] ?? '', /^[0-9a-f]{64}$/);
    assert.equal(await answerSecret(register, seededRandom(4)), secrets[0]);
  });

  it('fails to begin as the store fails', async () => {
    const away: Register = { ...memoryRegister(), read: () => Promise.reject(new Error('away')) };
    await assert.rejects(answerSecret(away, seededRandom(1)), /away/);
  });
});
