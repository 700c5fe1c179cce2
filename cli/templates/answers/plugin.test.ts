import assert from 'node:assert/strict';
import { describe, fakeClock, it, judgeAnswers, quietHost } from 'im-kernel/kit';
import plugin from './index.ts';

judgeAnswers({
  name: 'my-plugin',
  make: (host) => plugin.create({ expiry: 60_000, answers: 100 }, host),
});

describe('my-plugin', () => {
  it('forgets what nobody asked for in its time, and no earlier', async () => {
    const clock = fakeClock();
    const cache = plugin.create({ expiry: 1_000, answers: 100 }, quietHost({ clock }));
    await cache.remember(['a', 'b'].map((key) => ({ key, value: 'x' })));
    clock.advance(999);
    assert.deepEqual(await cache.recall(['a']), ['x']);
    clock.advance(999);
    assert.deepEqual(await cache.recall(['a', 'b']), ['x', undefined]);
    clock.advance(1_000);
    assert.deepEqual(await cache.recall(['a']), [undefined]);
  });

  it('forgets the longest unused when it holds as many as it may', async () => {
    const cache = plugin.create({ expiry: 1_000, answers: 2 }, quietHost());
    await cache.remember(['a', 'b'].map((key) => ({ key, value: 'x' })));
    await cache.recall(['a']);
    await cache.remember([{ key: 'c', value: 'x' }]);
    assert.deepEqual(await cache.recall(['a', 'b', 'c']), ['x', undefined, 'x']);
  });
});
