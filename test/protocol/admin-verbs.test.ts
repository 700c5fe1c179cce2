/** The verbs of the table on the command line, against a node. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from 'im-kernel/kit';
import type { ClusterView } from '../../core/admin/protocol/index.ts';
import { im, type Said } from '../unit/cli/rig.ts';
import { closeAdmins, openAdmin, OPERATOR, READER, type AdminStage } from './admin-stage.ts';
import { closeStages, openStage, type Stage } from './stage.ts';

/** By what a person would look for. */
const EACH: readonly (readonly [words: string, what: RegExp])[] = [
  ['plugins', /^persistence +persistence +/m],
  ['store', /^commit +count 0[^]*^lane +queue/m],
  ['ordering', /^direct {2}\S+ \(conversation-owner\) {2}readers hold only at a gap/m],
  ['conversations', /^none$/],
  ['config', /^\S+ {2}hash \S+\n\npath +value +from\n[^]* default$/m],
  ['events', /^$|info/],
  ['acts', /^none$/],
  ['log level warn', /^the log begins at warn until the next start$/],
  ['acts', / log level \{"level":"warn"\} {2}done$/m],
];

describe('the verbs of the admin API on the command line', () => {
  let stage: Stage;
  let admin: AdminStage;
  const there = (): string[] => ['--socket', join(admin.folder, 'admin.sock')];
  const on = (words: string, more: Parameters<typeof im>[2] = {}): Promise<Said> =>
    im([...words.split(' '), ...there()], {}, more);

  beforeEach(async () => {
    stage = await openStage({ name: 'im-9' });
    admin = await openAdmin(stage);
  });
  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('show what the node says, as text and as JSON', async () => {
    await stage.join('ann');
    const { code, out, err } = await on('overview');
    assert.deepEqual({ code, err }, { code: 0, err: '' });
    assert.match(out, /^im-9 {2}alone {2}running {2}up [\d.]+ m?s {2}version \d/);
    assert.match(out, /^accepted +0 +0$/m);
    assert.match(out, /^sessions +1$/m);
    const asJson = JSON.parse((await on('overview --json')).out) as { sessions: number };
    assert.equal(asJson.sessions, 1);
    const { out: table } = await on('sessions --limit 5');
    assert.match(table, /^id +user +state +device /);
    assert.match(table, /^\S+ +ann +live +/m);
    assert.equal((await on('sessions --filter user:bob')).out, 'none');
    assert.match((await on('plugin show auth')).err, /^IM_ADMIN_UNKNOWN /);
  });

  it('show fewer columns on a narrower terminal', async () => {
    await stage.join('ann');
    const { out } = await on('sessions', { columns: 30 });
    for (const line of out.split('\n')) assert.ok(line.length <= 30, line);
    assert.match(out, /^id +user/);
  });

  it('show each of the table, and nothing of it steers a terminal', async () => {
    for (const [words, what] of EACH) {
      const { code, out: text } = await on(words);
      assert.deepEqual([code, what.test(text)], [0, true], `${words}: ${text}`);
    }
    admin.events.note('warn', 'from \u001b[2Joutside\nand more', { who: '\u202eann' });
    const { out } = await on('events --level warn');
    assert.match(out, / warn +kernel from \[2Joutside and more who=ann$/);
  });

  it('watch until they are interrupted, a line of JSON each', async () => {
    const end = new AbortController();
    const lines: string[] = [];
    const asked = on('overview --watch --json', {
      end: end.signal,
      out: (text) => void lines.push(text),
    });
    await until(() => lines.length >= 2, 'a second line', 10_000);
    end.abort();
    assert.equal((await asked).code, 0);
    for (const line of lines) assert.equal((JSON.parse(line) as { node: string }).node, 'im-9');
  });

  it('ask before they affect users, and do nothing without a yes', async () => {
    await stage.join('ann');
    const { rows } = await admin.owner.ask('sessions', {});
    const words = `session disconnect ${rows[0]?.id}`;
    assert.deepEqual(await on(words), {
      code: 2,
      out: '',
      err: [
        'IM_ADMIN_INPUT what was asked is not well-formed: ' +
          'im session disconnect needs --yes where nobody is asked',
        'See `im help`, or GET /v1/openapi.json, for what the verb takes.',
      ].join('\n'),
    });
    const questions: string[] = [];
    const answering = (answer: string) => ({
      ask: (question: string) => {
        questions.push(question);
        return Promise.resolve(answer);
      },
    });
    const refused = await on(words, answering(''));
    assert.equal(refused.code, 1);
    assert.match(refused.err, /^ann on \S+ from [^\n]+\nNothing was done\.$/);
    assert.match(questions[0] ?? '', /\[y\/N\] $/);
    assert.equal((await admin.owner.ask('sessions', {})).total, 1);
    const done = await on(words, answering('y'));
    assert.match(done.out, /^ann on \S+ is disconnected$/);
    assert.equal(done.code, 0);
    assert.equal((await admin.owner.ask('sessions', {})).total, 0);
    assert.equal((await on('log level warn')).code, 0);
    assert.deepEqual(admin.levels, ['warn']);
  });

  it('end with the code of what went wrong', async () => {
    const url = ['--url', admin.address];
    const env = { IM_ADMIN_TOKEN: READER };
    const code = async (argv: readonly string[], given = env) => (await im(argv, given)).code;
    assert.equal(await code(['overview', ...url]), 0);
    assert.equal(await code(['log', 'level', 'warn', ...url]), 4);
    assert.equal(await code(['overview', ...url], { IM_ADMIN_TOKEN: 'wrong'.repeat(8) }), 4);
    const tokenFile = join(admin.folder, 'mine.token');
    writeFileSync(tokenFile, `${OPERATOR}\n`);
    assert.equal(await code(['log', 'level', 'warn', ...url, '--token-file', tokenFile], env), 0);
    assert.equal(await code(['overview', '--socket', join(admin.folder, 'none')]), 3);
    assert.equal(await code(['overview', '--config', join(admin.folder, 'none.yaml')]), 7);
    assert.equal(await code(['sessions', ...there(), '--limit', 'many']), 2);
    assert.equal(await code(['log', 'level', 'loud', ...there()]), 2);
    assert.equal(await code(['overview', '--url', 'ftp://here']), 2);
    assert.equal(await code(['cluster', ...there()]), 1);
  });

  it('find the node by its file, and do not mind what else is wrong in it', async () => {
    const file = join(admin.folder, 'im.config.yaml');
    const asked = (text: string, env = {}) => {
      writeFileSync(file, text);
      return im(['overview', '--config', file], env);
    };
    assert.equal((await asked('node: { name: im-9, data: . }\nnonsense: ${NOT_SET}\n')).code, 0);
    const { host, port } = new URL(admin.address);
    assert.ok(host.endsWith(port));
    const byPort = `node: { name: im-9, data: ./none }\nadmin: { listen: '${host}' }\n`;
    assert.equal((await asked(byPort, { IM_ADMIN_TOKEN: READER })).code, 0);
    assert.equal((await asked(byPort)).code, 3);
    assert.equal((await asked('node: { name: im-9 }\n')).code, 7);
  });
});

const VIEW: ClusterView = {
  name: 'demo',
  epoch: 17,
  active: 'im-a',
  policy: 'standby',
  now: 0,
  shards: 64,
  nodes: (['im-a', 'im-b'] as const).map((node) => ({
    node,
    life: node,
    state: node === 'im-a' ? ('active' as const) : ('standby' as const),
    ready: true,
    leaseLeftMs: 4_200,
    shards: node === 'im-a' ? 64 : 0,
    sessions: 921,
    addresses: [],
  })),
  takeovers: [],
  problems: [],
};

describe('the verbs that change the owner', () => {
  let server: Server;
  let url = '';
  const acts: string[] = [];
  let answer: () => readonly [status: number, body: object] | undefined;

  beforeEach(async () => {
    acts.length = 0;
    server = createServer((request, response) => {
      if (request.method === 'GET') return response.end(JSON.stringify(VIEW));
      acts.push(request.url ?? '');
      const given = answer();
      if (!given) return response.destroy();
      return response.writeHead(given[0]).end(JSON.stringify(given[1]));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    answer = () => [200, { active: 'im-b', epoch: 18 }];
  });
  afterEach(() => new Promise((resolve) => void server.close(resolve)));

  const typed = (words: string, typing?: string): Promise<Said> =>
    im(
      [...`cluster ${words} --to im-b --url`.split(' '), url],
      {},
      typing === undefined ? {} : { ask: () => Promise.resolve(typing) },
    );

  it('want the name of the target, or of the cluster with the epoch, typed', async () => {
    const wrong = await typed('switchover --expect-epoch 17', 'y');
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /^Cluster demo, epoch 17: im-a is active, its lease runs 4\.2 s\.$/m);
    assert.match(wrong.err, /^im-b \(standby, ready\) follows; 921 sessions reconnect there\.$/m);
    assert.equal((await typed('takeover --expect-epoch 17', 'im-b')).code, 1);
    assert.equal((await typed('takeover --expect-epoch 17', 'demo')).code, 1);
    assert.deepEqual(acts, []);
    assert.equal((await typed('switchover --expect-epoch 17', 'im-b')).code, 0);
    const done = await typed('takeover --expect-epoch 17', ' demo  17');
    assert.deepEqual([done.code, done.out], [0, 'im-b owns the shards, epoch 18']);
    assert.deepEqual(acts, ['/v1/cluster/switchover', '/v1/cluster/takeover']);
  });

  it('want all of it as options where nobody is asked', async () => {
    assert.equal((await typed('switchover --expect-epoch 17')).code, 2);
    assert.equal((await typed('switchover --yes')).code, 2);
    assert.equal((await typed('takeover --expect-epoch 17 --yes')).code, 2);
    assert.equal((await typed('takeover --expect-epoch 17 --yes', 'demo 17')).code, 2);
    assert.deepEqual(acts, []);
    assert.equal((await typed('switchover --expect-epoch 17 --yes')).code, 0);
    assert.equal((await typed('takeover --expect-epoch 17 --yes --allow-data-loss')).code, 0);
  });

  it('end with 5 if the epoch has moved, and with 6 if nobody knows what came of it', async () => {
    assert.equal((await typed('switchover --expect-epoch 16', 'im-b')).code, 5);
    assert.deepEqual(acts, []);
    answer = () => [412, { code: 'IM_CLUSTER_EPOCH', message: 'it is 18', act: 'Look again.' }];
    assert.equal((await typed('switchover --expect-epoch 17 --yes')).code, 5);
    answer = () => undefined;
    const cut = await typed('switchover --expect-epoch 17 --yes');
    assert.equal(cut.code, 6);
    assert.match(cut.err, /^IM_ADMIN_LATE [^\n]+ may still be going on\nSee `im acts`/);
  });
});
