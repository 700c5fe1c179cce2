import assert from 'node:assert/strict';
import type { Durability } from 'im-kernel/contract';
import { inBetween } from './in-between.ts';
import { closeStages, openStage } from './stage.ts';

describe('durability, as answers tell it', () => {
  afterEach(closeStages);

  it('is what the store found out at its start', async () => {
    const stage = await openStage({
      between: (store) => {
        let durability: Durability = 'disk';
        return inBetween(store, {
          start: async (signal) => {
            await store.start(signal);
            durability = 'process';
          },
          get guarantees() {
            return { durability, shared: false };
          },
        });
      },
    });
    const ann = await stage.join('ann');
    assert.equal((await ann.accepted(ann.send('d/ann/bob', 'hi'))).durability, 'process');
  });
});
