import assert from 'node:assert/strict';
import { ImError } from 'im-kernel/contract';
import { BEAT_MS, Pair } from './pair-stage.ts';

describe('an owner that is stopped while its store is away', () => {
  it('stops all the same', async () => {
    const pair = new Pair();
    await pair.start();
    const { register } = pair.shared;
    const read = register.read.bind(register);
    const away = new ImError('IM_STORE_AWAY', { why: 'on purpose' });
    // The turn that looks at planned changes is under way when the stop is asked for.
    const refusals: (() => void)[] = [];
    register.read = () =>
      new Promise((_, reject) => {
        refusals.push(() => reject(away));
      });
    await pair.pass(BEAT_MS);
    const stopped = pair.a.stage.node.stop();
    await pair.pass(100);
    register.read = read;
    for (const refuse of refusals) refuse();
    await pair.stop();
    assert.deepEqual(await stopped, []);
  });
});
