import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Entry } from 'im-kernel/contract';
import { Conversation } from '../../../core/chat/conversation.ts';
import { Draft } from '../../../core/chat/draft.ts';
import { judge, type Pending, type Verdict } from '../../../core/chat/judge.ts';
import { Refusals } from '../../../core/chat/refusals.ts';
import { Sender, senderKey } from '../../../core/chat/sender.ts';
import { limitsWith } from '../path/limits-with.ts';

const NOTES = 'd/ann/ann';
const KEY = senderKey('ann', 'd1');
const RULES = { limits: limitsWith({}), friendsOnly: false };

interface Sent {
  readonly number: number;
  readonly id: string;
  /** What admission found wrong with it. */
  readonly wrong: 'invalid' | 'busy' | undefined;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  number: fc.integer({ min: 0, max: 12 }),
  id: fc.constantFrom('a', 'b'),
  wrong: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('invalid' as const, 'busy' as const) },
  ),
});

/** The rules for numbers as the protocol's page tells them (§3, 1 to 5), of one session. */
class NumbersModel {
  readonly #placed = new Map<number, string>();
  readonly #refused = new Map<number, string>();
  #last = 0;
  /** Refused for now, also for waiting behind another, and not answered for good since. */
  readonly #owed = new Map<number, string>();

  judge({ number, id, wrong }: Sent): string {
    const answer = this.#answer(number, id, wrong);
    if (answer === 'busy') this.#owed.set(number, id);
    else if (!this.#anothers(number, id)) this.#owed.delete(number);
    return answer;
  }

  /** A number that was given to a command that may still come. */
  #anothers(number: number, id: string): boolean {
    return number > this.#last && (this.#owed.get(number) ?? id) !== id;
  }

  #answer(number: number, id: string, wrong: Sent['wrong']): string {
    const refused = this.#refused.get(number);
    if (refused !== undefined) return refused === id ? 'invalid' : 'conflict';
    const placed = this.#placed.get(number);
    if (placed !== undefined) return placed === id ? 'repeat' : 'conflict';
    if (number <= this.#last) return 'stale';
    if (this.#anothers(number, id)) return 'conflict';
    if ([...this.#owed.keys()].some((owed) => owed > this.#last && owed < number)) return 'busy';
    if (wrong === 'invalid') this.#refused.set(number, id);
    if (wrong !== undefined) return wrong;
    this.#placed.set(number, id);
    this.#last = number;
    return 'placed';
  }

  get free(): number {
    let number = this.#last + 1;
    while (this.#refused.has(number) || this.#owed.has(number)) number += 1;
    return number;
  }
}

function pendingOf({ number, id, wrong }: Sent, refusals: Refusals): Pending {
  return {
    command: {
      type: 'send',
      conversation: NOTES,
      number,
      id,
      sentAt: 1,
      body: new Uint8Array(1),
    },
    user: 'ann',
    device: 'd1',
    sender: KEY,
    refusals,
    refusal: wrong === undefined ? undefined : { code: wrong, detail: 'on purpose' },
  };
}

function named(verdict: Verdict): string {
  return verdict.is === 'refused' ? verdict.code : verdict.is;
}

/** A batch's draft, its senders recalled. */
function draftOf(conversation: Conversation): Draft {
  const draft = new Draft(conversation);
  draft.senders.set(KEY, conversation.sender(KEY) ?? new Sender());
  return draft;
}

/** The batch is kept. */
function keep(draft: Draft): void {
  if (draft.position === draft.conversation.position) return;
  draft.merge({ order: draft.position } as Entry, 8);
}

describe('judging a command', () => {
  it('goes by its number and id as the page says, in batches of any size', () => {
    const batches = fc.array(fc.array(sent, { minLength: 1, maxLength: 8 }), { maxLength: 8 });
    fc.assert(
      fc.property(batches, (all) => {
        const conversation = new Conversation(NOTES);
        const [refusals, model] = [new Refusals(64), new NumbersModel()];
        const positions = new Map<number, number>();
        for (const batch of all) {
          const draft = draftOf(conversation);
          for (const one of batch) {
            const expected = model.judge(one);
            const verdict = judge(pendingOf(one, refusals), draft, RULES, 1_000);
            assert.equal(named(verdict), expected, JSON.stringify(one));
            if (verdict.is === 'refused') {
              const free = ['conflict', 'stale'].includes(expected) ? model.free : undefined;
              assert.equal(verdict.expected, free);
              continue;
            }
            const first = positions.get(one.number) ?? positions.size + 1;
            assert.equal(verdict.placed.position, first);
            positions.set(one.number, first);
          }
          keep(draft);
          assert.equal(conversation.position, positions.size);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('changes nothing of the conversation until the batch is kept', () => {
    const conversation = new Conversation(NOTES);
    const dropped = draftOf(conversation);
    judge(pendingOf({ number: 1, id: 'a', wrong: undefined }, new Refusals(8)), dropped, RULES, 5);
    assert.equal(dropped.position, 1);
    assert.deepEqual([conversation.position, conversation.members.size], [0, 0]);
    assert.equal(conversation.sender(KEY), undefined);
    const kept = draftOf(conversation);
    judge(pendingOf({ number: 1, id: 'a', wrong: undefined }, new Refusals(8)), kept, RULES, 7);
    assert.deepEqual(kept.change()?.members, [{ user: 'ann', from: 1, role: 'member' }]);
    keep(kept);
    assert.deepEqual([conversation.position, conversation.acceptedAt], [1, 7]);
    assert.equal(conversation.sender(KEY)?.last, 1);
  });

  it('never lets the time of acceptance fall, though the wall clock does', () => {
    const conversation = new Conversation(NOTES);
    const times: number[] = [];
    for (const [at, nowMs] of [50, 20, 60, 10].entries()) {
      const draft = draftOf(conversation);
      const one = { number: at + 1, id: 'a', wrong: undefined };
      const verdict = judge(pendingOf(one, new Refusals(8)), draft, RULES, nowMs);
      if (verdict.is === 'placed') times.push(verdict.placed.acceptedAt);
      keep(draft);
    }
    assert.deepEqual(times, [50, 50, 60, 60]);
  });
});
