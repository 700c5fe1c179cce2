/** A gateway and a sequencer are seen and steered as nodes are, by what of it has a meaning. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyPlugin } from 'im-kernel/contract';
import type { Finding } from '../../cli/admin/doctor-checks.ts';
import type { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import { VERBS, type Part, type Verb, type VerbName } from '../../core/admin/verbs.ts';
import { assembleGateway } from '../../core/assembly/assemble-gateway.ts';
import { assembleSequencer } from '../../core/assembly/assemble-sequencer.ts';
import type { Program } from '../../core/assembly/program.ts';
import { tcpNetwork } from '../../core/assembly/tcp-network.ts';
import centralSequencer from '../../plugins/ordering/central-sequencer/index.ts';
import { configIn, im } from '../unit/cli/rig.ts';
import { AdminStage } from './admin-stage.ts';
import { BEAT_MS, Pair } from './pair-stage.ts';
import { instance, Stage } from './stage.ts';

const LETTER = { consumer: 'hook', conversation: 'd/ann/bob', position: 1 };
const INPUTS: Readonly<Record<string, object>> = {
  'session disconnect': { id: 'x' },
  'dead-letter show': LETTER,
  'dead-letter retry': LETTER,
  'dead-letter discard': LETTER,
  'conversation show': { id: 'd/ann/bob' },
  trace: { message: 'd/ann/bob', position: 1 },
  'plugin show': { name: 'persistence' },
  'cluster switchover': { to: 'im-b', expectEpoch: 1 },
  'cluster takeover': { to: 'im-b', expectEpoch: 1 },
  'log level': { level: 'warn' },
};

/** What each verb comes to: `done`, or the code of its refusal. */
async function tried({ owner }: AdminStage): Promise<Readonly<Record<string, string>>> {
  const fates: Record<string, string> = {};
  for (const name of Object.keys(VERBS) as VerbName[]) {
    fates[name] = await owner.ask(name, (INPUTS[name] ?? {}) as never).then(
      () => 'done',
      ({ code }: AdminProblem) => code,
    );
  }
  return fates;
}

function expected(part: Part): Readonly<Record<string, string>> {
  const fates = (Object.entries(VERBS) as [string, Verb][]).map(([name, { parts }]) => {
    // A stage has no file.
    const done = name === 'reload' ? 'IM_ADMIN_AWAY' : 'done';
    return [name, parts.includes(part) ? done : 'IM_ADMIN_NO_NODE'];
  });
  return Object.fromEntries(fates) as Record<string, string>;
}

async function withAdmin(
  stage: Stage,
  part: Part,
  program: Program,
  look: (admin: AdminStage) => Promise<void>,
): Promise<void> {
  const admin = new AdminStage(stage, [], undefined, undefined, part);
  admin.running = program;
  await admin.start();
  // A terminal waits for what a process tells of its start.
  admin.events.note('info', 'it runs', {});
  try {
    await look(admin);
  } finally {
    await admin.stop();
  }
}

/** What one sees of it however one looks. */
async function isSeen(admin: AdminStage, part: Part, plugins: readonly string[]): Promise<void> {
  const { owner, folder } = admin;
  assert.deepEqual(await tried(admin), expected(part));
  const { acts } = await owner.ask('acts', {});
  assert.deepEqual([...new Set(acts.map(({ verb }) => verb))].toSorted(), ['log level', 'reload']);
  assert.deepEqual(admin.levels, ['warn']);
  const { rows } = await owner.ask('plugins', {});
  assert.deepEqual(
    rows.map(({ name, state }) => `${name} ${state}`),
    plugins.map((name) => `${name} running`),
  );
  assert.match(await owner.text('/ready'), /^every part runs/);
  assert.match(await owner.text('/live'), /^no part failed/);
  assert.match(await owner.text('/metrics'), /^im_reloads_total\{/m);
  const { code, out } = await im(['overview', '--data', folder]);
  assert.equal(code, 0);
  assert.ok(out.includes(`  ${part}`), out);
  const picture = await im(['top', '--once', '--data', folder]);
  assert.deepEqual([picture.code, picture.err], [0, '']);
  const refused = await im(['sessions', '--data', folder]);
  assert.equal(refused.code, 1);
  assert.equal(
    refused.err,
    `IM_ADMIN_NO_NODE sessions is for nodes, and this is a ${part}\n` +
      'Ask a node, by its --config, --data, --socket or --url.',
  );
}

/** It has no transports, keeps nothing and greets nobody: nothing of that is wrong. */
async function isWell({ folder }: AdminStage, part: Part): Promise<void> {
  const file = await configIn(folder, 'node: { name: one, data: . }\n');
  const { code, out } = await im(['doctor', '--config', file, '--data', folder, '--json']);
  const { findings } = JSON.parse(out) as { findings: readonly Finding[] };
  assert.deepEqual(
    findings.filter(({ state }) => state !== 'ok').map(({ state, what }) => `${state}: ${what}`),
    [
      'left out: there are no transports',
      `left out: store is for nodes, and this is a ${part}`,
      // A gateway is in the cluster of its file, and sees it.
      ...(part === 'sequencer' ? ['left out: the node is alone'] : []),
      `left out: a ${part} takes none`,
    ],
  );
  assert.equal(code, 0);
}

describe('the admin API of a process that is no node', () => {
  /** Whatever a test has started, though it failed: the last first. */
  const stops: (() => Promise<unknown>)[] = [];
  const atLast = (stop: () => Promise<unknown>): void => void stops.unshift(stop);

  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  it('is there for a gateway, which sees the cluster, too', async () => {
    const pair = new Pair();
    atLast(() => pair.stop());
    await pair.start();
    const { clock, shared } = pair;
    const { cluster } = pair.a.stage.settings;
    const stage = new Stage({ name: 'gate', clock, cluster, between: () => shared, seed: 7 });
    const gateway = assembleGateway(stage.settings, stage.means);
    atLast(async () => {
      const stopping = gateway.stop();
      await pair.pass(100);
      await stopping;
    });
    await gateway.start();
    await pair.pass(BEAT_MS);
    await withAdmin(stage, 'gateway', gateway, async (admin) => {
      await isSeen(admin, 'gateway', ['transport', 'persistence', 'registry']);
      await isWell(admin, 'gateway');
      const { active, nodes } = await admin.owner.ask('cluster', {});
      assert.deepEqual([active, nodes.length], ['im-a', 2]);
      const { standing, addresses } = await admin.owner.ask('overview', {});
      assert.deepEqual([standing, addresses.length], ['gateway', 1]);
    });
  });

  it('is there for a sequencer, which tells of its ordering', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'im-parts-'));
    atLast(async () => rmSync(folder, { recursive: true, force: true }));
    const stage = new Stage({});
    const plugin = centralSequencer as unknown as AnyPlugin;
    const listen = { host: '127.0.0.1', port: 0 };
    const sequencer = { listen, secretFile: join(folder, 'sequencer.key') };
    const one = instance('ordering', plugin, { ...defaultsOf(plugin), sequencer });
    const settings = { ...stage.settings, transports: [], ordering: { direct: one, group: one } };
    const program = assembleSequencer(settings, { ...stage.means, network: tcpNetwork() });
    atLast(() => program.stop());
    await program.start();
    await withAdmin(stage, 'sequencer', program, async (admin) => {
      await isSeen(admin, 'sequencer', ['persistence', 'ordering']);
      await isWell(admin, 'sequencer');
      const { kinds } = await admin.owner.ask('ordering', {});
      assert.deepEqual(
        kinds.map(({ kind }) => kind),
        ['direct', 'group'],
      );
      assert.ok(kinds[0]?.metrics.some(({ name }) => name.startsWith('sequencer_')));
    });
  });
});

function defaultsOf({ config }: AnyPlugin): object {
  return Object.fromEntries(Object.entries(config).map(([key, { fallback }]) => [key, fallback]));
}
