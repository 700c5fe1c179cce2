/** Nodes in processes of their own that beat over links: killed, stopped, and with a busy loop. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { quietHost, realClock, until } from 'im-kernel/kit';
import { linkMeans } from '../../core/assembly/lend-links.ts';
import { tcpNetwork } from '../../core/assembly/tcp-network.ts';
import { parseBeat, type Beat } from '../../core/cluster/heart/beat-frame.ts';
import { KeptLink } from '../../core/cluster/link/kept-link.ts';
import { ServerProcess, type Differences } from '../scenes/server-process.ts';
import { ServerMetrics } from './server-metrics.ts';

const contract = join(import.meta.dirname, '..', '..', 'core', 'contract', 'index.ts');
const waitMs = 20_000;

/** Stands still for a second and a half at each SIGWINCH. */
const busyGuard = `
import { definePlugin } from '${contract}';
const stand = () => {
  for (const end = performance.now() + 1500; performance.now() < end; );
};
export default definePlugin({
  contract: 1, role: 'guard', type: 'busy', summary: 'It stands still.',
  stability: 'experimental', config: {},
  create: () => ({
    start: () => { process.on('SIGWINCH', stand); return Promise.resolve(); },
    stop: () => { process.off('SIGWINCH', stand); return Promise.resolve(); },
    look: () => ({ is: 'allow' }),
  }),
});
`;

async function gauge(one: ServerProcess, name: string): Promise<number> {
  return (await ServerMetrics.of(one)).value(name);
}

const gateways = new WeakMap<ServerProcess, string>();

/** What its gateway answers. */
function asked(one: ServerProcess, question: string): Promise<Response> {
  return fetch(new URL(question, gateways.get(one)));
}

async function isReady(one: ServerProcess): Promise<boolean> {
  const { nodes } = (await (await asked(one, '/v1/nodes')).json()) as {
    nodes: readonly { ready: boolean }[];
  };
  return nodes[0]?.ready === true;
}

const owns = (one: ServerProcess): boolean => one.output.includes('this node owns the shards');

describe('nodes that beat over links', function () {
  this.timeout(120_000);
  let folder = '';
  let servers: ServerProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'im-heartbeats-'));
    mkdirSync(join(folder, 'shared'));
    writeFileSync(join(folder, 'busy.ts'), busyGuard);
  });
  afterEach(async () => {
    for (const one of servers) await one.kill();
    servers = [];
    rmSync(folder, { recursive: true, force: true });
  });

  function server(name: string, different: Differences = {}): ServerProcess {
    const home = join(folder, name);
    mkdirSync(home);
    const { cluster, failover, ...more } = different;
    const one = new ServerProcess(home, join(folder, 'shared', 'auth.key'), {
      node: { name },
      // So long that the store alone would tell of nothing while the test runs.
      cluster: {
        name: 'pair',
        link: '127.0.0.1:0',
        secretFile: join(folder, 'cluster.key'),
        beat: '30s',
        lease: '90s',
        ...cluster,
      },
      failover: { use: 'standby', tenure: '0s', suspectAfter: '3s', ...failover },
      persistence: { file: join(folder, 'shared', 'im.db') },
      ...more,
      guards: { busy: { use: join(folder, 'busy.ts') } },
    });
    one.onLine = (line) => {
      if (!line.includes('the gateway listens')) return;
      gateways.set(one, (JSON.parse(line) as { address: string }).address);
    };
    servers.push(one);
    return one;
  }

  /** Two of them, the first owns, and both hear each other. */
  async function pair(different: Differences = {}): Promise<[ServerProcess, ServerProcess]> {
    const both: [ServerProcess, ServerProcess] = [
      server('im-a', different),
      server('im-b', different),
    ];
    for (const one of both) await one.start();
    await until(async () => (await gauge(both[1], 'im_links')) > 0, 'the links are open', waitMs);
    return both;
  }

  it('notice a kill at once, long before the next beat', async () => {
    const [a, b] = await pair();
    assert.ok(owns(a) && !owns(b));
    const took = Promise.withResolvers<number>();
    b.onLine = (line) => {
      if (line.includes('this node owns the shards')) took.resolve(performance.now());
    };
    const killedMs = performance.now();
    await a.kill();
    const tookMs = (await took.promise) - killedMs;
    assert.ok(tookMs < 2_000, `${tookMs.toFixed()} ms, as if nobody had told`);
  });
  it('let the next one follow at once when the owner stops as planned', async () => {
    const [a, b] = await pair();
    const begunMs = performance.now();
    await a.stop();
    await until(() => owns(b), 'the other owns', waitMs);
    const tookMs = performance.now() - begunMs;
    assert.ok(tookMs < 10_000, `${tookMs.toFixed()} ms, as if nobody had told`);
  });

  it('suspect one that is stopped for a second, and take nothing from it', async () => {
    const [a, b] = await pair({ failover: { suspectAfter: '300ms' } });
    process.kill(a.pid ?? 0, 'SIGSTOP');
    await pause(1_000);
    assert.equal(await gauge(b, 'im_suspects'), 1);
    process.kill(a.pid ?? 0, 'SIGCONT');
    await until(async () => (await gauge(b, 'im_suspects')) === 0, 'it is trusted again', waitMs);
    assert.ok(!owns(b));
  });

  it('do without a link that is refused, and say so', async () => {
    const a = server('im-a', { cluster: { beat: '200ms', lease: '1s' } });
    const secretFile = join(folder, 'other.key');
    const other = { beat: '200ms', lease: '1s', secretFile };
    const b = server('im-b', { cluster: other, gateway: { listen: '127.0.0.1:0' } });
    await a.start();
    await b.start();
    for (const one of [a, b]) {
      await until(() => one.output.includes('the secrets differ'), 'it says so', waitMs);
      const metrics = await ServerMetrics.of(one);
      assert.equal((metrics.health.parts['heart'] as { code: string }).code, 'IM_LINK_REFUSED');
      assert.ok(metrics.value('im_link_refused_total') > 0);
    }
    await until(async () => (await gauge(b, 'im_suspects')) === 1, 'a is suspect', waitMs);
    assert.equal((await asked(b, '/v1/server?user=ann')).status, 200);
    assert.ok(!owns(b));
    await a.kill();
    await until(() => owns(b), 'the store says that it is gone', waitMs);
  });

  it('go on while the loop stands still, and say for how long', async () => {
    const one = server('im-a', {
      cluster: { beat: '500ms', lease: '2s' },
      failover: { suspectAfter: '400ms' },
      gateway: { listen: '127.0.0.1:0' },
    });
    await one.start();
    const line = one.output.split('\n').find((text) => text.includes('beats over links')) ?? '';
    const { address } = JSON.parse(line) as { address: string };
    const [host = '', port] = address.split(':');
    const beats: Beat[] = [];
    const ear = {
      opened: () => undefined,
      received: (frame: Uint8Array) => {
        const beat = parseBeat(frame);
        if (beat) beats.push(beat);
      },
      closed: () => undefined,
    };
    const means = linkMeans({ ...quietHost(), clock: realClock() }, tcpNetwork());
    const options = {
      purpose: 'beats',
      secretFile: join(folder, 'cluster.key'),
      frameMaxBytes: 1_024,
      outputMaxBytes: 1_024,
      openTimeoutMs: 5_000,
      heartbeatMs: 5_000,
      reconnectBaseMs: 50,
      reconnectMaxMs: 100,
      to: { host, port: Number(port) },
    };
    const link = new KeptLink(options, ear, means);
    try {
      await until(() => beats.length > 2, 'it beats', waitMs);
      process.kill(one.pid ?? 0, 'SIGWINCH');
      const oldest = (): number => Math.max(...beats.map(({ ageMs }) => ageMs));
      await until(() => oldest() > 1_000, 'a beat tells of a loop that stands', waitMs);
      await until(async () => !(await isReady(one)), 'its card says that it is not ready', waitMs);
      await until(() => (beats.at(-1)?.ageMs ?? 0) < 500, 'it moves again', waitMs);
      assert.ok(oldest() < 5_000, `${oldest()} ms, far longer than it stood`);
      const delayMs = await gauge(one, 'im_loop_delay_ms');
      assert.ok(delayMs > 1_000, `its own watch saw ${delayMs} ms`);
      await until(() => isReady(one), 'it is ready again', waitMs);
    } finally {
      await link.close();
    }
  });
});
