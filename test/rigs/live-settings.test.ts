/** Everything that a reload may change, changed at once under load; and nothing by a bad file. */
import assert from 'node:assert/strict';
import { until } from 'im-kernel/kit';
import { RefusedError, type Client } from '../../client/index.ts';
import type { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import type { Differences } from '../scenes/server-process.ts';
import { BOARD, LiveSettings, type Said } from './live-settings.ts';

const OLD = 'old-'.repeat(10);
const YOUNG = 'new-'.repeat(10);
const BEFORE = { bodyMax: '8KiB', level: 'info', word: 'drat', token: OLD } as const;
const AFTER = { bodyMax: '1KiB', level: 'debug', word: 'bother', token: YOUNG } as const;
const LONG = 'x'.repeat(2_000);

async function fate(sending: { readonly accepted: Promise<unknown> }): Promise<string> {
  return sending.accepted.then(
    () => 'accepted',
    (error: unknown) => (error instanceof RefusedError ? error.code : String(error)),
  );
}

describe('the live settings of a server', function () {
  this.timeout(60_000);
  let rig: LiveSettings;
  let ann: Client;
  before(async () => {
    rig = new LiveSettings();
    await rig.start((url) => ({ ...BEFORE, url, certificate: 'first' }));
    ann = await rig.talk();
  });
  after(() => rig.clear());

  /** How it is now, as those see it who use it. */
  async function seen() {
    const fates = [LONG, 'drat', 'bother'].map((text) => fate(ann.send('bob', text)));
    const { settings } = await rig.owner.ask('config', { filter: 'log.level' });
    const admins = [OLD, YOUNG].map(async (token) => {
      const certificate = (await rig.shownAt('admin')) as Said['certificate'];
      const asked = rig.by(token, certificate).ask('overview', {});
      return asked.then(
        ({ node }) => node,
        ({ code }: AdminProblem) => code,
      );
    });
    return {
      fates: await Promise.all(fates),
      level: settings[0]?.value,
      admins: await Promise.all(admins),
      shown: [await rig.shownAt('admin'), await rig.shownAt('tcp')],
    };
  }

  const OF_BEFORE = {
    fates: ['accepted', 'forbidden', 'accepted'],
    level: 'info',
    admins: ['im-test', 'IM_ADMIN_TOKEN'],
    shown: ['first', 'first'],
  };

  it('stay as they are, all of them, when one of them is bad', async () => {
    const { hash } = await rig.owner.ask('config', { filter: 'log.level' });
    const [, hook] = rig.hooks;
    const after: Said = { ...AFTER, url: hook.url, certificate: 'second' };
    rig.write('none.pem', 'none');
    const tls = { cert: './none.pem', key: './second.key' };
    const listen = '127.0.0.1:0';
    const web = { use: 'websocket', listen, path: '/im' };
    const shown = { cert: './second.pem', key: './second.key' };
    const tokens = [{ name: 'ops', tokenFile: './never.token' }];
    const secretFile = './none.key';
    const bad: readonly [what: RegExp, said: Partial<Said>, more?: Differences][] = [
      [/limits\.bodyMax/, { bodyMax: '1 MB' }],
      [/log\.level/, { level: 'loud' }],
      [/admin\.tokens: .*never\.token/, {}, { admin: { listen, tls: shown, tokens } }],
      [/admin\.tls: /, {}, { admin: { listen, tls, tokens: [] } }],
      [/: tcp: /, {}, { transports: { tcp: { use: 'tcp-tlv', listen, tls }, web } }],
      [/words: .*none\.txt/, {}, { guards: { words: { use: 'word-list', file: './none.txt' } } }],
      [
        /hook: .*none\.key/,
        {},
        { consumers: { hook: { use: 'webhook', url: hook.url, secretFile } } },
      ],
    ];
    for (const [what, said, more] of bad) {
      rig.say({ ...after, ...said }, more);
      await assert.rejects(rig.owner.ask('reload', {}), what);
    }
    assert.equal((await rig.owner.ask('config', { filter: 'log.level' })).hash, hash);
    assert.deepEqual(await seen(), OF_BEFORE);
    assert.deepEqual([rig.changes, hook.taken], [[], []]);
  });

  it('change all at once, under load, and no connection notices', async () => {
    assert.deepEqual(await seen(), OF_BEFORE);
    const ended = Promise.withResolvers<AdminProblem>();
    let beats = 0;
    const quiet = { frame: () => undefined, event: () => undefined, lost: () => undefined };
    const watch = (token: string, closed: (why: AdminProblem) => void, beat: () => void) =>
      rig.by(token, 'first').watch({}, { ...quiet, beat, closed });
    watch(OLD, ended.resolve, () => undefined);
    let lost: AdminProblem | undefined;
    const end = watch(
      BOARD,
      (why) => (lost = why),
      () => (beats += 1),
    );
    await until(() => beats > 0, 'the board is watched');

    const [, hook] = rig.hooks;
    rig.say({ ...AFTER, url: hook.url, certificate: 'second' });
    const { changes, parts } = await rig.owner.ask('reload', {});
    assert.deepEqual(
      changes.filter(({ how }) => how === 'restart'),
      [],
    );
    assert.deepEqual(
      parts.map(({ part, became }) => `${part} ${became}`).toSorted(),
      ['admin.tls', 'admin.tokens', 'authentication', 'hook', 'tcp', 'words'].map(
        (part) => `${part} new`,
      ),
    );
    assert.deepEqual(await seen(), {
      fates: ['too-large', 'accepted', 'forbidden'],
      level: 'debug',
      admins: ['IM_ADMIN_TOKEN', 'im-test'],
      shown: ['second', 'second'],
    });
    assert.equal((await ended.promise).code, 'IM_ADMIN_UNREACHABLE');
    const before = beats;
    await until(() => beats > before, 'a beat on a line that is older than the certificate');
    assert.equal(lost, undefined);
    end();

    await until(() => hook.taken.length > 0, 'the other address has something');
    await rig.rest();
    const came = (): readonly string[] => rig.came.filter((text) => /^\d+ \d+$/.test(text));
    await until(() => came().length >= rig.sent.length, 'all came');
    assert.deepEqual(came().toSorted(), rig.sent.toSorted());
    assert.deepEqual(rig.changes, []);
    const { position } = await ann.send('bob', 'the last').accepted;
    await until(() => hook.taken.includes(`d/ann/bob ${position}`), 'a hook has the last');
    assert.equal(new Set([...rig.hooks[0].taken, ...hook.taken]).size, position);
  });

  it('goes on with a certificate whose file is spoilt, and says so', async () => {
    rig.write('second.pem', 'none');
    const { applied, parts } = await rig.owner.ask('reload', {});
    assert.equal(applied, true);
    assert.deepEqual(
      parts.filter(({ became }) => became === 'kept').map(({ part, code }) => [part, code]),
      [
        ['tcp', 'IM_TLS_FILES'],
        ['admin.tls', 'IM_ADMIN_TLS'],
      ],
    );
    const { events } = await rig.owner.ask('events', { level: 'warn' });
    const said = events.filter(({ message }) => message === 'a part goes on with what it had');
    assert.equal(said.length, 2);
  });
});
