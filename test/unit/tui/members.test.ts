import assert from 'node:assert/strict';
import type { Target, Watcher } from '../../../core/admin/client/admin-client.ts';
import { unreachable } from '../../../core/admin/client/admin-problem.ts';
import { Member } from '../../../tui/link/member.ts';
import { Members } from '../../../tui/link/members.ts';
import type { Surroundings } from '../../../tui/link/surroundings.ts';
import { Store } from '../../../tui/link/store.ts';
import { emptyData } from '../../../tui/model/data.ts';
import { newUi } from '../../../tui/model/ui.ts';
import { FakeCluster } from '../../tui/fake-cluster.ts';
import { clusterOf, WALL_MS } from '../../tui/fake-views.ts';

/** The target that leads to a node of which the followed one tells this address. */
async function learned(admin: string, first: Partial<Target>): Promise<Target | undefined> {
  const cluster = new FakeCluster();
  const view = clusterOf();
  const nodes = view.nodes.map((node) => (node.node === 'im-b' ? { ...node, admin } : node));
  cluster.told.set('im-a cluster', { view: { ...view, nodes } });
  const reached: Target[] = [];
  const connect: Surroundings['connect'] = (target) => {
    reached.push(target);
    return cluster.connect(target);
  };
  const { now, after, random } = cluster;
  const around = { now, after, random, connect };
  const store = new Store({ data: emptyData(now()), ui: newUi({ columns: 80, rows: 24 }) }, around);
  const members = new Members([{ name: 'im-a', token: 'secret', ...first }], {
    ...around,
    state: () => store.state,
    dispatch: (action) => store.dispatch(action),
  });
  store.run(() => members.look());
  await cluster.advance(2_000);
  store.stop();
  members.stop();
  return reached.find(({ name }) => name === 'im-b');
}

describe('nodes that the cluster tells of', () => {
  const safely = { url: 'https://im-a:7490' };

  it('are shown the token over TLS, and without it on this machine only', async () => {
    assert.equal((await learned('https://im-b:7490', safely))?.token, 'secret');
    assert.equal((await learned('http://127.0.0.1:7490', safely))?.token, 'secret');
    assert.equal((await learned('http://[::1]:7490', safely))?.token, 'secret');
  });

  it('are not shown it in the clear, whatever their name looks like', async () => {
    for (const host of ['im-b', '127.example.org', '127.0.0.1.example.org', 'localhost.org']) {
      const found = await learned(`http://${host}:7490`, safely);
      assert.ok(found, host);
      assert.equal(found.token, undefined, host);
    }
  });
});

describe('a node that was learned and is gone', () => {
  it('is tried again when nobody is there, and followed when it comes back', async () => {
    const cluster = new FakeCluster();
    const view = clusterOf();
    const [a, b] = view.nodes;
    assert.ok(a && b);
    const both = { ...view, nodes: [a, { ...b, admin: 'http://127.0.0.1:7490' }] };
    cluster.told.set('im-a cluster', { view: both });
    cluster.told.set('im-b cluster', { view: both });
    const { now, after, random, connect } = cluster;
    const around = { now, after, random, connect };
    const ui = newUi({ columns: 80, rows: 24 });
    const store = new Store({ data: emptyData(now()), ui }, around);
    const members = new Members([{ name: 'im-a', url: 'http://im-a:7490' }], {
      ...around,
      state: () => store.state,
      dispatch: (action) => store.dispatch(action),
    });
    const names = (): string[] => store.state.data.links.map(({ name }) => name);
    store.run(() => members.look());
    await cluster.advance(2_000);
    assert.deepEqual(names(), ['im-a', 'im-b']);
    cluster.kill('im-b');
    cluster.told.set('im-a cluster', { view: { ...view, nodes: [a] } });
    await cluster.advance(10_000);
    assert.deepEqual(names(), ['im-a']);
    cluster.kill('im-a');
    cluster.dead.delete('im-b');
    await cluster.advance(20_000);
    members.stop();
    store.stop();
    assert.deepEqual(names(), ['im-a', 'im-b']);
    assert.equal(store.state.data.preferred, 'im-b');
  });
});

describe('the events of a member', () => {
  it('go on after a gap from the last event, not from the line about the gap', async () => {
    const cluster = new FakeCluster();
    const { now, after, random } = cluster;
    const asked: unknown[] = [];
    let watcher: Watcher | undefined;
    const member = new Member(
      { name: 'im-a', socket: '/a' },
      {
        now,
        after,
        random,
        connect: () => ({
          ask: async (_, input) => {
            asked.push(input);
            return { lost: false, events: [] } as never;
          },
          watch: (_, given) => {
            watcher = given;
            return () => undefined;
          },
        }),
        dispatch: () => undefined,
      },
    );
    member.start();
    const at = WALL_MS;
    watcher?.event({ id: 'life.7', at, level: 'info', message: 'one', fields: {} });
    watcher?.lost({ at, count: 3 });
    watcher?.closed(unreachable('im-a', 'it ended'));
    await cluster.advance(1_000);
    watcher?.beat({ at, loopDelayMs: 0 });
    member.stop();
    assert.deepEqual(asked, [{ limit: 200, after: 'life.7' }]);
  });
});
