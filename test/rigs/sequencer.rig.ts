/**
 * Servers in processes of their own, and the sequencer that they share in one more: it is killed,
 * kept away, doubled, and given another secret.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Client } from '../../client/index.ts';
import { AdminClient } from '../../core/admin/client/admin-client.ts';
import { until } from '../kit/quiet-host.ts';
import { postgres, makeDatabase, type Database } from '../postgres-server/databases.ts';
import { ServerProcess } from '../scenes/server-process.ts';

const KILLS = 6;
const untilMs = 20_000;

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Two friends on one server, who write as fast as they are answered. */
class Talk {
  /** In the sequence of the answers. */
  readonly orders: number[] = [];
  /** Of each conversation, by position. */
  readonly places = new Map<string, Map<number, number>>();
  readonly #client: Client;
  #on = true;

  constructor(address: string, token: string) {
    this.#client = connect({ address, token, device: 'phone', user: 'ann' });
  }

  write(): void {
    for (const to of ['bob', 'cat', 'dan']) void this.#writeTo(to);
  }

  async #writeTo(to: string): Promise<void> {
    while (this.#on) {
      const handle = this.#client.send(to, 'hi');
      const accepted = await handle.accepted.catch(() => undefined);
      if (!accepted) return;
      this.orders.push(accepted.order);
      const conversation = this.places.get(to) ?? new Map<number, number>();
      this.places.set(to, conversation.set(accepted.position, accepted.order));
    }
  }

  async more(count: number): Promise<void> {
    const goal = this.orders.length + count;
    await until(() => this.orders.length >= goal, `${count} more answers`, untilMs);
  }

  async close(): Promise<void> {
    this.#on = false;
    await this.#client.close();
  }
}

function adminOf({ folder }: ServerProcess): AdminClient {
  return new AdminClient({ name: folder, socket: join(folder, 'data', 'admin.sock') });
}

/** It lives, and is not to be used. */
async function isFenced(one: ServerProcess): Promise<void> {
  const admin = adminOf(one);
  assert.equal(await admin.text('/live'), 'no part failed\n');
  await assert.rejects(admin.text('/ready'), { status: 503 });
  assert.match(await admin.text('/metrics'), /^im_ready\{.*\} 0$/m);
  const { troubles } = await admin.ask('overview', {});
  assert.deepEqual(
    troubles.map(({ part, code }) => [part, code]),
    [['ordering', 'IM_SEQUENCER_FENCED']],
  );
}

async function isWell(one: ServerProcess): Promise<void> {
  const admin = adminOf(one);
  assert.equal(await admin.text('/ready'), 'every part runs\n');
  const { standing, addresses } = await admin.ask('overview', {});
  assert.deepEqual([standing, addresses], ['sequencer', one.addresses]);
  assert.match(await admin.text('/metrics'), /^sequencer_links\{.*\} 1$/m);
  await admin.ask('log level', { level: 'warn' });
  const { acts } = await admin.ask('acts', {});
  assert.deepEqual(
    acts.map(({ verb, outcome }) => [verb, outcome]),
    [
      ['log level', 'done'],
      ['log level', 'asked'],
    ],
  );
  await assert.rejects(admin.ask('sessions', {}), { code: 'IM_ADMIN_NO_NODE' });
}

describe('a sequencer in its own process', function () {
  this.timeout(180_000);
  let folder = '';
  let port = 0;
  let processes: ServerProcess[] = [];
  let talks: Talk[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'im-sequencer-'));
    port = await freePort();
  });
  afterEach(async () => {
    for (const talk of talks) await talk.close();
    for (const one of processes) await one.kill();
    [talks, processes] = [[], []];
    rmSync(folder, { recursive: true, force: true });
  });

  function made(name: string, ordering: object, more: object, verb?: 'sequencer'): ServerProcess {
    const own = join(folder, name);
    mkdirSync(own, { recursive: true });
    const differences = { node: { name }, ordering: { use: 'central-sequencer', ...ordering } };
    const one = new ServerProcess(own, './auth.key', { ...differences, ...more }, verb);
    processes.push(one);
    return one;
  }
  function sequencer(at = port, more = {}, name = 'sequencer'): ServerProcess {
    const listen = `127.0.0.1:${at}`;
    const ordering = { sequencer: { listen, secretFile: join(folder, 'shared.key') } };
    return made(name, ordering, more, 'sequencer');
  }
  function server(name: string, at = port, secretFile = join(folder, 'shared.key')): ServerProcess {
    const link = { connect: `127.0.0.1:${at}`, secretFile, reconnectMax: '200ms' };
    return made(name, { block: 50, wait: '300ms', sequencer: link }, {});
  }
  async function talkOn(one: ServerProcess): Promise<Talk> {
    await one.start();
    const address = one.addresses.find((it) => it.startsWith('tcp:')) ?? '';
    const talk = new Talk(address, await one.token('ann'));
    talks.push(talk);
    return talk;
  }
  function check(): void {
    const all = talks.flatMap(({ orders }) => orders);
    assert.equal(new Set(all).size, all.length, 'a number was given twice');
    for (const { orders, places } of talks) {
      const falls = orders.findIndex((order, at) => order <= (orders[at - 1] ?? 0));
      assert.equal(falls, -1, `${orders.slice(falls - 3, falls + 3).join(' ')} goes back`);
      for (const conversation of places.values()) {
        const byPosition = [...conversation].toSorted(([a], [b]) => a - b).map(([, it]) => it);
        assert.deepEqual(
          byPosition,
          byPosition.toSorted((a, b) => a - b),
        );
      }
    }
  }

  it(`killed ${KILLS} times: one total order of two servers, no number twice, none lower`, async () => {
    const central = sequencer();
    await central.start();
    for (const name of ['im-1', 'im-2']) (await talkOn(server(name))).write();
    for (let round = 0; round < KILLS; round += 1) {
      await talks[round % 2]?.more((round * 37) % 300);
      await central.kill();
      await central.start();
    }
    for (const talk of talks) await talk.more(100);
    check();
    for (const { orders } of talks) assert.ok(orders.length > KILLS * 30, `${orders.length} only`);
    await central.stop();
  });

  it('away: commands are refused as busy, nothing is lost, and all goes on when it is back', async () => {
    const central = sequencer();
    await central.start();
    const one = server('im-1');
    const talk = await talkOn(one);
    talk.write();
    await talk.more(100);
    await central.kill();
    const gave = (): boolean => /the ordering gave no places/.test(one.output);
    await until(gave, 'the server says that nothing is placed', untilMs);
    assert.match(one.output, /IM_LINK_AWAY/);
    const before = talk.orders.length;
    await central.start();
    await talk.more(100);
    assert.ok(talk.orders.length > before);
    assert.match(one.output, /the ordering gives places again/);
    check();
    await one.stop();
    await central.stop();
  });

  it('with another secret: the server does not start, and says why', async () => {
    await sequencer().start();
    const other = join(folder, 'other.key');
    const key = Buffer.alloc(32, 7).toString('base64url');
    writeFileSync(other, `${key}\n`, { mode: 0o600 });
    const one = server('im-1', port, other);
    await assert.rejects(
      one.start(),
      /ordering\.sequencer\.connect IM_LINK_REFUSED .*the secrets differ/s,
    );
    assert.ok(!one.output.includes(key), 'the secret is in the log');
    const missing = server('im-2', port, join(folder, 'none.key'));
    await assert.rejects(missing.start(), /none\.key cannot be used/);
  });

  it('that would serve nobody does not start, and says what to do', async () => {
    const alone = made('alone', {}, {}, 'sequencer');
    await assert.rejects(alone.start(), /IM_SEQUENCER_NONE .*serves no other server.*listen/s);
  });

  postgres.describe('doubled by mistake', () => {
    let database: Database;
    before(async () => (database = await makeDatabase()));
    after(() => database.drop());

    it('the older is fenced, says so, and gives no number more', async () => {
      const persistence = { use: 'postgres', url: database.url, file: undefined };
      const older = sequencer(port, { persistence }, 'older');
      await older.start();
      const stranded = await talkOn(server('im-1'));
      stranded.write();
      await stranded.more(100);
      const at = await freePort();
      const newer = sequencer(at, { persistence }, 'newer');
      await newer.start();
      const served = await talkOn(server('im-2', at));
      served.write();
      await until(() => /IM_SEQUENCER_FENCED/.test(older.output), 'the fence', untilMs);
      await served.more(300);
      const left = stranded.orders.length;
      await served.more(100);
      assert.equal(stranded.orders.length, left, 'the older goes on');
      assert.ok(!/IM_SEQUENCER_FENCED/.test(newer.output));
      await isFenced(older);
      await isWell(newer);
      check();
      await older.stop();
      await newer.stop();
    });
  });
});
