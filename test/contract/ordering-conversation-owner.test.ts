import assert from 'node:assert/strict';
import { judgeOrdering, orderingHost } from 'im-kernel/kit';
import plugin from '../../plugins/ordering/conversation-owner/index.ts';

judgeOrdering({
  name: 'conversation-owner',
  make: (host) => plugin.create({ maxHold: 300 }, host),
  together: (hosts) => hosts.map((host) => plugin.create({ maxHold: 300 }, host)),
});

describe('conversation-owner', () => {
  it('sorts by position and holds nothing', () => {
    const ordering = plugin.create({ maxHold: 250 }, orderingHost());
    assert.deepEqual(ordering.rule, { strategy: plugin.type, holdMs: 0, maxHoldMs: 250 });
    const sender = { user: 'ann', device: 'phone', number: 1, sentAt: 9, acceptedAt: 9 };
    const batch = [
      { ...sender, conversation: 'd/ann/bob', position: 41 },
      { ...sender, conversation: 'g/tea', position: 1 },
    ];
    assert.deepEqual(
      ordering.place(
        batch,
        () => 40,
        () => ({ acceptedAt: 9 }),
      ),
      [41, 1],
    );
  });
});
