import assert from 'node:assert/strict';
import { describe, it, judgeOrdering } from 'im-kernel/kit';
import plugin from './index.ts';

judgeOrdering({
  name: 'my-plugin',
  make: (host) => plugin.create({ hold: 0, maxHold: 300 }, host),
});

describe('my-plugin', () => {
  it('refuses to hold longer than it may', () => {
    assert.deepEqual(plugin.check?.({ hold: 2, maxHold: 1 }), ['hold is longer than maxHold']);
    assert.deepEqual(plugin.check?.({ hold: 1, maxHold: 2 }), []);
  });
});
