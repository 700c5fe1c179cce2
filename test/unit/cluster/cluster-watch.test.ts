import assert from 'node:assert/strict';
import type { Health, OwnershipRecord, Persistence, Registry } from 'im-kernel/contract';
import { ImError } from 'im-kernel/contract';
import { fakeClock, never, until, type FakeClock } from 'im-kernel/kit';
import { ClusterWatch } from '../../../core/cluster/gateway/cluster-watch.ts';
import { route } from '../../../core/cluster/gateway/route.ts';
import { printCard } from '../../../core/cluster/node-card.ts';
import { CARD, gatewayView, NOW_SERVES } from './gateway-view.ts';

const BEAT_MS = 1_000;

describe('a watch over a cluster', () => {
  let clock: FakeClock;
  let record: OwnershipRecord | undefined;
  let listed: readonly { node: string; card: string }[] | undefined;
  let looks = 0;
  let reports: Health[] = [];
  let watch: ClusterWatch;
  beforeEach(() => {
    clock = fakeClock();
    record = gatewayView().record;
    listed = [{ node: 'im-a', card: printCard(CARD) }];
    looks = 0;
    reports = [];
    const look = (): Promise<OwnershipRecord> => {
      looks += 1;
      return record
        ? Promise.resolve(record)
        : Promise.reject(new ImError('IM_STORE_AWAY', { why: 'a test' }));
    };
    const list: Registry['list'] = () => {
      return listed ? Promise.resolve(listed) : Promise.reject(new Error('no registry'));
    };
    watch = new ClusterWatch({
      persistence: { ownership: { look } } as unknown as Persistence,
      registry: { list } as unknown as Registry,
      clock,
      everyMs: BEAT_MS,
      report: (health) => void reports.push(health),
    });
  });
  afterEach(() => watch.stop(never()));

  /** Lets this much time pass, and the look that falls due come to its end. */
  async function pass(ms: number): Promise<void> {
    const before = looks;
    clock.advance(ms);
    await until(() => looks > before, 'another look');
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }

  it('looks at every beat, and sooner while nobody serves', async () => {
    await watch.start();
    assert.deepEqual(route(watch.view()), NOW_SERVES);
    clock.advance(BEAT_MS - 1);
    assert.equal(looks, 1);
    record = gatewayView({ living: { gone: true } }).record;
    await pass(1);
    assert.equal(route(watch.view()), undefined);
    record = gatewayView().record;
    await pass(100);
    assert.deepEqual([looks, route(watch.view())], [3, NOW_SERVES]);
    clock.advance(BEAT_MS - 1);
    assert.equal(looks, 3);
  });

  it('goes on with what it saw while the store is away, and says so once', async () => {
    await watch.start();
    record = undefined;
    for (let beat = 1; beat <= 10; beat += 1) {
      await pass(BEAT_MS);
      assert.deepEqual(route(watch.view()), NOW_SERVES);
      assert.equal(watch.view().stale, beat > 2);
    }
    assert.equal(watch.view().agoMs, 10 * BEAT_MS);
    assert.deepEqual(
      reports.map(({ state }) => state),
      ['degraded'],
    );
    record = gatewayView().record;
    await pass(BEAT_MS);
    assert.deepEqual([watch.view().agoMs, watch.view().stale], [0, false]);
    assert.equal(reports.at(-1)?.state, 'running');
  });

  it('goes on with the cards it saw while the registry is away', async () => {
    await watch.start();
    listed = undefined;
    await pass(BEAT_MS);
    assert.deepEqual(route(watch.view()), NOW_SERVES);
    assert.equal(reports.at(-1)?.state, 'degraded');
  });

  it('starts without a store, and sees it when it comes', async () => {
    record = undefined;
    await watch.start();
    assert.deepEqual([watch.view().record, watch.view().stale], [undefined, true]);
    record = gatewayView().record;
    await pass(100);
    assert.deepEqual(route(watch.view()), NOW_SERVES);
  });

  it('believes no card that another name told, and none that is none', async () => {
    listed = [
      { node: 'im-b', card: printCard(CARD) },
      { node: 'im-a', card: '{}' },
    ];
    await watch.start();
    assert.equal(watch.view().cards.size, 0);
  });

  it('looks no more after its stop', async () => {
    await watch.start();
    await watch.stop(never());
    clock.advance(10 * BEAT_MS);
    assert.equal(looks, 1);
  });
});
