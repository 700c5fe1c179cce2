/**
 * What bad input gets: the same refusal over the unix socket, over HTTP and on the command line,
 * with what to do and an exit code that tells what went wrong, and nothing half-done.
 */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { AdminClient } from '../../core/admin/client/admin-client.ts';
import { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import type { VerbName } from '../../core/admin/verbs.ts';
import { readSwitchover } from '../../core/cluster/switchover.ts';
import { im } from '../unit/cli/rig.ts';
import { closeAdmins, openAdmin, OPERATOR, READER, type AdminStage } from './admin-stage.ts';
import { Pair } from './pair-stage.ts';

interface Bad {
  readonly what: string;
  readonly verb: VerbName;
  readonly input: Readonly<Record<string, string | number | boolean>>;
  readonly status: number;
  readonly code: string;
  readonly exit: number;
  /** What its message says. */
  readonly says: RegExp;
}

const STALE = { status: 412, code: 'IM_CLUSTER_EPOCH', exit: 5, says: /is 1, not the expected 7/ };
const REFUSED = { status: 409, code: 'IM_SWITCHOVER_REFUSED', exit: 1 };
const UNKNOWN = { status: 404, code: 'IM_ADMIN_UNKNOWN', exit: 1 };
const INPUT = { status: 400, code: 'IM_ADMIN_INPUT', exit: 2 };

const BAD: readonly Bad[] = [
  {
    what: 'a stale epoch',
    verb: 'cluster switchover',
    input: { to: 'im-b', expectEpoch: 7 },
    ...STALE,
  },
  {
    what: 'a stale epoch, by force',
    verb: 'cluster takeover',
    input: { to: 'im-b', expectEpoch: 7, force: true },
    ...STALE,
  },
  {
    what: 'a second operator',
    verb: 'cluster switchover',
    input: { to: 'im-b', expectEpoch: 1 },
    ...REFUSED,
    says: /another change is under way/,
  },
  {
    what: 'a node that is not there',
    verb: 'cluster takeover',
    input: { to: 'im-z', expectEpoch: 1 },
    ...REFUSED,
    says: /it is not there/,
  },
  {
    what: 'an owner that lives',
    verb: 'cluster takeover',
    input: { to: 'im-b', expectEpoch: 1 },
    ...REFUSED,
    says: /the lease of the owner runs/,
  },
  {
    what: 'an epoch that is none',
    verb: 'cluster switchover',
    input: { to: 'im-b', expectEpoch: -1 },
    ...INPUT,
    says: /expectEpoch/,
  },
  {
    what: 'an unknown session',
    verb: 'session disconnect',
    input: { id: 'ff9f17' },
    ...UNKNOWN,
    says: /no session ff9f17/,
  },
  {
    what: 'an unknown conversation',
    verb: 'conversation show',
    input: { id: 'd/ann/bob' },
    ...UNKNOWN,
    says: /no conversation d\/ann\/bob/,
  },
  {
    what: 'an unknown plugin',
    verb: 'plugin show',
    input: { name: 'no-such' },
    ...UNKNOWN,
    says: /no plugin no-such/,
  },
  {
    what: 'a level that is none',
    verb: 'log level',
    input: { level: 'loud' },
    ...INPUT,
    says: /level/,
  },
  { what: 'a list of nothing', verb: 'sessions', input: { limit: 0 }, ...INPUT, says: /limit/ },
];

const PLAIN: Readonly<Record<string, string>> = { id: '', name: '', level: '' };

function wordsOf({ verb, input }: Pick<Bad, 'verb' | 'input'>): readonly string[] {
  const given = Object.entries(input).flatMap(([key, value]) => {
    const flag = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (key in PLAIN) return [String(value)];
    return value === true ? [flag] : [`${flag}=${value}`];
  });
  const sure = verb === 'cluster takeover' ? ['--yes', '--allow-data-loss'] : ['--yes'];
  const isAct = verb.startsWith('cluster ') || verb === 'session disconnect';
  return [...verb.split(' '), ...given, ...(isAct ? sure : [])];
}

async function problemOf(asked: Promise<unknown>): Promise<AdminProblem> {
  const error = await asked.then(
    () => assert.fail('it was not refused'),
    (why: unknown) => why,
  );
  assert.ok(error instanceof AdminProblem, String(error));
  return error;
}

describe('what bad input gets from the admin API', () => {
  let pair: Pair;
  let admin: AdminStage;

  before(async () => {
    pair = new Pair();
    await pair.start();
    admin = await openAdmin(pair.a.stage);
    const { register } = pair.shared;
    const asked = { to: 'im-b', epoch: 1, phase: 'asked', by: 'another one', at: 0 } as const;
    await (await readSwitchover(register)).move(asked);
  });

  after(async () => {
    await closeAdmins();
    await pair.stop();
  });

  async function isAsItWas(): Promise<void> {
    const { epoch, active } = await admin.owner.ask('cluster', {});
    assert.deepEqual([epoch, active, admin.levels], [1, 'im-a', []]);
    const { now } = await readSwitchover(pair.shared.register);
    assert.deepEqual([now?.phase, now?.by], ['asked', 'another one']);
  }

  async function typed(words: readonly string[], token = OPERATOR) {
    return im([...words, '--url', admin.address], { IM_ADMIN_TOKEN: token });
  }

  for (const bad of BAD) {
    const { what, verb, input, status, code, exit, says } = bad;
    it(`is the same by each way, with what to do: ${what}`, async () => {
      const clients: readonly AdminClient[] = [admin.owner, admin.withToken(OPERATOR)];
      for (const client of clients) {
        const problem = await problemOf(client.ask(verb, input));
        assert.deepEqual([problem.status, problem.code], [status, code], problem.message);
        assert.match(problem.message, says);
        assert.ok(problem.act);
      }
      const there = ['--socket', join(admin.folder, 'admin.sock')];
      for (const said of [await im([...wordsOf(bad), ...there]), await typed(wordsOf(bad))]) {
        assert.deepEqual([said.code, said.out], [exit, ''], said.err);
        assert.match(said.err, says);
      }
      await isAsItWas();
    });
  }

  it('is 401 and 4 with a wrong token, 403 and 4 with one that may only read', async () => {
    const words = wordsOf({ verb: 'cluster takeover', input: { to: 'im-b', expectEpoch: 1 } });
    for (const [token, status, code] of [
      ['x'.repeat(40), 401, 'IM_ADMIN_TOKEN'],
      [READER, 403, 'IM_ADMIN_RIGHTS'],
    ] as const) {
      const change = { to: 'im-b', expectEpoch: 1 };
      const problem = await problemOf(admin.withToken(token).ask('cluster takeover', change));
      assert.deepEqual([problem.status, problem.code], [status, code]);
      const said = await typed(words, token);
      assert.equal(said.code, 4);
      assert.match(said.err, new RegExp(`^${code} [^]+\n[^]+\\.$`));
    }
    await isAsItWas();
  });

  it('is an answer at once where the store is away, and nothing was asked for', async () => {
    const begunMs = performance.now();
    pair.a.access.away = true;
    try {
      for (const [verb, force] of [
        ['cluster switchover', {}],
        ['cluster takeover', { force: true }],
      ] as const) {
        const problem = await problemOf(
          admin.owner.ask(verb, { to: 'im-b', expectEpoch: 1, ...force }),
        );
        assert.deepEqual([problem.status, problem.code], [503, 'IM_STORE_AWAY']);
        assert.ok(problem.act);
      }
    } finally {
      pair.a.access.away = false;
    }
    assert.ok(performance.now() - begunMs < 10_000);
    await isAsItWas();
  });

  describe('where the server is of another version', () => {
    let server: Server;
    let url = '';
    let answer: readonly [status: number, body: string] = [200, ''];

    before(async () => {
      server = createServer((_request, response) => {
        response.writeHead(answer[0], { 'content-type': 'application/json' }).end(answer[1]);
      });
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    });
    after(() => new Promise((resolve) => void server.close(resolve)));

    it('says so, and ends with 1', async () => {
      const none = JSON.stringify({ code: 'IM_ADMIN_ROUTE', message: 'no such', act: 'See.' });
      for (const [given, code] of [
        [[200, '{"sessions":"many"}'], 'IM_ADMIN_VERSION'],
        [[200, '<html>'], 'IM_ADMIN_VERSION'],
        [[404, '<html>'], 'IM_ADMIN_VERSION'],
        [[404, none], 'IM_ADMIN_ROUTE'],
      ] as const) {
        answer = given;
        const said = await im(['overview', '--url', url]);
        assert.deepEqual([said.code, said.out], [1, ''], said.err);
        assert.ok(said.err.startsWith(`${code} `), said.err);
      }
    });

    it('ends a stream with it, before anything of it is shown', async () => {
      const fields = { at: 0, level: 'info', fields: {} };
      for (const [event, data] of [
        ['event', JSON.stringify({ ...fields, id: 'life.1' })],
        ['event', '<html>'],
        ['lost', '{}'],
        ['beat', '{"at":"noon"}'],
        ['frame', '{"at":0,"skipped":0}'],
      ] as const) {
        answer = [200, `event: ${event}\ndata: ${data}\n\n`];
        const told = (): void => assert.fail(event);
        const problem = await new Promise<AdminProblem>((resolve) => {
          const watcher = { frame: told, event: told, lost: told, beat: told, closed: resolve };
          new AdminClient({ name: 'other', url }).watch({ events: 'yes' }, watcher);
        });
        assert.equal(problem.code, 'IM_ADMIN_VERSION', `${event} ${data}`);
      }
    });

    it('reads what a newer one adds, and shows what it knows of it', async () => {
      const beat = { at: 7, loopDelayMs: 1, mood: 'good' };
      const frame = {
        at: 7,
        skipped: 0,
        views: { x: { code: 'C', message: 'm' }, y: { view: 1 } },
      };
      const sent = Object.entries({ beat, frame, dance: {} }).map(([event, data]) => {
        return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
      });
      answer = [200, sent.join('')];
      const told: unknown[] = [];
      const tell = (one: unknown): void => void told.push(one);
      await new Promise((closed) => {
        const watcher = { frame: tell, event: tell, lost: tell, beat: tell, closed };
        new AdminClient({ name: 'other', url }).watch({}, watcher);
      });
      assert.deepEqual(told, [{ at: 7, loopDelayMs: 1 }, frame]);
    });
  });
});
