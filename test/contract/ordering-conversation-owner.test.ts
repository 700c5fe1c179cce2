import assert from 'node:assert/strict';
import { judgeOrdering, orderingHost } from 'im-kernel/kit';
import plugin from '../../plugins/ordering/conversation-owner/index.ts';

judgeOrdering({
  name: 'conversation-owner',
  make: (host) => plugin.create({ maxHold: 300 }, host),
  together: (hosts) => hosts.map((host) => plugin.create({ maxHold: 300 }, host)),
});

const sender = { user: 'ann', device: 'phone', number: 1, sentAt: 9, acceptedAt: 9 };
const standing = { acceptedAt: 9 };

function placeTwo(from: number, lastOrder: number): readonly number[] | Promise<readonly number[]> {
  const ordering = plugin.create({ maxHold: 250 }, orderingHost());
  return ordering.place(
    [from, from + 1].map((position) => ({ ...sender, conversation: 'g/tea', position })),
    () => lastOrder,
    () => standing,
  );
}

describe('conversation-owner', () => {
  it('sorts by position and holds nothing', () => {
    const ordering = plugin.create({ maxHold: 250 }, orderingHost());
    assert.deepEqual(ordering.rule, { strategy: plugin.type, holdMs: 0, maxHoldMs: 250 });
    const batch = [
      { ...sender, conversation: 'd/ann/bob', position: 41 },
      { ...sender, conversation: 'g/tea', position: 1 },
    ];
    const lastOrders = new Map([['d/ann/bob', 40]]);
    const orders = ordering.place(
      batch,
      (conversation) => lastOrders.get(conversation) ?? 0,
      () => standing,
    );
    assert.deepEqual(orders, [41, 1]);
  });

  it('goes on far above the orders of another strategy, and in one way after a restart', () => {
    const step = 2 ** 23;
    assert.deepEqual(placeTwo(7, 90_000), [2 * step + 7, 2 * step + 8]);
    assert.deepEqual(placeTwo(9, 2 * step + 8), [2 * step + 9, 2 * step + 10]);
  });
});
