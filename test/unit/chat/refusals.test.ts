import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Refusals } from '../../../core/chat/refusals.ts';

const ID = 'one';

describe('what a session remembers of its refusals', () => {
  it('are remembered by conversation and number, up to a bound, the oldest forgotten first', () => {
    const refusals = new Refusals(3);
    for (const number of [1, 2, 3, 4]) refusals.remember('g/a', number, `id${number}`, 'invalid');
    assert.equal(refusals.get('g/a', 1), undefined);
    assert.deepEqual(refusals.get('g/a', 4), { id: 'id4', code: 'invalid' });
    assert.equal(refusals.get('g/b', 4), undefined);
    refusals.forget('g/a', 4);
    assert.equal(refusals.get('g/a', 4), undefined);
  });

  it('never hold more than their bound, whatever is remembered and forgotten', () => {
    const step = fc.record({
      name: fc.constantFrom('g/a', 'g/b', 'g/c'),
      number: fc.integer({ min: 1, max: 20 }),
      forget: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const refusals = new Refusals(8);
        for (const { name, number, forget } of steps) {
          if (forget) refusals.forget(name, number);
          else refusals.remember(name, number, 'id', 'invalid');
        }
        let count = 0;
        for (const name of ['g/a', 'g/b', 'g/c']) {
          for (let number = 1; number <= 20; number += 1) {
            if (refusals.get(name, number)) count += 1;
          }
        }
        assert.ok(count <= 8);
        const last = steps.at(-1);
        if (last && !last.forget) assert.ok(refusals.get(last.name, last.number));
      }),
    );
  });

  it('say the lowest number above the last that was not refused', () => {
    const refusals = new Refusals(16);
    for (const number of [4, 5, 7]) refusals.remember('g/a', number, 'id', 'invalid');
    assert.equal(refusals.lowestFree('g/a', 3), 6);
    assert.equal(refusals.lowestFree('g/a', 6), 8);
    assert.equal(refusals.lowestFree('g/b', 6), 7);
  });
});

describe('a passing refusal', () => {
  it('lets higher numbers wait behind one that was refused for now', () => {
    const refusals = new Refusals(16);
    refusals.hold('g/tea', 5, ID, 'busy');
    assert.equal(refusals.held('g/tea', 6, 4), 'busy');
    assert.equal(refusals.held('g/tea', 5, 4), undefined);
    assert.equal(refusals.held('g/sea', 6, 4), undefined);
  });

  it('lets nothing wait for a number whose late copy was refused for now after its lasting answer', () => {
    const refusedBefore = new Refusals(16);
    refusedBefore.remember('g/tea', 5, 'id-5', 'not-found');
    refusedBefore.hold('g/tea', 5, ID, 'storage-full');
    assert.equal(refusedBefore.held('g/tea', 6, 4), undefined);
    const acceptedBefore = new Refusals(16);
    acceptedBefore.hold('g/tea', 5, ID, 'busy');
    assert.equal(acceptedBefore.held('g/tea', 6, 5), undefined);
  });

  it('goes on waiting where the lasting answer was taken back with its batch', () => {
    const refusals = new Refusals(16);
    refusals.remember('g/tea', 5, 'id-5', 'not-found');
    refusals.forget('g/tea', 5);
    refusals.hold('g/tea', 5, ID, 'busy');
    assert.equal(refusals.held('g/tea', 6, 4), 'busy');
  });

  it('holds by each number that is owed, the lowest first, whatever came before it', () => {
    const refusals = new Refusals(16);
    for (const number of [7, 5, 6, 7]) refusals.hold('g/tea', number, ID, 'busy');
    refusals.release('g/tea', 5);
    assert.equal(refusals.held('g/tea', 6, 5), undefined);
    assert.equal(refusals.held('g/tea', 8, 5), 'busy');
    refusals.release('g/tea', 6);
    assert.equal(refusals.held('g/tea', 8, 6), 'busy');
    refusals.release('g/tea', 7);
    assert.equal(refusals.held('g/tea', 8, 7), undefined);
  });

  it('keeps to its bound: the lowest numbers of one, the newest of many conversations', () => {
    const one = new Refusals(3);
    for (const number of [9, 8, 5, 6, 7]) one.hold('g/tea', number, ID, 'busy');
    for (const number of [5, 6, 7]) {
      assert.equal(one.held('g/tea', number + 1, number - 1), 'busy');
      one.release('g/tea', number);
    }
    assert.equal(one.held('g/tea', 10, 7), undefined);
    const many = new Refusals(3);
    for (const name of ['g/a', 'g/a', 'g/b', 'g/c', 'g/d']) many.hold(name, 5, ID, 'busy');
    const held = ['g/a', 'g/b', 'g/c', 'g/d'].map((name) => many.held(name, 6, 4));
    assert.deepEqual(held, [undefined, 'busy', 'busy', 'busy']);
  });
});
