import assert from 'node:assert/strict';
import { top, type Ended, type TopOptions } from '../../../tui/top.ts';
import { FakeCluster } from '../../tui/fake-cluster.ts';

async function pictureBy(cluster: FakeCluster): Promise<Ended> {
  const options: TopOptions = {
    targets: [{ name: 'im-b', url: 'http://im-b:7490' }],
    look: { ascii: false, version: '0.1.0' },
    readOnly: false,
    colours: false,
    once: true,
    screen: 'cluster',
    columns: 100,
    rows: 30,
  };
  const ending = top(options, cluster);
  const over = { is: false };
  void ending.finally(() => (over.is = true));
  while (!over.is) await cluster.advance(10);
  return ending;
}

describe('one picture', () => {
  it('is by the node that serves, whichever of them was named', async () => {
    const ended = await pictureBy(new FakeCluster());
    assert.ok(ended.kind === 'printed');
    assert.match(ended.text, /^ prod-eu ● live via im-a /);
  });

  it('waits for no node that is gone', async () => {
    const cluster = new FakeCluster();
    cluster.dead.add('im-c');
    const beganMs = cluster.now();
    const ended = await pictureBy(cluster);
    assert.ok(ended.kind === 'printed');
    assert.ok(cluster.now() - beganMs < 1_000, `${cluster.now() - beganMs} ms`);
  });
});
