import assert from 'node:assert/strict';
import type { AnswerCache, Entry, Persistence } from 'im-kernel/contract';
import { fakeClock, memoryRegister, quietHost, seededRandom, until } from 'im-kernel/kit';
import { sealWith } from '../../../core/kernel/seal.ts';
import { RecentAnswers } from '../../../core/path/recent-answers.ts';

const sender = { conversation: 'd/ann/bob', user: 'ann', device: 'd1' };

function entry(number: number, position: number): Entry {
  const id = `0199a0b1-c2d3-7e4f-8a9b-${String(number).padStart(12, '0')}`;
  const times = { sentAt: 1, acceptedAt: 2 };
  return { ...sender, ...times, id, number, position, order: position, kind: 'message' };
}

/** A store of which only this is asked. */
const store = {
  log: '0199a0b1-c2d3-4e4f-8a9b-000000000001',
  guarantees: { durability: 'disk', shared: true },
  register: memoryRegister(),
} as unknown as Persistence;

async function over(changes: Partial<AnswerCache> = {}) {
  const values = new Map<string, string>();
  const host = quietHost({ clock: fakeClock() });
  const { metrics, log } = host;
  const cache: AnswerCache = {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    recall: (keys) => Promise.resolve(keys.map((key) => values.get(key))),
    remember: async (pairs) => pairs.forEach(({ key, value }) => values.set(key, value)),
    ...changes,
  };
  const recent = new RecentAnswers({
    cached: {
      cache,
      settings: { timeLimit: 50, suspension: 1_000, pending: 1_000 },
      report: {
        looks: metrics.counter('looks', ''),
        puts: metrics.counter('puts', ''),
        recallMs: metrics.histogram('ms', ''),
        log,
        pending: () => undefined,
        health: (health) => host.report(health),
      },
    },
    persistence: store,
    clock: { ...quietHost().clock, monotonic: () => host.clock.monotonic() },
    random: seededRandom(1),
    sealWith,
  });
  await recent.open();
  return { recent, host, values };
}

function fail(): never {
  throw new Error('at once');
}

describe('recent answers', () => {
  it('do not reach beyond the end of the log, however well sealed', async () => {
    const { recent, host } = await over();
    recent.note([entry(1, 10)]);
    await until(() => host.counted('puts', 'kept') === 1, 'it was handed over');
    const ask = (lastPosition: number) => recent.recall([{ sender, number: 1, lastPosition }]);
    assert.deepEqual(await ask(9), [undefined]);
    assert.equal((await ask(10))[0]?.position, 10);
    assert.deepEqual([host.counted('looks', 'unfit'), host.counted('looks', 'hit')], [1, 1]);
  });

  it('bear a cache that throws at once', async () => {
    const { recent, host } = await over({ recall: fail, remember: fail });
    assert.deepEqual(await recent.recall([{ sender, number: 1, lastPosition: 9 }]), [undefined]);
    recent.note([entry(1, 1)]);
    await until(() => host.counted('puts') === 1, 'its fate');
    assert.deepEqual([host.counted('looks', 'failed'), host.counted('puts', 'left-alone')], [1, 1]);
    assert.deepEqual(
      host.reports.map(({ state }) => state),
      ['degraded'],
    );
  });

  it('are handed over in calls of bounded size, one at a time', async () => {
    const sizes: number[] = [];
    let open = 0;
    const remember: AnswerCache['remember'] = async (pairs) => {
      open += 1;
      assert.equal(open, 1);
      sizes.push(pairs.length);
      await Promise.resolve();
      open -= 1;
    };
    const { recent, host } = await over({ remember });
    recent.note(Array.from({ length: 300 }, (_, at) => entry(at + 1, at + 1)));
    recent.note([entry(301, 301)]);
    await until(() => host.counted('puts', 'kept') === 301, 'all of them');
    assert.deepEqual(sizes, [256, 45]);
    recent.note([entry(302, 302)]);
    await until(() => host.counted('puts', 'kept') === 302, 'one more later');
  });

  it('are handed over at the end, and nothing comes after it', async () => {
    const { recent, host, values } = await over();
    recent.note([entry(1, 1), entry(2, 2)]);
    await recent.close();
    assert.equal(values.size, 2);
    assert.equal(recent.idle, true);
    recent.note([entry(3, 3)]);
    assert.deepEqual(await recent.recall([{ sender, number: 1, lastPosition: 9 }]), [undefined]);
    assert.equal(host.counted('puts'), 2);
  });
});
