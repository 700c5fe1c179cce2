import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Acks } from '../../../client/acks.ts';
import { Backoff } from '../../../client/backoff.ts';
import { applyChange, changesOf, emptyOutbox, type OutboxChange } from '../../../client/outbox.ts';
import { RetryBudget } from '../../../client/retry-budget.ts';
import { Rto } from '../../../client/rto.ts';
import { FakeChance, LOG } from './fake-world.ts';

const LIMITS = { reconnectBaseMs: 500, reconnectMaxMs: 30_000, stableMs: 60_000 };

describe('the backoff', () => {
  it('is always below min(max, base × 2^k), whatever chance says', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true })), (chances) => {
        const chance = new FakeChance();
        const backoff = new Backoff(LIMITS, chance);
        for (const [k, value] of chances.entries()) {
          chance.value = value;
          const waitMs = backoff.next();
          assert.ok(waitMs >= 0 && waitMs < Math.min(30_000, 500 * 2 ** k));
        }
      }),
    );
  });

  it('begins anew only after a stable connection', () => {
    const chance = new FakeChance();
    const backoff = new Backoff(LIMITS, chance);
    backoff.next();
    backoff.ended(59_999);
    assert.equal(backoff.next(), 500);
    backoff.ended(60_000);
    assert.equal(backoff.next(), 250);
  });
});

describe('the retransmission time-out', () => {
  it('follows RFC 6298: first twice the sample and its half, then smoothed', () => {
    const rto = new Rto(60_000);
    rto.reset(0);
    rto.sample(100);
    assert.equal(rto.timeoutMs, 100 + 4 * 50);
    rto.sample(200);
    const variance = 0.75 * 50 + 0.25 * 100;
    assert.equal(rto.timeoutMs, 0.875 * 100 + 0.125 * 200 + 4 * variance);
  });

  it('waits a little longer than it says, so that clients do not repeat in step', () => {
    const [rto, chance] = [new Rto(60_000), new FakeChance()];
    rto.reset(2_000);
    const waitsMs = [0, 0.5, 0.999_999].map((value) => {
      chance.value = value;
      return Math.round(rto.waitMs(chance));
    });
    assert.deepEqual(waitsMs, [2_000, 2_100, 2_200]);
  });

  it('stays between what the server asks for and its cap, and doubles until an answer comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(100_000)),
        fc.integer({ min: 50, max: 5_000 }),
        fc.nat(20),
        (samples, minMs, expiries) => {
          const rto = new Rto(60_000);
          rto.reset(minMs);
          for (const sample of samples) rto.sample(sample);
          const firstMs = rto.timeoutMs;
          for (let n = 0; n < expiries; n += 1) rto.expired();
          assert.equal(rto.timeoutMs, Math.min(60_000, firstMs * 2 ** expiries));
          assert.ok(rto.timeoutMs >= minMs && rto.timeoutMs <= 60_000);
          const other = new Rto(60_000);
          other.reset(minMs);
          for (const sample of [...samples, 70]) other.sample(sample);
          rto.sample(70);
          assert.equal(rto.timeoutMs, other.timeoutMs, 'an answer ends the doubling');
        },
      ),
    );
  });
});

describe('the retry budget', () => {
  const limits = { retryTokens: 10, retryRatio: 0.1 };

  it('lets through what it has at first, and a tenth of what is answered', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 2_000 }), (events) => {
        const budget = new RetryBudget(limits);
        let [taken, answered] = [0, 0];
        for (const answer of events) {
          if (answer) {
            budget.answered();
            answered += 1;
          } else if (budget.take()) taken += 1;
          assert.ok(taken <= 10 + answered / 10 + 1e-6);
          assert.ok(budget.tokens >= 0 && budget.tokens <= 10);
        }
      }),
    );
  });

  it('is full again after a hundred answers', () => {
    const budget = new RetryBudget(limits);
    while (budget.take());
    for (let answer = 0; answer < 101; answer += 1) budget.answered();
    assert.equal(budget.tokens, 10);
  });
});

describe('the acknowledgements', () => {
  it('never fall, and each is due once per rise', () => {
    const rises = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(20)));
    fc.assert(
      fc.property(rises, fc.integer({ min: 1, max: 3 }), (list, limit) => {
        const { received } = new Acks();
        const highest = new Map<string, number>();
        for (const [conversation, position] of list) {
          received.raise(conversation, position);
          highest.set(conversation, Math.max(position, highest.get(conversation) ?? 0));
        }
        const due = new Map<string, number>();
        for (let upTo = received.take(limit); upTo.length > 0; upTo = received.take(limit)) {
          assert.ok(upTo.length <= limit);
          for (const { conversation, position } of upTo) {
            assert.ok(!due.has(conversation));
            due.set(conversation, position);
          }
        }
        const wanted = [...highest].filter(([, position]) => position > 0);
        assert.deepEqual(due, new Map(wanted));
      }),
    );
  });
});

describe('the outbox', () => {
  const conversation = fc.constantFrom('d/ann/bob', 'g/tea');
  const id = fc.integer({ min: 1, max: 9 }).map((n) => `${LOG.slice(0, -1)}${n}`);
  const change: fc.Arbitrary<OutboxChange> = fc.oneof(
    fc.record({
      change: fc.constantFrom('last', 'received', 'read'),
      conversation,
      value: fc.nat(9),
    }),
    fc.record({ change: fc.constant('remove' as const), id }),
    fc.record({ change: fc.constant('log' as const), log: id }),
    fc.tuple(id, conversation, fc.integer({ min: 1, max: 99 })).map(([own, place, number]) => ({
      change: 'put' as const,
      command: {
        type: 'send' as const,
        conversation: place,
        number,
        id: own,
        sentAt: 1,
        body: Uint8Array.of(number),
      },
    })),
  );

  it('is the same again after being written out as changes', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const state = emptyOutbox();
        for (const one of changes) applyChange(state, one);
        const copy = emptyOutbox();
        for (const one of changesOf(state)) applyChange(copy, one);
        // What has a number holds it, whatever was forgotten.
        for (const { conversation: name, number } of state.commands.values()) {
          state.last.set(name, Math.max(number, state.last.get(name) ?? 0));
        }
        assert.deepEqual(copy, state);
      }),
    );
  });
});
