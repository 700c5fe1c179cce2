import assert from 'node:assert/strict';
import { Refusals } from '../../../core/chat/refusals.ts';

describe('what a session remembers of its refusals', () => {
  it('lets higher numbers wait behind one that was refused for now', () => {
    const refusals = new Refusals(16);
    refusals.hold('g/tea', 5, 'busy');
    assert.equal(refusals.held('g/tea', 6, 4), 'busy');
    assert.equal(refusals.held('g/tea', 5, 4), undefined);
    assert.equal(refusals.held('g/sea', 6, 4), undefined);
  });

  it('lets nothing wait for a number whose late copy was refused for now after its lasting answer', () => {
    const refusedBefore = new Refusals(16);
    refusedBefore.remember('g/tea', 5, 'id-5', 'not-found');
    refusedBefore.hold('g/tea', 5, 'storage-full');
    assert.equal(refusedBefore.held('g/tea', 6, 4), undefined);
    const acceptedBefore = new Refusals(16);
    acceptedBefore.hold('g/tea', 5, 'busy');
    assert.equal(acceptedBefore.held('g/tea', 6, 5), undefined);
  });

  it('goes on waiting where the lasting answer was taken back with its batch', () => {
    const refusals = new Refusals(16);
    refusals.remember('g/tea', 5, 'id-5', 'not-found');
    refusals.forget('g/tea', 5);
    refusals.hold('g/tea', 5, 'busy');
    assert.equal(refusals.held('g/tea', 6, 4), 'busy');
  });
});
