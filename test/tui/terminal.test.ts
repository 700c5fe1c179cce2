import assert from 'node:assert/strict';
import { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import { textOf } from '../../tui/draw/line.ts';
import { picture } from '../../tui/screens/picture.ts';
import { PLAIN } from '../../tui/theme.ts';
import { FakeCluster } from './fake-cluster.ts';
import { HOSTILE, hostileSession } from './fake-sessions.ts';
import { clusterOf, overviewOf, WALL_MS } from './fake-views.ts';

import { loadInkColoured, TestTerminal, WARM_UP_MS, type Opened } from './terminal.ts';

async function opened(
  how: Partial<Opened>,
  body: (terminal: TestTerminal) => Promise<void>,
): Promise<void> {
  const terminal = await TestTerminal.open({ columns: 80, rows: 24, ...how });
  try {
    await body(terminal);
  } finally {
    await terminal.close();
  }
}

describe('a terminal', () => {
  before(async function () {
    this.timeout(WARM_UP_MS);
    await loadInkColoured();
  });

  it('shows the whole picture, and nothing else, after each change of its size', async () => {
    await opened({ columns: 120, rows: 40 }, async (terminal) => {
      for (const [columns, rows] of [
        [119, 40],
        [80, 40],
        [81, 24],
        [160, 50],
        [60, 16],
        [20, 5],
        [98, 31],
        [97, 31],
      ] as const) {
        await terminal.resize(columns, rows);
        const look = { ascii: false, version: '0.1.0' };
        const drawn = picture(terminal.store.published(), look);
        const expected = drawn.map((line) => textOf(line).trimEnd());
        assert.deepEqual(
          terminal
            .screen()
            .split('\n')
            .map((line) => line.trimEnd()),
          expected,
        );
      }
    });
  });

  it('that is too small is told what is needed', async () => {
    await opened({ columns: 20, rows: 5 }, async (terminal) => {
      assert.match(terminal.screen(), /needs 60×16/);
    });
  });

  it('is as it was when the program has ended', async () => {
    const terminal = await TestTerminal.open({ columns: 80, rows: 24 });
    assert.ok(terminal.alternate);
    await terminal.keys('q');
    assert.ok(!terminal.alternate);
    await terminal.close();
  });

  it('shows names that would harm it, and stays in shape', async () => {
    const cluster = new FakeCluster();
    const rows = HOSTILE.map((_, i) => hostileSession(i));
    cluster.told.set('im-a sessions', { view: { total: rows.length, rows } });
    await opened({ cluster }, async (terminal) => {
      await terminal.keys('2');
      const lines = terminal.screen().split('\n');
      assert.equal(lines.filter((line) => line.startsWith('│')).length, 19);
      for (const line of lines.slice(2, -1)) assert.match(line, /^[┌│└].*[┐│┘]$/u);
      assert.match(terminal.screen(), /s0 +gone/);
      assert.match(terminal.screen(), /DE/);
    });
  });

  it('has no colours where NO_COLOR is set, but a chosen row all the same', async () => {
    await opened({ theme: PLAIN }, async (terminal) => {
      await terminal.keys('2');
      // oxlint-disable-next-line no-control-regex -- escape sequences are what this is about
      assert.doesNotMatch(terminal.written, /\u001b\[(?:3[0-7]|4[0-7]|9[0-7])m/);
      assert.ok(terminal.written.includes('\u001b[7m'), 'inverse');
    });
  });

  it('types fast: keys that come as one are each one', async () => {
    await opened({}, async (terminal) => {
      await terminal.keys('2');
      await terminal.keys('jjj');
      assert.match(terminal.screen(), /4\/10,000/);
    });
  });

  it('scrolls ten thousand rows', async () => {
    await opened({}, async (terminal) => {
      await terminal.keys('2');
      await terminal.keys('G');
      assert.match(terminal.screen(), /10,000\/10,000/);
      assert.doesNotMatch(terminal.screen(), /│ …/, 'the rows have come');
    });
  });

  it('ends a session when asked twice, and says what came of it', async () => {
    const cluster = new FakeCluster();
    cluster.answers.set('session disconnect', { id: 'ff9f17', user: 'judy0', device: 'web' });
    await opened({ cluster }, async (terminal) => {
      await terminal.keys('2');
      await terminal.keys('d');
      assert.match(terminal.screen(), /Same as: im session disconnect ff9f17 --yes/);
      await terminal.keys('y');
      const acts = cluster.asked.filter(({ verb }) => verb !== 'events');
      assert.deepEqual(acts, [
        { node: 'im-a', verb: 'session disconnect', input: { id: 'ff9f17' } },
      ]);
      assert.match(terminal.screen(), /judy0 on web is disconnected/);
    });
  });

  it('ends all that are marked, and says how many had gone', async () => {
    const cluster = new FakeCluster();
    await opened({ cluster }, async (terminal) => {
      await terminal.keys('2');
      await terminal.keys(' ', ' ', 'd');
      assert.match(terminal.screen(), /│ ◆ {2}SESSION .*\n│ ◆ {2}ff9f17/);
      assert.match(terminal.screen(), / 2 marked {2}sort /);
      assert.match(terminal.screen(), /SESSION DISCONNECT, 2 MARKED/);
      const gone = new AdminProblem('im-a', 'IM_ADMIN_UNKNOWN', 'there is none', 404);
      cluster.answers.set('session disconnect', gone);
      await terminal.keys('y');
      assert.match(terminal.screen(), /session disconnect: 0 done; 2 had gone by themselves/);
      cluster.answers.set('session disconnect', new AdminProblem('im-a', 'IM_X', 'not now', 503));
      await terminal.keys(' ', ' ', 'd', 'y');
      assert.match(terminal.screen(), /session disconnect, 0 done: IM_X not now/);
      assert.equal(cluster.asked.filter(({ verb }) => verb !== 'events').length, 3);
    });
  });

  it('shows the refusal of a server as it says it', async () => {
    const cluster = new FakeCluster();
    const refusal = new AdminProblem(
      'im-a',
      'IM_CLUSTER_EPOCH',
      'the epoch is 18 now',
      409,
      'Look again.',
    );
    cluster.answers.set('cluster switchover', refusal);
    await opened({ cluster, columns: 100 }, async (terminal) => {
      await terminal.keys('7', 'j', 's', 'im-b', '\r');
      assert.match(
        terminal.screen(),
        /cluster switchover: IM_CLUSTER_EPOCH the epoch is 18 now. Look again\./,
      );
    });
  });

  it('that may only look has no keys that act, and says so', async () => {
    const cluster = new FakeCluster();
    cluster.permission = 'read';
    await opened({ cluster }, async (terminal) => {
      await terminal.keys('2');
      assert.match(terminal.screen(), / RO /);
      assert.doesNotMatch(terminal.screen(), /disconnect/);
      await terminal.keys('d');
      assert.doesNotMatch(terminal.screen(), /DISCONNECT/);
    });
  });

  it('follows the node that takes over, and learns what happened meanwhile', async () => {
    await opened({ columns: 100 }, async (terminal) => {
      const { cluster } = terminal;
      cluster.kill('im-a');
      await terminal.pass(500);
      assert.match(terminal.screen(), /✖ LOST im-a/);
      const epoch = { epoch: 18, active: 'im-b' };
      const told = overviewOf('im-b', { ...epoch, standing: 'active' });
      cluster.told.set('im-b overview', { view: told });
      cluster.told.set('im-b cluster', { view: clusterOf(epoch) });
      await terminal.pass(1_000);
      assert.match(terminal.screen(), /live via im-b \(was im-a\) {2}★ im-b e18/);
      await terminal.pass(6_000);
      assert.match(terminal.screen(), /live via im-b {2}★/);
    });
  });

  it('says among the events where some are missing', async () => {
    await opened({ columns: 100 }, async (terminal) => {
      for (const { node, input, watcher } of terminal.cluster.streams) {
        if (node === 'im-b' && input.events === 'yes') watcher.lost({ at: WALL_MS, count: 12 });
      }
      await terminal.keys('8');
      assert.match(terminal.screen(), /WARN +im-b +12 events are missing here/);
    });
  });

  it('takes no file that a node elsewhere tells of for one of this machine', async () => {
    const cluster = new FakeCluster();
    const { nodes, ...rest } = clusterOf();
    const told = nodes.map((one) => ({ ...one, admin: `unix:/run/${one.node}/admin.sock` }));
    for (const node of ['im-a', 'im-b'])
      cluster.told.set(`${node} cluster`, { view: { ...rest, nodes: told } });
    await opened({ cluster }, async (terminal) => {
      await terminal.keys('7');
      assert.match(terminal.screen(), /im-c .* no way /);
      assert.ok(![...cluster.streams].some(({ node }) => node === 'im-c'));
    });
  });

  it('scrolls what is open to its end and no further, and at once back', async () => {
    await opened({ rows: 16 }, async (terminal) => {
      await terminal.keys('4');
      await terminal.keys('G', '\r');
      assert.match(terminal.screen(), / 1-11 of (\d+) ─/);
      await terminal.keys('G', 'j', 'j');
      const [, from = '', total = ''] = / (\d+)-(\d+) of \2 ─/.exec(terminal.screen()) ?? [];
      assert.ok(Number(total) - Number(from) === 10, terminal.screen());
      await terminal.keys('k');
      assert.ok(terminal.screen().includes(` ${Number(from) - 1}-${Number(total) - 1} of `));
    });
  });

  it('knows a node that hangs from one that is gone', async () => {
    await opened({ columns: 100 }, async (terminal) => {
      for (const node of ['im-a', 'im-b', 'im-c']) terminal.cluster.hung.add(node);
      await terminal.pass(2_000);
      assert.match(terminal.screen(), /▲ stale 2\.\d s via im-a/);
      await terminal.pass(1_500);
      assert.match(terminal.screen(), /LOST im-a 3\.\d s \| FROZEN at 12:04:32/);
    });
  });

  it('never hides that two nodes serve at one epoch', async () => {
    await opened({}, async (terminal) => {
      terminal.cluster.told.set('im-b overview', {
        view: overviewOf('im-b', { standing: 'active' }),
      });
      await terminal.keys('2', '/', 'nobody', '\r');
      assert.match(terminal.screen(), /TWO NODES SERVE AT EPOCH 17/);
    });
  });
});
