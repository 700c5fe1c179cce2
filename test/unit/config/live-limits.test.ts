import assert from 'node:assert/strict';
import { LiveLimits } from '../../../core/config/live-limits.ts';
import { rateOf, turnOf } from '../../../core/config/rate-of.ts';
import { LIMITS, type Limits } from '../../../core/config/limits.ts';

const fallbacks = Object.entries(LIMITS).map(([name, { fallback }]) => [name, fallback]);
const LIMITS_NOW = Object.freeze(Object.fromEntries(fallbacks)) as Limits;

describe('limits that change', () => {
  it('are new for whoever reads them, and what they were for who keeps to its terms', () => {
    const bounds = new LiveLimits(LIMITS_NOW);
    const { now, terms } = bounds;
    const rate = rateOf(now, 'messagesPerSecond', 'messagesBurst');
    const turn = turnOf(now);
    bounds.change({ ...LIMITS_NOW, window: 32, messagesPerSecond: 7, fanoutPerTurn: 9 });
    assert.equal(now.window, 32);
    assert.equal(terms.window, 64);
    assert.equal(bounds.terms.window, 32);
    assert.deepEqual([rate.perSecond, rate.burst, turn.perTurn], [7, 100, 9]);
  });
});
