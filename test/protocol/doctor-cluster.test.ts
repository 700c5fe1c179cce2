/** What `im doctor` says of a cluster, on nodes whose time is moved by hand. */
import assert from 'node:assert/strict';
import { clusterFindings, type Finding } from '../../cli/admin/doctor-checks.ts';
import type { ClusterView } from '../../core/admin/protocol/index.ts';
import { configIn, im } from '../unit/cli/rig.ts';
import { type AdminStage, closeAdmins, openAdmin } from './admin-stage.ts';
import { BEAT_MS, LEASE_MS, Pair } from './pair-stage.ts';

const FILE = `node: { name: im-b, data: ./data }
persistence: { use: sqlite, file: ./im.db }
cluster: { name: demo }
failover: { use: standby }
transports: { tcp: { use: tcp-tlv, listen: 127.0.0.1:0 } }
`;

/** Short: what is found, and what to do about it. */
function told(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ stage }) => stage === 'cluster')
    .map(({ state, what, act }) => [state, what, ...(act === undefined ? [] : [act])].join(' | '));
}

describe('im doctor in a cluster', () => {
  let pair: Pair;
  let admin: AdminStage;
  beforeEach(async () => {
    pair = new Pair();
    await pair.start();
    await pair.pass(BEAT_MS * 2);
    admin = await openAdmin(pair.b.stage);
  });
  afterEach(async () => {
    await closeAdmins();
    await pair.stop();
  });

  async function doctor(): Promise<{ code: number; findings: readonly Finding[] }> {
    const socket = `${admin.folder}/admin.sock`;
    const config = await configIn(admin.folder, FILE);
    const words = ['doctor', '--config', config, '--socket', socket, '--json'];
    const { code, out } = await im(words);
    return { code, ...(JSON.parse(out) as { findings: readonly Finding[] }) };
  }

  async function view(): Promise<ClusterView> {
    return admin.owner.ask('cluster', {});
  }

  it('finds a pair well, asked of the one that stands by', async () => {
    const { code, findings } = await doctor();
    const [serves = '', ...others] = told(findings);
    assert.match(serves, /^ok \| demo: im-a serves, epoch \d+, lease \d\.\d s$/);
    assert.match(others[0] ?? '', /^ok \| im-b could follow$/);
    assert.match(others[1] ?? '', /^ok \| version \S+$/);
    assert.equal(others.length, 2);
    assert.deepEqual(
      findings.filter(({ state }) => state === 'failed'),
      [],
    );
    assert.equal(code, 0);
  });

  it('finds that nobody could follow', async () => {
    const first = await openAdmin(pair.a.stage);
    pair.b.access.cut = true;
    await pair.pass(LEASE_MS * 2);
    const [serves = '', follows] = told(clusterFindings(await first.owner.ask('cluster', {})));
    assert.match(serves, /^ok \| demo: im-a serves/);
    assert.equal(follows, 'failed | no node could follow | Start a second node; see `im status`.');
  });

  it('finds that nobody serves', async () => {
    const { active: _active, ...nobody } = await view();
    assert.equal(
      told(clusterFindings(nobody))[0],
      'failed | demo: nobody serves | See `im status`: start a node, or take over.',
    );
  });

  it('finds nodes of two versions, among those that live', async () => {
    const now = await view();
    const as = (state: ClusterView['nodes'][number]['state']): ClusterView => ({
      ...now,
      nodes: now.nodes.map((row, at) => ({
        ...row,
        version: `1.${at}.0`,
        ...(at === 1 && { state }),
      })),
    });
    assert.equal(
      told(clusterFindings(as('standby')))[2],
      'failed | versions 1.0.0, 1.1.0 | Bring all nodes to one version.',
    );
    assert.equal(told(clusterFindings(as('gone')))[2], 'ok | version 1.0.0');
  });

  it('says each problem that the cluster itself has found, with what to do', async () => {
    const problems = [{ code: 'IM_X', message: 'it is so', act: 'Do it.' }];
    const findings = clusterFindings({ ...(await view()), problems });
    assert.equal(told(findings).at(-1), 'failed | IM_X it is so | Do it.');
  });

  it('says what kept it from looking, with what to do', async () => {
    pair.b.access.away = true;
    const { code, findings } = await doctor();
    assert.equal(code, 1);
    assert.match(told(findings)[0] ?? '', /^failed \| IM_STORE_AWAY .+ \| .+/);
    pair.b.access.away = false;
  });
});
