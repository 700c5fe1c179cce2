/**
 * A pair of nodes and `im gateway`, each in a process of its own: whoever dies, clients that know
 * nothing but the gateway find the node that serves.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Client } from '../../client/index.ts';
import { AdminClient } from '../../core/admin/client/admin-client.ts';
import { until } from '../kit/quiet-host.ts';
import { postgres } from '../postgres-server/databases.ts';
import { PostgresServer } from '../postgres-server/server.ts';
import { ServerProcess, type Differences, type Verb } from '../scenes/server-process.ts';

const CLIENTS = 12;
const untilMs = 30_000;

/** One who writes as fast as it is answered. */
class Writer {
  readonly positions: number[] = [];
  readonly #client: Client;
  #on = true;

  constructor(where: { address: string } | { gateway: string }, token: string, user: string) {
    this.#client = connect({ ...where, token, device: 'phone', user });
    void this.#write();
  }

  async #write(): Promise<void> {
    while (this.#on) {
      const accepted = await this.#client.send('zed', 'hi').accepted.catch(() => undefined);
      if (accepted) this.positions.push(accepted.position);
    }
  }

  async more(count: number): Promise<void> {
    const goal = this.positions.length + count;
    await until(() => this.positions.length >= goal, `${count} more answers`, untilMs);
  }

  async close(): Promise<void> {
    this.#on = false;
    await this.#client.close();
  }
}

interface Told {
  readonly node?: string;
  readonly epoch?: number;
  readonly stale?: boolean;
}

async function ask(gateway: string): Promise<Told> {
  const answer = await fetch(new URL('/v1/server?user=ann', gateway));
  return (await answer.json()) as Told;
}

/** As an admin of it sees it, on the socket in its data folder. */
async function isSeen({ folder, configFile, addresses }: ServerProcess): Promise<void> {
  const admin = new AdminClient({ name: 'gate', socket: join(folder, 'data', 'admin.sock') });
  const { standing, cluster, addresses: told } = await admin.ask('overview', {});
  assert.deepEqual([standing, cluster, told], ['gateway', 'demo', addresses]);
  assert.equal((await admin.ask('cluster', {})).active, 'im-a');
  assert.equal(await admin.text('/ready'), 'every part runs\n');
  const counted = /^im_gateway_answers_total\{.*answer="found"\} [1-9]/m;
  assert.match(await admin.text('/metrics'), counted);
  await assert.rejects(admin.ask('sessions', {}), { code: 'IM_ADMIN_NO_NODE' });
  const file = JSON.parse(readFileSync(configFile, 'utf8')) as object;
  writeFileSync(configFile, JSON.stringify({ ...file, limits: { gatewayBurst: 5_000 } }));
  const { applied, changes } = await admin.ask('reload', {});
  assert.equal(applied, true);
  assert.deepEqual(
    changes.map(({ path, how }) => [path, how]),
    [['limits.gatewayBurst', 'live']],
  );
}

async function seesReady({ folder }: ServerProcess, name: string): Promise<boolean> {
  const admin = new AdminClient({ name, socket: join(folder, 'data', 'admin.sock') });
  const { nodes } = await admin.ask('cluster', {});
  return nodes.some(({ node, ready }) => node === name && ready);
}

function standby(priority: number): Differences {
  return { failover: { use: 'standby', priority } };
}

describe('a gateway in its own process', function () {
  this.timeout(180_000);
  let folder = '';
  let processes: ServerProcess[] = [];
  let writers: Writer[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'im-gateway-'));
    processes = [];
    writers = [];
  });
  afterEach(async () => {
    // A writer that is not ended would keep the process of the tests alive.
    await Promise.all(writers.map((one) => one.close()));
    for (const one of processes) await one.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  function made(name: string, persistence: object, more: Differences, verb?: Verb): ServerProcess {
    const own = join(folder, name);
    mkdirSync(own);
    const cluster = { name: 'demo', beat: '200ms', lease: '3s' };
    const differences = { node: { name }, cluster, ...more };
    const shared = { persistence: { ...persistence } };
    const keyFile = join(folder, 'auth.key');
    const one = new ServerProcess(own, keyFile, { ...differences, ...shared }, verb);
    processes.push(one);
    return one;
  }

  function trio(persistence: object): [ServerProcess, ServerProcess, ServerProcess] {
    const listen = { gateway: { listen: '127.0.0.1:0' } };
    return [
      made('im-a', persistence, { ...listen, ...standby(1) }),
      made('im-b', persistence, { ...listen, ...standby(2) }),
      made('gate', persistence, listen, 'gateway'),
    ];
  }

  it('sends everybody to the node that serves, over HTTP and by MOVED, whoever is killed', async () => {
    const [a, b, gate] = trio({ use: 'sqlite', file: join(folder, 'im.db') });
    await a.start();
    await b.start();
    await gate.start();
    const [tcp = '', , http = ''] = gate.addresses;
    await until(async () => (await ask(http)).node === 'im-a', 'im-a serves', untilMs);
    await isSeen(gate);
    const users = Array.from({ length: CLIENTS }, (_, at) => `user${at}`);
    const tokens = await Promise.all(users.map((user) => a.token(user)));
    writers = users.map((user, at) => {
      const where = at % 2 === 0 ? { gateway: http } : { address: tcp };
      return new Writer(where, tokens[at] ?? '', user);
    });
    const all = (): Promise<unknown> => Promise.all(writers.map((one) => one.more(5)));
    await all();
    const [, , ofStandby = ''] = b.addresses;
    assert.equal((await ask(ofStandby)).node, 'im-a', 'the backup’s own gateway says so, too');
    await a.kill();
    await all();
    for (const one of [http, ofStandby])
      await until(async () => (await ask(one)).node === 'im-b', `${one} says im-b`, untilMs);
    await gate.kill();
    await all();
    await a.start();
    // Its new ports are known from the owner alone, which has to know whom it hands over to.
    await until(() => seesReady(b, 'im-a'), 'im-b sees that im-a could follow', untilMs);
    await b.stop();
    await all();
    await Promise.all(writers.map((one) => one.close()));
    for (const { positions } of writers) {
      const expected = Array.from({ length: positions.length }, (_, at) => at + 1);
      assert.deepEqual(positions, expected, 'a message was lost, or came twice');
    }
  });

  postgres.describe('over PostgreSQL', () => {
    let database: PostgresServer;
    before(async () => {
      database = await PostgresServer.make();
    });
    after(() => database.remove());

    it('goes by its last view while the database is away, and says so', async () => {
      const [a, , gate] = trio({ use: 'postgres', url: database.url('postgres'), file: undefined });
      await a.start();
      await gate.start();
      const [, , http = ''] = gate.addresses;
      await until(async () => (await ask(http)).node === 'im-a', 'im-a serves', untilMs);
      await database.stop('immediate');
      await until(async () => (await ask(http)).stale === true, 'it is seen', untilMs);
      assert.equal((await ask(http)).node, 'im-a');
      await database.start();
      const serves = async (): Promise<boolean> => {
        const { node, stale } = await ask(http);
        return node === 'im-a' && stale === undefined;
      };
      await until(serves, 'im-a serves again', untilMs);
      await gate.stop();
    });
  });
});
