/** `im status`, `im switchover` and `im takeover` on a real pair, and what signals do to it. */
import assert from 'node:assert/strict';
import { until } from 'im-kernel/kit';
import type { ClusterStatus } from '../../core/admin/operator.ts';
import { NodePair } from './node-pair.ts';

const LINES_OF_A_TABLE = 4;

function areReady({ nodes }: ClusterStatus): boolean {
  return nodes.every(({ ready }) => ready);
}

describe('the verbs of a cluster', function () {
  this.timeout(90_000);
  let pair: NodePair;
  afterEach(() => pair.clear());

  describe('where one node serves and another stands by', () => {
    beforeEach(async () => {
      pair = new NodePair();
      await pair.start();
    });

    it('show who is there, once, as JSON, and again and again', async () => {
      const { code, out } = await pair.im('status');
      assert.equal(code, '0');
      const [head = '', titles = '', a = '', b = '', ...rest] = out.split('\n');
      assert.match(head, /^cluster demo {2}epoch 1 {2}shards 64 {2}active im-a$/);
      assert.match(titles, /^node +state +shards +lease +priority +sessions +version +addresses$/);
      assert.match(a, /^im-a +active +64 +\d\.\d s +1 +0 +\S+ +tcp:\/\/\S+ ws:\/\/\S+$/);
      assert.match(b, /^im-b +standby +0 +\d\.\d s +2 +0 +\S+ +tcp:\/\/\S+ ws:\/\/\S+$/);
      assert.deepEqual(rest, ['']);

      const { active, nodes, problems } = await pair.status();
      assert.equal(active, 'im-a');
      assert.deepEqual(
        nodes.map(({ state, ready, shards }) => ({ state, ready, shards })),
        [
          { state: 'active', ready: true, shards: 64 },
          { state: 'standby', ready: true, shards: 0 },
        ],
      );
      assert.deepEqual(nodes[0]?.card?.addresses, pair.a.addresses);
      assert.deepEqual(problems, []);

      const watching = pair.type('status --watch');
      const tables = (): number => watching.out.split('cluster demo').length - 1;
      await until(() => tables() >= 2, 'a second table', 20_000);
      assert.equal(await watching.signal('SIGINT'), 'SIGINT');
      assert.ok(watching.out.split('\n').length > LINES_OF_A_TABLE);
    });

    it('move everything to the other node and back', async () => {
      const there = await pair.im('switchover --to im-b --expect-epoch 1 --yes');
      assert.deepEqual(there, { code: '0', out: 'im-b owns the shards, epoch 2\n', err: '' });
      const { active, switchover } = await pair.until(areReady, 'im-a stands by');
      assert.equal(active, 'im-b');
      assert.equal(switchover?.phase, 'done');
      const back = await pair.im('switchover --to im-a --expect-epoch 2 --yes', pair.a);
      assert.deepEqual(back, { code: '0', out: 'im-a owns the shards, epoch 3\n', err: '' });
      const { out } = await pair.im('status');
      assert.match(out, /^last planned change: to im-a, asked by an operator, done$/m);
    });

    it('refuse what was asked upon another picture, or of a node that cannot', async () => {
      const refusals: readonly [words: string, code: string, err: RegExp][] = [
        [
          'switchover --to im-b --expect-epoch 7 --yes',
          '5',
          /^IM_CLUSTER_EPOCH the epoch of the cluster is 1, not the expected 7\n.*im status/,
        ],
        ['takeover --to im-b --expect-epoch 0 --yes --allow-data-loss', '5', /^IM_CLUSTER_EPOCH /],
        [
          'switchover --to im-z --expect-epoch 1 --yes',
          '1',
          /^IM_SWITCHOVER_REFUSED nothing was moved to im-z: im-z is not there\n/,
        ],
        ['switchover --to im-a --expect-epoch 1 --yes', '1', /im-a owns everything already/],
        [
          'takeover --to im-z --expect-epoch 1 --force --yes --allow-data-loss',
          '1',
          /im-z: it is not there\n/,
        ],
        [
          'takeover --to im-b --expect-epoch 1 --yes --allow-data-loss',
          '1',
          /the lease of the owner runs; --force /,
        ],
        [
          'switchover --to im-b --expect-epoch soon --yes',
          '2',
          /epoch that im status shows, not soon/,
        ],
      ];
      for (const [words, code, err] of refusals) {
        const said = await pair.im(words);
        assert.equal(said.code, code, words);
        assert.match(said.err, err);
        assert.equal(said.out, '');
      }
      const { epoch, active } = await pair.status();
      assert.deepEqual({ epoch, active }, { epoch: 1, active: 'im-a' });
    });

    it('take everything from an owner that lives only by force; it comes back as a backup', async () => {
      const said = await pair.im(
        'takeover --to im-b --expect-epoch 1 --force --yes --allow-data-loss',
      );
      assert.deepEqual(said, { code: '0', out: 'im-b owns the shards, epoch 2\n', err: '' });
      const stands = await pair.until(
        (now) => now.active === 'im-b' && areReady(now),
        'im-a stands by',
      );
      assert.equal(stands.nodes[0]?.state, 'standby');
      assert.equal(pair.a.running, true);
    });

    it('see the backup serve at once when the active is stopped, and say who was the last', async () => {
      await pair.until(areReady, 'im-b stands by');
      const begunMs = performance.now();
      let servesMs = Infinity;
      pair.b.onLine = (line) => {
        if (line.includes('this node owns the shards')) servesMs = performance.now();
      };
      await pair.a.stop();
      await until(() => servesMs < Infinity, 'im-b serves');
      assert.ok(servesMs - begunMs < 1_000, `it took ${servesMs - begunMs} ms`);
      assert.equal((await pair.status()).epoch, 2);

      await pair.b.stop();
      const { code, out } = await pair.im('status');
      assert.equal(code, '1');
      assert.match(out, /active NOBODY; im-b was the last\n/);
      await pair.a.start();
      const { active, epoch } = await pair.status();
      assert.deepEqual({ active, epoch }, { active: 'im-a', epoch: 3 });
    });
  });

  it('leave it to the operator with the policy manual, when the owner was killed', async () => {
    pair = new NodePair({ failover: 'manual' });
    await pair.start();
    await pair.a.kill();
    const { last } = await pair.until(({ active }) => active === undefined, 'nobody serves');
    assert.equal(last, 'im-a');
    const { code, out } = await pair.im('status');
    assert.equal(code, '1');
    assert.match(
      out,
      /^im-a +gone +64 +(?:over|\d\.\d s) +(?:1|-) +- /m,
      'no sessions of a dead one',
    );
    const said = await pair.im('takeover --to im-b --expect-epoch 1 --yes --allow-data-loss');
    assert.deepEqual(said, { code: '0', out: 'im-b owns the shards, epoch 2\n', err: '' });
    await until(() => pair.b.output.includes('path started'), 'im-b serves', 10_000);
  });
});
