import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Whereabouts } from '../../../core/cluster/whereabouts.ts';

describe('where clients are served', () => {
  it('is told with addresses, or with a time to come back where nobody serves', () => {
    const whereabouts = new Whereabouts();
    const { address, retryAfterMs } = whereabouts.moved('for now');
    assert.deepEqual([whereabouts.here, address], [false, undefined]);
    assert.ok((retryAfterMs ?? 0) > 0);
    whereabouts.isElsewhere(['tcp://im-b:7400']);
    assert.deepEqual(whereabouts.moved('over there', 1_000), {
      type: 'moved',
      address: ['tcp://im-b:7400'],
      retryAfterMs: 0,
      spreadMs: 500,
      reason: 'over there',
    });
    const { spreadMs = 0 } = whereabouts.moved('over there', 1_000_000);
    assert.ok(spreadMs <= 10_000, 'the spread is bounded');
  });

  it('may be asked again where nobody serves, later, and not by a crowd at once', () => {
    const whereabouts = new Whereabouts();
    whereabouts.isNowhere(['tcp://im-a:7400']);
    const alone = whereabouts.moved('ask again');
    assert.deepEqual([alone.address, whereabouts.here], [['tcp://im-a:7400'], false]);
    assert.ok((alone.retryAfterMs ?? 0) > 0 && (alone.spreadMs ?? 0) > 0);
    const crowd = whereabouts.moved('ask again', 6_000);
    assert.equal(crowd.spreadMs, 3_000);
  });

  it('is waited for while this node is about to serve', async () => {
    const whereabouts = new Whereabouts();
    await whereabouts.settled();
    const heard: string[] = [];
    whereabouts.soonHere();
    void whereabouts.settled().then(() => heard.push('first'));
    await turn();
    assert.deepEqual(heard, []);
    whereabouts.isHere();
    await turn();
    assert.deepEqual([heard, whereabouts.here], [['first'], true]);
    whereabouts.soonHere();
    whereabouts.isElsewhere([]);
    await whereabouts.settled();
    assert.equal(whereabouts.here, false);
  });

  it('are looked for anew when somebody comes while another node serves', async () => {
    const whereabouts = new Whereabouts();
    let looks = 0;
    whereabouts.onKnock = () => {
      looks += 1;
      if (looks === 2) whereabouts.soonHere();
      return Promise.resolve();
    };
    whereabouts.isElsewhere(['tcp://im-b:7400']);
    await whereabouts.settled();
    assert.deepEqual([looks, whereabouts.here], [1, false]);
    const waited = whereabouts.settled();
    await turn();
    whereabouts.isHere();
    await waited;
    await whereabouts.settled();
    assert.deepEqual([looks, whereabouts.here], [2, true]);
  });
});
