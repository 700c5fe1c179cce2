import assert from 'node:assert/strict';
import { Breaker } from '../../../core/path/breaker.ts';
import { fakeClock } from '../../kit/fake-clock.ts';

function stage() {
  const clock = fakeClock();
  const told: (string | undefined)[] = [];
  const breaker = new Breaker({
    clock,
    suspensionMs: 1_000,
    changed: (why) => void told.push(why),
  });
  return { breaker, clock, told };
}

describe('a breaker', () => {
  it('lets everybody in until the first failure, then one after each suspension', () => {
    const { breaker, clock, told } = stage();
    assert.deepEqual([breaker.enter(), breaker.enter()], [true, true]);
    breaker.worked();
    breaker.failed('slow');
    assert.equal(breaker.enter(), false);
    clock.advance(1_000);
    assert.deepEqual([breaker.enter(), breaker.enter()], [true, false]);
    breaker.failed('slow again');
    assert.equal(breaker.enter(), false);
    clock.advance(1_000);
    assert.equal(breaker.enter(), true);
    breaker.worked();
    assert.deepEqual([breaker.enter(), breaker.enter()], [true, true]);
    assert.deepEqual(told, ['slow', undefined]);
  });

  it('stays open when a call from before the failure comes to a good end', () => {
    const { breaker, clock, told } = stage();
    assert.deepEqual([breaker.enter(), breaker.enter()], [true, true]);
    breaker.failed('slow');
    breaker.worked();
    assert.equal(breaker.enter(), false);
    assert.deepEqual(told, ['slow']);
    clock.advance(1_000);
    assert.equal(breaker.enter(), true);
  });
});
