/** By which words every verb finds the nodes that it asks. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERBS } from '../../core/admin/verbs.ts';
import { im } from '../unit/cli/rig.ts';
import { READER, closeAdmins, openAdmin, type AdminStage } from './admin-stage.ts';
import { closeStages, openStage } from './stage.ts';

const OPTIONS = ['--config', '--data', '--socket', '--url', '--token-file', '--ca'];
const TALK = 'd/ann/bob';

/** A file of a node that is there, whatever else is wrong in it. */
function fileOf({ folder }: AdminStage): string {
  const file = join(folder, 'im.config.yaml');
  writeFileSync(file, 'node: { name: im-1, data: . }\nnonsense: 1\n');
  return file;
}

describe('every verb that asks nodes', () => {
  let one: AdminStage;
  let other: AdminStage;
  beforeEach(async () => {
    one = await openAdmin(await openStage({ name: 'im-1' }));
    const stage = await openStage({ name: 'im-2' });
    other = await openAdmin(stage);
    // A terminal waits for what a node tells of its start.
    for (const { events } of [one, other]) events.note('info', 'it runs', {});
    const ann = await stage.join('ann');
    await ann.accepted(ann.send(TALK, 'x'));
  });
  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('takes the same options', async () => {
    for (const verb of [...Object.keys(VERBS), 'top', 'tail', 'doctor']) {
      const { out } = await im([...verb.split(' '), '--help']);
      for (const option of OPTIONS) assert.ok(out.includes(`${option} <`), `${verb} ${option}`);
    }
  });

  it('finds a node by each of them', async () => {
    const env = { IM_ADMIN_TOKEN: READER };
    for (const place of [
      ['--config', fileOf(one)],
      ['--data', one.folder],
      ['--socket', join(one.folder, 'admin.sock')],
      ['--url', one.address],
    ]) {
      for (const verb of ['overview', 'top']) {
        const { code, out, err } = await im([verb, ...place], env);
        assert.deepEqual([code, err], [0, ''], `${verb} ${place[0]}`);
        assert.match(out, /im-1/);
      }
    }
  });

  it('asks one, and says so of several', async () => {
    const both = ['--data', one.folder, '--data', other.folder];
    for (const verb of ['overview', 'log level warn', 'tail']) {
      const { code, err } = await im([...verb.split(' '), ...both]);
      assert.match(err, /one node is asked, and 2 are named/);
      assert.equal(code, 2, verb);
    }
    assert.deepEqual([one.levels, other.levels], [[], []]);
  });

  it('asks all that are named, however, for a trace and for a terminal', async () => {
    const places = ['--config', fileOf(one), '--url', other.address];
    const env = { IM_ADMIN_TOKEN: READER };
    const traced = await im(['trace', TALK, '1', ...places], env);
    assert.deepEqual([traced.code, traced.err], [0, '']);
    assert.match(traced.out, /^Times of two nodes compare /m);
    const screen = await im(['top', '--screen', 'cluster', ...places], env);
    assert.deepEqual([screen.code, screen.err], [0, '']);
  });

  it('ends with the reason where nobody could be asked for a trace', async () => {
    const denied = await im(['trace', TALK, '1', '--url', other.address]);
    assert.equal(denied.code, 4);
    assert.match(denied.err, /^IM_ADMIN_TOKEN /);
    const none = await im(['trace', TALK, '1', '--data', join(one.folder, 'none')]);
    assert.equal(none.code, 3);
    const half = await im(['trace', TALK, '1', '--data', other.folder, '--data', '/none']);
    assert.equal(half.code, 0);
    assert.match(half.err, /^IM_ADMIN_UNREACHABLE /);
  });

  it('reads the file of a token, and says if it is not there', async () => {
    const tokenFile = join(one.folder, 'mine.token');
    writeFileSync(tokenFile, `${READER}\n`);
    const words = ['top', '--url', one.address, '--token-file', tokenFile];
    assert.equal((await im(words)).code, 0);
    rmSync(tokenFile);
    const { code, err } = await im(words);
    assert.equal(code, 4);
    assert.match(
      err,
      /^IM_ADMIN_TOKEN_FILE there is no token in .*mine\.token, which --token-file/,
    );
    assert.match(err, /^Name the file with the token of an admin, or put .*IM_ADMIN_TOKEN\.$/m);
    writeFileSync(tokenFile, '\n');
    assert.match((await im(words)).err, /mine\.token, .* it is empty$/m);
    const ca = await im(['top', '--url', one.address, '--ca', '/none/ca.pem']);
    assert.equal(ca.code, 2);
    assert.match(ca.err, /\/none\/ca\.pem, which --ca names, cannot be read/);
  });

  it('examines a node that is far away by its address and a token', async () => {
    const at = ['doctor', '--url', one.address];
    const { code, out } = await im(at, { IM_ADMIN_TOKEN: READER });
    assert.equal(code, 0, out);
    for (const stage of ['configuration', 'data folder', 'ports', 'clients']) {
      assert.match(out, new RegExp(`^left out +${stage} (?:.*configuration|.*--config)`, 'm'));
    }
    assert.match(out, /^ok +node +im-1, version .* answers$/m);
    assert.match(out, /^ok +health /m);
    assert.match(out, /^ok +store /m);
    const denied = await im([...at, '--token-file', '/none/mine.token']);
    assert.equal(denied.code, 1);
    assert.match(denied.out, /^FAILED +node +IM_ADMIN_TOKEN_FILE .*\/none\/mine\.token/m);
  });
});
