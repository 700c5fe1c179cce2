import assert from 'node:assert/strict';
import type { LivingNode } from 'im-kernel/contract';
import { fakeClock, seededRandom } from 'im-kernel/kit';
import { Admission } from '../../../core/cluster/gateway/admission.ts';
import { Answers, type Answer } from '../../../core/cluster/gateway/answers.ts';
import { route, shownNodes, type GatewayView } from '../../../core/cluster/gateway/route.ts';
import { gatewayView, NOW_SERVES } from './gateway-view.ts';

function told({ body }: Answer): Record<string, unknown> {
  return JSON.parse(body) as Record<string, unknown>;
}

describe('the way of a client', () => {
  it('is to the node that owns the shards', () => {
    assert.deepEqual(route(gatewayView()), NOW_SERVES);
  });

  const nobody: Readonly<Record<string, Partial<GatewayView>>> = {
    'nothing was ever seen': { record: undefined },
    'the owner is silent on its link': { suspects: new Set(['im-a']) },
    'the lease ends between the look and the question': { agoMs: 5_000 },
    'the owner tells nothing of itself': { cards: new Map() },
    'the owner is gone': gatewayView({ living: { gone: true } }),
    'the lease was over when last seen': gatewayView({ living: { leaseLeftMs: 0 } }),
    'it was over, and the store is away': {
      ...gatewayView({ living: { leaseLeftMs: 0 } }),
      stale: true,
    },
    'what the owner told was an earlier life': gatewayView({ card: { life: 'before' } }),
    'the owner has no addresses': gatewayView({ card: { addresses: [] } }),
    'another life of the owner lives': gatewayView({ living: { life: 'later' } }),
    'nobody ever owned anything': gatewayView({ owner: undefined }),
  };
  for (const [why, changes] of Object.entries(nobody)) {
    it(`is none while ${why}`, () => {
      assert.equal(route({ ...gatewayView(), ...changes }), undefined);
    });
  }

  it('is the last one known while the store is away, for as long as that takes', () => {
    assert.deepEqual(route({ ...gatewayView(), agoMs: 60_000, stale: true }), NOW_SERVES);
  });
});

/** What a node in this state tells of its version, sessions and loop. */
function workOf(living: Partial<LivingNode>): readonly unknown[] {
  const [a] = shownNodes(gatewayView({ living }));
  return [a?.version, a?.sessions, a?.loopDelayMs];
}

describe('the nodes, as anybody may see them', () => {
  it('tell no lives, no links and no secrets', () => {
    const shown = shownNodes(gatewayView());
    assert.deepEqual(
      shown.map(({ node, state, lease }) => [node, state, lease]),
      [
        ['im-a', 'active', 'live'],
        ['im-b', 'absent', 'over'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(shown), /life|7421|link/);
  });

  it('tell of their work only while they live', () => {
    assert.deepEqual(workOf({}), ['1.2.0', 12, 1.25]);
    assert.deepEqual(workOf({ gone: true }), ['1.2.0', undefined, undefined]);
    assert.deepEqual(workOf({ leaseLeftMs: 0 }), ['1.2.0', undefined, undefined]);
  });
});

describe('admission', () => {
  it('lets a burst through, then as many as come with the time', () => {
    const clock = fakeClock();
    const admission = new Admission({ perSecond: 10, burst: 3 }, clock);
    const taken = (): boolean => admission.take() === 0;
    assert.deepEqual([taken(), taken(), taken(), taken()], [true, true, true, false]);
    clock.advance(99);
    assert.equal(taken(), false);
    clock.advance(1);
    assert.deepEqual([taken(), taken()], [true, false]);
    clock.advance(3_600_000);
    assert.deepEqual([taken(), taken(), taken(), taken()], [true, true, true, false]);
  });

  it('tells each who is refused to come behind those before, 30 s at most', () => {
    const clock = fakeClock();
    const admission = new Admission({ perSecond: 10, burst: 1 }, clock);
    admission.take();
    const waits = Array.from({ length: 500 }, () => admission.take());
    assert.deepEqual(waits.slice(0, 3), [100, 200, 300]);
    assert.equal(Math.max(...waits), 30_000);
    clock.advance(10_000);
    admission.take();
    assert.equal(admission.take(), 20_100);
  });

  it('has no bound at 0', () => {
    const admission = new Admission({ perSecond: 0, burst: 1 }, fakeClock());
    for (let at = 0; at < 10_000; at += 1) assert.equal(admission.take(), 0);
  });
});

describe('what the gateway answers', () => {
  let labels: string[] = [];
  function answers(view: Partial<GatewayView> = {}, burst = 10): Answers {
    labels = [];
    return new Answers({
      view: () => ({ ...gatewayView(), ...view }),
      clock: fakeClock(),
      random: seededRandom(),
      rate: { perSecond: 10, burst },
      retryAfterMs: 500,
      answered: { add: (_by, label = '') => void labels.push(label) },
    });
  }
  const ask = (
    url: string,
    view: Partial<GatewayView> = {},
    method = 'GET',
    body = false,
  ): Answer => answers(view).answer({ method, url, body });

  it('is the server of a user', () => {
    const answer = ask('/v1/server?user=alice');
    assert.equal(answer.status, 200);
    assert.deepEqual(told(answer), { ...NOW_SERVES });
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.deepEqual(told(ask('/v1/server')), { ...NOW_SERVES });
    assert.deepEqual(labels, ['found']);
  });

  it('says how old it is, when the store is away', () => {
    const answer = ask('/v1/server?user=alice', { agoMs: 12_345.6, stale: true });
    assert.deepEqual(told(answer), { ...NOW_SERVES, stale: true, agoMs: 12_346 });
    assert.deepEqual(labels, ['stale']);
  });

  it('is 503 and when to come again, where nobody serves', () => {
    const answer = ask('/v1/server?user=alice', { suspects: new Set(['im-a']) });
    assert.equal(answer.status, 503);
    const { error, retryAfterMs } = told(answer);
    assert.equal(error, 'nobody');
    assert.ok(Number(retryAfterMs) >= 500 && Number(retryAfterMs) <= 750);
    assert.equal(answer.headers['retry-after'], '1');
    assert.equal(answer.headers['access-control-expose-headers'], 'retry-after');
  });

  it('is 503 for those who are too many, spread over the time that they take', () => {
    const gateway = answers({}, 5);
    const all = Array.from({ length: 105 }, () =>
      gateway.answer({ method: 'GET', url: '/v1/server?user=a', body: false }),
    );
    assert.deepEqual(
      all.slice(0, 5).map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    const refused = all.slice(5);
    assert.ok(refused.every((one) => one.status === 503 && told(one)['error'] === 'too-many'));
    const waits = refused.map((one) => Number(told(one)['retryAfterMs']));
    assert.ok(waits.every((wait, at) => wait >= (at + 1) * 100 && wait <= (at + 1) * 150 + 1));
    assert.equal(Number(refused.at(-1)?.headers['retry-after']) >= 10, true);
    const health = gateway.answer({ method: 'GET', url: '/v1/health', body: false });
    assert.equal(health.status, 200);
  });

  for (const [url, status, error] of [
    ['/', 404, 'not-found'],
    ['/v1/server/', 404, 'not-found'],
    ['/v1/server?user=', 400, 'bad-user'],
    ['/v1/server?user=a&user=b', 400, 'bad-user'],
    ['/v1/server?user=%00', 400, 'bad-user'],
    ['/v1/server?user=%zz', 400, 'bad-user'],
    [`/v1/server?user=${'a'.repeat(65)}`, 400, 'bad-user'],
    ["/v1/server?user=a'--", 400, 'bad-user'],
    [`/v1/server?user=${'a'.repeat(2_000)}`, 414, 'url-too-long'],
    ['http://elsewhere/v1/server?user=a', 400, 'bad-url'],
    ['*', 400, 'bad-url'],
    ['', 400, 'bad-url'],
    ['//[/v1', 404, 'not-found'],
    ['/../../etc/passwd', 404, 'not-found'],
  ] as const) {
    it(`is ${status} ${error} for ${JSON.stringify(url).slice(0, 40)}`, () => {
      const answer = ask(url);
      assert.equal(answer.status, status);
      assert.equal(told(answer)['error'], error);
      assert.doesNotMatch(answer.body, /passwd|elsewhere|aaaa/);
    });
  }

  it('is 405 for what is no question, and 400 for one with a body', () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', '']) {
      const answer = ask('/v1/server?user=alice', {}, method);
      assert.deepEqual([answer.status, answer.headers['allow']], [405, 'GET, HEAD, OPTIONS']);
    }
    assert.equal(ask('/v1/server?user=alice', {}, 'GET', true).status, 400);
    const preflight = ask('/v1/server?user=alice', {}, 'OPTIONS');
    assert.deepEqual([preflight.status, preflight.body], [204, '']);
  });

  it('is how it is itself, and which nodes there are', () => {
    assert.deepEqual(told(ask('/v1/health')), { state: 'running' });
    const stale = { stale: true, agoMs: 9_000 };
    assert.deepEqual(told(ask('/v1/health', stale)), { state: 'stale', ...stale });
    const blind = ask('/v1/health', { record: undefined, agoMs: Infinity, stale: true });
    assert.deepEqual([blind.status, told(blind)], [503, { state: 'blind' }]);
    const { active, epoch, nodes } = told(ask('/v1/nodes'));
    assert.deepEqual([active, epoch, (nodes as unknown[]).length], ['im-a', 7, 2]);
  });
});
