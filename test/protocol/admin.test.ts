/** What an admin sees of a node, and does to it, over real sockets. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import type { Beat, EventView, Frame, Lost } from '../../core/admin/protocol/index.ts';
import { VERBS, type VerbName } from '../../core/admin/verbs.ts';
import { closeAdmins, openAdmin, OPERATOR, READER, type AdminStage } from './admin-stage.ts';
import { closeStages, openStage } from './stage.ts';

async function problem(asked: Promise<unknown>): Promise<AdminProblem> {
  const error = await asked.then(
    () => assert.fail('it was not refused'),
    (why: unknown) => why,
  );
  assert.ok(error instanceof AdminProblem, String(error));
  return error;
}

async function codeOf(asked: Promise<unknown>): Promise<string> {
  return (await problem(asked)).code;
}

interface Watched {
  readonly frames: Frame[];
  readonly events: EventView[];
  readonly losses: Lost[];
  readonly beats: Beat[];
  closed: AdminProblem | undefined;
}

/** Watches until it holds. */
function watched(
  admin: AdminStage,
  input: Parameters<AdminStage['owner']['watch']>[0],
  holds: (seen: Watched) => boolean,
): Promise<Watched> {
  const seen: Watched = { frames: [], events: [], losses: [], beats: [], closed: undefined };
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds(seen)) return;
      end();
      resolve(seen);
    };
    const end = admin.owner.watch(input, {
      frame: (frame) => {
        seen.frames.push(frame);
        look();
      },
      event: (event) => {
        seen.events.push(event);
        look();
      },
      lost: (lost) => {
        seen.losses.push(lost);
        look();
      },
      beat: (beat) => {
        seen.beats.push(beat);
        look();
      },
      closed: (why) => {
        seen.closed = why;
        look();
      },
    });
  });
}

describe('the admin API', () => {
  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('shows a node, its sessions, conversations and plugins, as they are', async () => {
    const stage = await openStage({ name: 'im-9' });
    const admin = await openAdmin(stage);
    const ann = await stage.join('ann');
    await stage.join('bob');
    await ann.accepted(ann.send('d/ann/bob', 'hello'));
    const overview = await admin.owner.ask('overview', {});
    assert.equal(overview.node, 'im-9');
    assert.equal(overview.standing, 'alone');
    assert.equal(overview.health, 'running');
    assert.equal(overview.sessions, 2);
    assert.equal(overview.totals.accepted, 1);
    assert.equal(overview.commitMs.count, 1);
    const sessions = await admin.owner.ask('sessions', { filter: 'user:ann' });
    assert.equal(sessions.total, 1);
    assert.equal(sessions.rows[0]?.commands, 1);
    assert.equal(sessions.rows[0]?.state, 'live');
    const conversations = await admin.owner.ask('conversations', {});
    assert.deepEqual(
      conversations.rows.map(({ id, head, online }) => [id, head, online]),
      [['d/ann/bob', 1, 2]],
    );
    const of = async (filter: string): Promise<number> =>
      (await admin.owner.ask('conversations', { filter })).total;
    assert.deepEqual(
      [await of('member=ann'), await of('member=an'), await of('!member:bo')],
      [1, 0, 0],
    );
    const { people } = await admin.owner.ask('conversation show', { id: 'd/ann/bob' });
    assert.deepEqual(
      people.map(({ user }) => user),
      ['ann', 'bob'],
    );
    const plugins = await admin.owner.ask('plugins', { sort: 'role' });
    assert.ok(plugins.rows.every(({ state }) => state === 'running'));
    const shown = await admin.owner.ask('plugin show', { name: 'persistence' });
    assert.equal(shown.type, 'memory');
    const store = await admin.owner.ask('store', {});
    assert.equal(store.entriesKept, 1);
  });

  it('makes a route of every verb, and tells of all in OpenAPI', async () => {
    const admin = await openAdmin(await openStage());
    const told = JSON.parse(await admin.owner.text('/v1/openapi.json')) as {
      paths: Record<string, Record<string, { operationId?: string }>>;
    };
    const routes = Object.entries(told.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, { operationId }]) => `${method} ${path} ${operationId}`,
      ),
    );
    const wanted = (Object.keys(VERBS) as VerbName[]).map((name) => {
      const { method, path } = VERBS[name];
      const shown = path.replaceAll(/:(\w+)/g, '{$1}');
      return `${method.toLowerCase()} ${shown} ${name.replaceAll(' ', '-')}`;
    });
    for (const one of wanted) assert.ok(routes.includes(one), `${one} is missing`);
  });

  it('lets nobody in without a token, and who may read not act', async () => {
    const stage = await openStage();
    const admin = await openAdmin(stage);
    const ann = await stage.join('ann');
    const [row] = (await admin.owner.ask('sessions', {})).rows;
    const id = row?.id ?? '';
    for (const token of [undefined, 'x'.repeat(40), READER.slice(1)]) {
      const { status, code } = await problem(admin.withToken(token).ask('overview', {}));
      assert.deepEqual([status, code], [401, 'IM_ADMIN_TOKEN']);
    }
    const reader = admin.withToken(READER);
    assert.equal((await reader.ask('sessions', {})).total, 1);
    const refused = await problem(reader.ask('session disconnect', { id }));
    assert.deepEqual([refused.status, refused.code], [403, 'IM_ADMIN_RIGHTS']);
    // Recorded once: who asks again and again writes nobody else's acts out of the record.
    for (let again = 0; again < 3; again += 1) {
      assert.equal(await codeOf(reader.ask('session disconnect', { id })), 'IM_ADMIN_RIGHTS');
    }
    const counted = await admin.owner.text('/metrics');
    for (const [code, count] of Object.entries({ IM_ADMIN_TOKEN: 3, IM_ADMIN_RIGHTS: 4 })) {
      assert.match(
        counted,
        new RegExp(`^im_admin_refused_total\\{.*code="${code}"\\} ${count}$`, 'm'),
      );
    }
    assert.equal((await admin.owner.ask('sessions', {})).total, 1);
    await admin.withToken(OPERATOR).ask('session disconnect', { id });
    assert.equal((await ann.next('error')).code, 'shutting-down');
    const { acts } = await admin.owner.ask('acts', {});
    assert.deepEqual(
      acts.map(({ who, verb, outcome }) => `${who} ${verb} ${outcome}`),
      [
        'admin-1 session disconnect done',
        'admin-1 session disconnect asked',
        'admin-0 session disconnect refused',
      ],
    );
  });

  it('takes an empty list of admins for nobody', async () => {
    const admin = await openAdmin(await openStage(), []);
    const { code } = await problem(admin.withToken(OPERATOR).ask('overview', {}));
    assert.equal(code, 'IM_ADMIN_TOKEN');
    assert.equal(statSync(join(admin.folder, 'admin.sock')).mode & 0o777, 0o600);
  });

  it('answers nonsense with what is wrong, and stays up', async () => {
    const admin = await openAdmin(await openStage());
    const { owner } = admin;
    assert.equal(await codeOf(owner.ask('sessions', { limit: 0 })), 'IM_ADMIN_INPUT');
    assert.equal(await codeOf(owner.text('/v1/sessions?limit=many')), 'IM_ADMIN_INPUT');
    assert.equal(await codeOf(owner.ask('sessions', { sort: '-nothing' })), 'IM_ADMIN_INPUT');
    assert.equal(await codeOf(owner.ask('conversations', { sort: 'online' })), 'IM_ADMIN_INPUT');
    assert.equal(await codeOf(owner.ask('plugin show', { name: 'no' })), 'IM_ADMIN_UNKNOWN');
    assert.equal(await codeOf(owner.ask('conversation show', { id: '../x' })), 'IM_ADMIN_UNKNOWN');
    assert.equal(await codeOf(owner.ask('session disconnect', { id: 'x' })), 'IM_ADMIN_UNKNOWN');
    assert.equal(await codeOf(owner.ask('cluster', {})), 'IM_CLUSTER_NONE');
    assert.equal(await codeOf(owner.text('/v1/nothing')), 'IM_ADMIN_ROUTE');
    assert.equal(await codeOf(owner.text('/v1/stream?topic=nonsense')), 'IM_ADMIN_INPUT');
    assert.equal(await codeOf(owner.text('/v1/stream?topic=reload')), 'IM_ADMIN_INPUT');
    assert.equal(await codeOf(owner.text('/v1/stream?topic=trace')), 'IM_ADMIN_INPUT');
    assert.equal(await codeOf(owner.text('/v1/stream?intervalMs=1')), 'IM_ADMIN_INPUT');
    assert.equal((await owner.ask('log level', { level: 'warn' })).level, 'warn');
    assert.deepEqual(admin.levels, ['warn']);
  });

  it('says that it is away between two lives of the node, and goes on with the next', async () => {
    const stage = await openStage();
    const admin = await openAdmin(stage);
    const { running } = admin;
    admin.running = undefined;
    const { code, status } = await problem(admin.owner.ask('overview', {}));
    assert.deepEqual([status, code], [503, 'IM_ADMIN_AWAY']);
    admin.running = running;
    assert.equal((await admin.owner.ask('overview', {})).health, 'running');
  });

  it('streams views, events from where one was, and a beat each second', async () => {
    const stage = await openStage();
    const admin = await openAdmin(stage);
    admin.events.note('info', 'first', {});
    admin.events.note('warn', 'second', { part: 'tcp', n: 1 });
    const [first] = admin.events.since(undefined, 'info', 10).events;
    const input = { topic: ['overview', 'cluster'], intervalMs: 250, events: 'yes' as const };
    const seen = await watched(admin, { ...input, after: first?.id ?? '' }, (so) => {
      return so.frames.length > 1 && so.beats.length > 1 && so.events.length > 0;
    });
    assert.deepEqual(
      seen.events.map(({ message, part, fields }) => [message, part, fields]),
      [['second', 'tcp', { n: 1 }]],
    );
    const views = seen.frames[0]?.views ?? {};
    assert.ok('view' in (views['overview'] ?? {}));
    assert.equal((views['cluster'] as { code?: string }).code, 'IM_CLUSTER_NONE');
  });

  it('says on a stream, first, that what came after an id is not all there', async () => {
    const admin = await openAdmin(await openStage());
    for (let at = 1; at <= 2_100; at += 1) admin.events.note('info', String(at), {});
    const from = async (after: string): Promise<readonly [number | undefined, number]> => {
      const { losses, events } = await watched(
        admin,
        { events: 'yes', after },
        (seen) => seen.events.at(-1)?.message === '2100',
      );
      assert.equal(losses.length, 1);
      return [losses[0]?.count, Number(events[0]?.message)];
    };
    // The node remembers 2,000, and a stream begins with 1,000 at most.
    assert.deepEqual(await from('life-1.50'), [1_050, 1_101]);
    for (const nonsense of ['life-0.7', 'life-1.9999', 'life-1.', 'life-1.-1', "'; DROP", 'é']) {
      assert.deepEqual(await from(nonsense), [undefined, 1_101], nonsense);
    }
  });

  it('streams one view alone', async () => {
    const admin = await openAdmin(await openStage());
    const seen = await watched(admin, { topic: ['overview'] }, ({ frames, closed }) => {
      return frames.length > 0 || closed !== undefined;
    });
    assert.equal(seen.closed, undefined);
    assert.ok('view' in (seen.frames[0]?.views['overview'] ?? {}));
  });

  it('streams a list by the longest filter, whatever it is written in', async () => {
    const admin = await openAdmin(await openStage());
    const topic = `sessions?filter=${encodeURIComponent('語'.repeat(200))}`;
    const seen = await watched(admin, { topic: [topic] }, ({ frames, closed }) => {
      return frames.length > 0 || closed !== undefined;
    });
    assert.equal(seen.closed, undefined);
    assert.ok('view' in (seen.frames[0]?.views[topic] ?? {}));
  });

  it('has room for sixteen viewers, and says so to the next', async () => {
    const admin = await openAdmin(await openStage());
    const closed: string[] = [];
    const ends: (() => void)[] = [];
    let beats = 0;
    await new Promise<void>((resolve) => {
      const look = (): void => void (beats >= 16 && closed.length > 0 && resolve());
      for (let at = 0; at < 17; at += 1) {
        const quiet = { frame: () => undefined, event: () => undefined, lost: () => undefined };
        const end = admin.owner.watch(
          {},
          {
            ...quiet,
            beat: () => {
              beats += 1;
              look();
            },
            closed: ({ code }) => {
              closed.push(code);
              look();
            },
          },
        );
        ends.push(end);
      }
    });
    for (const end of ends) end();
    assert.deepEqual(closed, ['IM_ADMIN_BUSY']);
  });
});
