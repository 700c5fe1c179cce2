import assert from 'node:assert/strict';
import { ImError, type Consumer } from 'im-kernel/contract';
import type { ConsumerInstance } from '../../core/config/settings.ts';
import { aConsumer } from './effects-stage.ts';
import { BEAT_MS, LEASE_MS, Pair } from './pair-stage.ts';

/** A consumer that never gets to its end of starting, on one node. */
function slowAt(node: string): (name: string) => readonly ConsumerInstance[] {
  const one = aConsumer('hook', () => Promise.resolve());
  const slow: Consumer = {
    start: (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    stop: () => Promise.resolve(),
    consume: () => Promise.resolve(),
  };
  const plugin = { ...one.plugin, create: () => slow };
  return (name) => (name === node ? [{ ...one, plugin }] : [one]);
}

describe('a node that is stopped before it serves', () => {
  it('has not failed', async () => {
    const pair = new Pair({ consumersOf: slowAt('im-b') });
    await pair.start();
    const { stage } = pair.b;
    const failures: string[] = [];
    stage.node.onFailed((part, why) => failures.push(`${part}: ${why}`));
    await pair.pass(11_000);
    pair.a.access.cut = true;
    await pair.pass(LEASE_MS + 2_500);
    assert.equal(stage.node.states().find(({ name }) => name === 'hook')?.state, 'starting');
    await pair.stop();
    assert.deepEqual(failures, []);
  });
});

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
