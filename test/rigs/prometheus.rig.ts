/**
 * A pair under a real Prometheus, which is set up as docs/operating.md says: what it reads is what
 * happened, all that the dashboard asks it can answer, and the alarms see what goes wrong.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from 'im-kernel/kit';
import { connect, type Client } from '../../client/index.ts';
import { AdminClient } from '../../core/admin/client/admin-client.ts';
import type { Differences, ServerProcess } from '../scenes/server-process.ts';
import { Receiver } from '../unit/consumers/receiver.ts';
import { makeCertificate } from '../unit/transports/certificate.ts';
import { NodePair } from './node-pair.ts';
import { Prometheus, promtool } from './prometheus.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const rules = join(docs, 'prometheus-alerts.yml');
const TOKEN = 'p'.repeat(40);
/** One makes the group, the others are messages. */
const SENT = 60;
const REFUSED = 6;
const WAIT_MS = 20_000;
/** A quantile of nothing is no number: where no entry was late, or no repeat was looked for. */
const MAY_BE_NO_NUMBER = /^histogram_quantile|^sum.* \/ sum/;

/** The configuration of the page, for nodes that listen here; read twice a second. */
function asThePageSays(pair: NodePair, targets: readonly string[], ca: string): string {
  const page = readFileSync(join(docs, 'operating.md'), 'utf8');
  const block = /```yaml\n(# prometheus\.yml\n[^`]+)```/.exec(page)?.[1] ?? assert.fail('no block');
  const ours: readonly (readonly [string, string])[] = [
    ['/etc/prometheus/prometheus-alerts.yml', rules],
    ['/etc/prometheus/im-ca.pem', ca],
    ['/etc/prometheus/im.token', join(pair.folder, 'im.token')],
    ['10.0.0.1:7480', targets[0] ?? ''],
    ['10.0.0.2:7480', targets[1] ?? ''],
  ];
  const often = 'scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms';
  return ours.reduce((text, [theirs, mine]) => {
    assert.ok(text.includes(theirs), `the page says ${theirs}`);
    return text.replace(theirs, mine);
  }, `global: { ${often} }\n${block}`);
}

/** Everything that the dashboard asks, with its variables filled in as Grafana does. */
function questions(): readonly string[] {
  type Asked = { readonly expr: string };
  const { panels, annotations } = JSON.parse(
    readFileSync(join(docs, 'grafana-dashboard.json'), 'utf8'),
  ) as { panels: { targets?: Asked[] }[]; annotations: { list: Asked[] } };
  const all = [...panels.flatMap(({ targets = [] }) => targets), ...annotations.list];
  return all.map(({ expr }) =>
    expr.replaceAll('$__rate_interval', '1m').replaceAll('$node', '(im-a|im-b)'),
  );
}

class WatchedPair {
  readonly receiver = new Receiver();
  readonly #certificate = makeCertificate();
  readonly #clients: Client[] = [];
  readonly pair: NodePair;
  #prometheus: Prometheus | undefined;
  got = 0;

  constructor() {
    const { cert, key } = this.#certificate;
    const tokens = [{ name: 'prometheus', tokenFile: '../im.token' }];
    const each: Differences = {
      admin: { listen: '127.0.0.1:0', tls: { cert, key }, tokens },
      // A port that nobody listens on: a part that is in trouble, and stops nothing.
      answers: { use: 'redis', url: 'redis://127.0.0.1:9' },
      cluster: { link: '127.0.0.1:0' },
      gateway: { listen: '127.0.0.1:0' },
      ordering: { direct: { use: 'timestamp-window' }, group: { use: 'central-sequencer' } },
      guards: { words: { use: 'word-list', words: ['drat'] } },
      chat: { keepBodies: '30d' },
    };
    this.pair = new NodePair({ a: each, b: each });
  }

  get prometheus(): Prometheus {
    return this.#prometheus ?? assert.fail('there is no Prometheus yet');
  }

  async open(): Promise<void> {
    const { pair } = this;
    writeFileSync(join(pair.folder, 'im.token'), `${TOKEN}\n`, { mode: 0o600 });
    await this.receiver.listen();
    const nodes = [pair.a, pair.b];
    const targets = new Map<ServerProcess, string>();
    for (const node of nodes) {
      this.#withHook(node);
      node.onLine = (line) => {
        const port = /"address":"https:\/\/127\.0\.0\.1:(\d+)"/.exec(line)?.[1];
        if (port !== undefined) targets.set(node, `localhost:${port}`);
      };
    }
    await pair.start();
    const named = nodes.map((node) => targets.get(node) ?? assert.fail(node.output));
    const { cert } = this.#certificate;
    this.#prometheus = await Prometheus.open(pair.folder, asThePageSays(pair, named, cert));
  }

  /** The port of the receiver is known only now. */
  #withHook({ configFile }: ServerProcess): void {
    const file = JSON.parse(readFileSync(configFile, 'utf8')) as object;
    const hook = { use: 'webhook', url: this.receiver.url, secret: 'sixteen characters' };
    writeFileSync(configFile, JSON.stringify({ ...file, consumers: { hook } }));
  }

  async join(user: string): Promise<Client> {
    const { a, b } = this.pair;
    const address = [a, b].map(({ addresses: [tcp = ''] }) => tcp);
    const client = connect({ address, token: await a.token(user), device: 'phone', user });
    this.#clients.push(client);
    return client;
  }

  /** Until Prometheus says so; it reads a moment later than it happens. */
  async sees(expr: string, value: number): Promise<void> {
    let last = NaN;
    const same = async (): Promise<boolean> => (last = await this.prometheus.sum(expr)) === value;
    await until(same, `${expr} is ${value}`, WAIT_MS).catch((cause: unknown) => {
      throw new Error(`${expr} is ${last}, not ${value}`, { cause });
    });
  }

  /** Until it has a value, and a number where that can be. */
  async answers(expr: string): Promise<void> {
    const isThere = async (): Promise<boolean> => {
      const found = await this.prometheus.query(expr);
      return found.some(({ value }) => MAY_BE_NO_NUMBER.test(expr) || !Number.isNaN(value));
    };
    await until(isThere, `a value of ${expr}`, WAIT_MS);
  }

  async alarmed(name: string): Promise<void> {
    const has = async (): Promise<boolean> => (await this.prometheus.alarms()).has(name);
    await until(has, `the alarm ${name}`, WAIT_MS);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.close();
    await this.#prometheus?.close();
    await this.pair.clear();
    await this.receiver.close();
    this.#certificate.remove();
  }
}

describe('a pair under a real Prometheus', function () {
  this.timeout(90_000);
  let watched: WatchedPair;
  let ann: Client;

  before(async () => {
    watched = new WatchedPair();
    await watched.open();
    // Both are read once before anything happens: a rate needs that.
    await watched.sees('up{job="im-kernel"}', 2);
    const bob = await watched.join('bob');
    bob.on('message', () => void (watched.got += 1));
    ann = await watched.join('ann');
    await ann.groups.create('g/tea', { members: ['bob'] }).accepted;
    const say = (to: string, text: string): Promise<unknown> => ann.send(to, text).accepted;
    for (let at = 1; at < SENT; at += 1) await say(at % 2 === 0 ? 'bob' : 'g/tea', 'hi');
    for (let at = 0; at < REFUSED; at += 1)
      await assert.rejects(say('bob', 'drat'), { code: 'forbidden' });
    await until(() => watched.got === SENT - 1, 'bob has all', WAIT_MS);
    await until(() => watched.receiver.taken.length === SENT, 'the webhook has all', WAIT_MS);
  });
  after(() => watched.close());

  it('is read whole, and what is read is what happened', async () => {
    await watched.sees('im_commands_accepted_total', SENT);
    await watched.sees('im_entries_kept_total', SENT);
    await watched.sees('im_commands_refused_total{code="forbidden"}', REFUSED);
    await watched.sees('im_commands_refused_total', REFUSED);
    await watched.sees('im_deliveries_total', SENT);
    await watched.sees('consumer_entries_total{part="hook"}', SENT);
    await watched.sees('im_sessions_welcomed', 2);
    await watched.sees('im_ready', 1);
    await watched.sees('im_batch_entries_sum', SENT);
    assert.deepEqual(await watched.prometheus.labels('node', 'im_live'), ['im-a', 'im-b']);
  });

  it('has an answer to everything that the dashboard asks', async () => {
    // The annotation of takeovers comes with the last test.
    const all = questions().filter((expr) => !expr.startsWith('changes('));
    assert.ok(all.length > 50, `${all.length} questions`);
    // A rate has a value from the second look at its series on.
    for (const expr of all) await watched.answers(expr);
    for (const expr of [
      'histogram_quantile(0.99, sum by (le) (rate(im_commit_ms_bucket[1m])))',
      'sum(rate(im_commands_accepted_total[1m]))',
    ])
      assert.ok((await watched.prometheus.sum(expr)) > 0, expr);
  });

  it('writes what promtool has nothing against, but for milliseconds, and rules that it takes', async () => {
    const socket = join(watched.pair.a.folder, 'data', 'admin.sock');
    const text = await new AdminClient({ name: 'im-a', socket }).text('/metrics');
    const { said } = await promtool(['check', 'metrics'], text);
    // decisions/0030: one name for a thing, and one unit.
    const other = said
      .split('\n')
      .filter((line) => !line.endsWith('_ms metric names should not contain abbreviated units'));
    assert.equal(other.join(''), '');
    for (const args of [
      ['check', 'rules', rules],
      ['test', 'rules', join(import.meta.dirname, 'prometheus-alerts.yml')],
    ]) {
      const { ok, said: why } = await promtool(args);
      assert.ok(ok, why);
    }
  });

  it('shows a planned change of owner, counters that begin again, and a node that is killed', async () => {
    const { pair } = watched;
    await watched.alarmed('ImPartInTrouble');
    const { code, err } = await pair.im('switchover --to im-b --expect-epoch 1 --yes');
    assert.equal(code, '0', err);
    await watched.sees('max(im_cluster_epoch)', 2);
    await watched.sees('im_ready{node="im-b"}', 1);
    await ann.send('bob', 'still here').accepted;
    await watched.sees('im_commands_accepted_total{node="im-b"}', 1);
    await watched.sees('im_commands_accepted_total{node="im-a"}', 0);
    await watched.sees('resets(im_commands_accepted_total{node="im-a"}[1m])', 1);
    const [annotation = ''] = questions().filter((expr) => expr.startsWith('changes('));
    assert.ok((await watched.prometheus.query(annotation)).length > 0, annotation);
    await pair.b.kill();
    await watched.sees('up{job="im-kernel"}', 1);
    await watched.alarmed('ImNodeAway');
    await watched.sees('max(im_cluster_epoch)', 3);
    await watched.sees('sum(im_ready)', 1);
    await watched.alarmed('ImNobodyCouldFollow');
    await pair.a.kill();
    await watched.alarmed('ImNobodyServes');
  });
});
