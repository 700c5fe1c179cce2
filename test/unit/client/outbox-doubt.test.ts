import assert from 'node:assert/strict';
import { OutboxQueue } from '../../../client/outbox-queue.ts';

const body = new Uint8Array();
const TEA = { conversation: 'g/tea' } as const;

/**
 * Three commands in flight on a first connection, which then says that number 1 is stale and is
 * gone.
 */
function aQueueInDoubt(): { queue: OutboxQueue; renumbered: string[] } {
  const renumbered: string[] = [];
  const queue = new OutboxQueue((entries) => {
    renumbered.push(...entries.map(({ command }) => `${command.id} ${command.number}`));
  });
  for (const id of ['c1', 'c2', 'c3']) {
    const entry = queue.add({ type: 'send', ...TEA, id, sentAt: 1, body });
    queue.stored(entry, entry.command.number);
  }
  queue.connected({ known: [], asked: ['g/tea'], newLog: false, window: 32 }, 0);
  for (let n = 1; n <= 3; n += 1) queue.next(0);
  queue.refused({ type: 'refused', ...TEA, number: 1, id: 'c1', code: 'stale', expected: 2 }, 0);
  queue.disconnected();
  return { queue, renumbered };
}

describe('a command whose answer got lost with its connection', () => {
  it('keeps its number while an earlier one gets a new one, for it may have been accepted', () => {
    const { queue, renumbered } = aQueueInDoubt();
    const known = [{ ...TEA, number: 3, id: 'c3' }];
    queue.connected({ known, asked: ['g/tea'], newLog: false, window: 32 }, 0);
    assert.deepEqual(renumbered, ['c1 4']);
    const next = [queue.next(0), queue.next(0)].map((entry) => entry?.command.number);
    assert.deepEqual(next, [2, 3]);
  });

  it('follows the earlier one under a new number where WELCOME tells that it was not accepted', () => {
    const { queue, renumbered } = aQueueInDoubt();
    queue.connected({ known: [], asked: ['g/tea'], newLog: false, window: 32 }, 0);
    assert.deepEqual(renumbered, ['c1 4', 'c2 5', 'c3 6']);
  });
});
