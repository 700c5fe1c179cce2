import assert from 'node:assert/strict';
import { Follower } from '../../../tui/link/follower.ts';
import { Store } from '../../../tui/link/store.ts';
import { emptyData } from '../../../tui/model/data.ts';
import { newUi } from '../../../tui/model/ui.ts';
import { FakeCluster } from '../../tui/fake-cluster.ts';

const nobody = (): void => undefined;
const TARGET = { name: 'im-a', url: 'http://im-a:7490' };

function wants(offset: number): { topics: readonly string[]; intervalMs: number } {
  return { topics: [`sessions?limit=200&offset=${offset}`], intervalMs: 500 };
}

describe('rows from a server while somebody scrolls', () => {
  it('are asked for while the key is still down, ten times a second at most', async () => {
    const cluster = new FakeCluster();
    const asked: string[] = [];
    const connect: FakeCluster['connect'] = (target) => {
      const admin = cluster.connect(target);
      const watch: typeof admin.watch = (input, watcher) => {
        asked.push(...(input.topic ?? []));
        return admin.watch(input, watcher);
      };
      return { ...admin, watch };
    };
    const { now, after, random } = cluster;
    const follower = new Follower({ now, after, random, connect, dispatch: nobody });
    for (let offset = 0; offset <= 5_000; offset += 50) {
      follower.follow(TARGET, wants(offset));
      await cluster.advance(30);
    }
    await cluster.advance(200);
    follower.stop();
    assert.ok(asked.length > 20 && asked.length <= 32, String(asked.length));
    assert.equal(asked[0], wants(0).topics[0], 'the first at once');
    assert.equal(asked.at(-1), wants(5_000).topics[0], 'the last one counts');
  });

  it('are drawn as soon as they are there, and twice a second from then on', () => {
    const { now, after } = new FakeCluster();
    const data = emptyData(now());
    const store = new Store({ data, ui: newUi({ columns: 80, rows: 24 }) }, { now, after });
    let drawn = 0;
    store.subscribe(() => (drawn += 1));
    const tell = (offset: number): void => {
      const [topic = ''] = wants(offset).topics;
      const views = { [topic]: { view: { total: 10_000, rows: [] } } };
      store.dispatch({ kind: 'views', frame: { at: 0, skipped: 0, views } });
    };
    tell(0);
    assert.equal(drawn, 1);
    tell(0);
    assert.equal(drawn, 1, 'the same again waits for its turn');
    tell(50);
    assert.equal(drawn, 2);
  });
});
