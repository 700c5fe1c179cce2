import assert from 'node:assert/strict';
import { returningOf, returningText } from '../../../core/admin/returning.ts';
import type { TakeoverNote } from '../../../core/cluster/takeover-log.ts';

const LAST: TakeoverNote = { epoch: 2, node: 'im-b', from: 'im-a', kind: 'switchover', at: 1_000 };

describe('the node that handed over', () => {
  it('is told of until it is there again', () => {
    const away = returningOf([LAST], ['im-b', 'im-c'], 3_100);
    assert.deepEqual(away, { node: 'im-a', agoMs: 2_100 });
    assert.equal(
      returningText({ node: 'im-a', agoMs: 2_100 }),
      'im-a handed over 2.1 s ago, and has not come back yet',
    );
    assert.equal(returningOf([LAST], ['im-a', 'im-b'], 3_100), undefined);
    // Clocks of two machines.
    assert.equal(returningOf([LAST], ['im-b'], 900)?.agoMs, 0);
  });

  it('is not told of after a failover, a later change, or ten minutes', () => {
    assert.equal(returningOf([], ['im-b'], 3_100), undefined);
    assert.equal(returningOf([{ ...LAST, kind: 'failover' }], ['im-b'], 3_100), undefined);
    const later: TakeoverNote = { epoch: 3, node: 'im-c', kind: 'failover', at: 2_000 };
    assert.equal(returningOf([later, LAST], ['im-c'], 3_100), undefined);
    assert.equal(returningOf([LAST], ['im-b'], 601_001), undefined);
  });
});
