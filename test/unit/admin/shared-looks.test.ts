import assert from 'node:assert/strict';
import { fakeClock } from 'im-kernel/kit';
import { SharedLooks } from '../../../core/admin/desk/shared-looks.ts';

/** Looks that end when they are told to. */
function slowLooks() {
  const clock = fakeClock();
  const shared = new SharedLooks(clock);
  const begun: PromiseWithResolvers<string>[] = [];
  const ask = (): Promise<unknown> =>
    shared.of('one', () => {
      const look = Promise.withResolvers<string>();
      begun.push(look);
      return look.promise;
    });
  return { clock, begun, ask };
}

describe('views for streams', () => {
  it('are looked up once for all who ask within a moment, and anew after it', async () => {
    const { clock, begun, ask } = slowLooks();
    const both = [ask(), ask()];
    begun[0]?.resolve('first');
    assert.deepEqual(await Promise.all(both), ['first', 'first']);
    assert.equal(begun.length, 1);
    clock.advance(200);
    const next = ask();
    begun[1]?.resolve('second');
    assert.equal(await next, 'second');
  });

  it('hold nobody up for a look that hangs, and begin no other beside it', async () => {
    const { clock, begun, ask } = slowLooks();
    for (let time = 0; time < 3; time += 1) {
      const asked = assert.rejects(ask(), { code: 'IM_ADMIN_AWAY' });
      clock.advance(1_000);
      await asked;
    }
    assert.equal(begun.length, 1);
    begun[0]?.resolve('late');
    assert.equal(await ask(), 'late');
    const anew = ask();
    assert.equal(begun.length, 2);
    begun[1]?.resolve('then');
    assert.equal(await anew, 'then');
  });
});
