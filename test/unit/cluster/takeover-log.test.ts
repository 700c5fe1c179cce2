import assert from 'node:assert/strict';
import {
  noteTakeover,
  parseTakeovers,
  TAKEOVERS_KEY,
  type TakeoverNote,
} from '../../../core/cluster/takeover-log.ts';
import type { Register } from '../../../core/contract/index.ts';

/** Others write between each reading and the first writes after it. */
function register(meddlings: number): Register & { readonly value: () => string | undefined } {
  let value: string | undefined;
  let left = meddlings;
  return {
    value: () => value,
    read: () => Promise.resolve(value),
    compareAndSet(_key, expected, next) {
      if (left > 0) {
        left -= 1;
        value = JSON.stringify([note(1), ...parseTakeovers(value)]);
      }
      if (value !== expected) return Promise.resolve(false);
      value = next;
      return Promise.resolve(true);
    },
    list: () => Promise.resolve([]),
  };
}

function note(epoch: number, more: Partial<TakeoverNote> = {}): TakeoverNote {
  return { epoch, node: 'im-b', kind: 'failover', at: 1_000 + epoch, ...more };
}

describe('the log of takeovers', () => {
  it('has the newest first, and forgets the oldest', async () => {
    const kept = register(0);
    for (let epoch = 1; epoch <= 25; epoch += 1) await noteTakeover(kept, note(epoch));
    const notes = parseTakeovers(await kept.read(TAKEOVERS_KEY));
    assert.deepEqual([notes.length, notes[0]?.epoch, notes.at(-1)?.epoch], [20, 25, 6]);
  });

  it('puts what a node says to what an operator did', async () => {
    const kept = register(0);
    await noteTakeover(kept, note(7, { kind: 'takeover' }));
    await noteTakeover(kept, note(7, { from: 'im-a', openMs: 12 }));
    const [both] = parseTakeovers(kept.value());
    assert.deepEqual(both, note(7, { kind: 'takeover', from: 'im-a', openMs: 12 }));
  });

  it('tries again when somebody else wrote, and gives up when they always do', async () => {
    const busy = register(2);
    assert.equal(await noteTakeover(busy, note(9)), true);
    assert.equal(parseTakeovers(busy.value())[0]?.epoch, 9);
    assert.equal(await noteTakeover(register(50), note(9)), false);
  });

  it('takes what cannot be read for nothing', () => {
    for (const text of ['', '{', '3', '{"a":1}', '[3,{"epoch":1}]']) {
      assert.deepEqual(parseTakeovers(text), []);
    }
    assert.deepEqual(parseTakeovers(JSON.stringify([note(1), { ...note(2), openMs: -1 }])), [
      note(1),
    ]);
  });
});
