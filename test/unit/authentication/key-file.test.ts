import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { ImError, type Authentication } from 'im-kernel/contract';
import { fakeClock, never, quietHost, type QuietHost } from 'im-kernel/kit';
import plugin from '../../../plugins/authentication/jwt/index.ts';
import { jwtSettings } from './jwt-settings.ts';

async function userOf(by: Authentication, token: string): Promise<string | undefined> {
  const told = await by.authenticate(token);
  return 'user' in told ? told.user : undefined;
}

describe('the key file of jwt', () => {
  let folder = '';
  let file = '';
  let host: QuietHost;
  let running: Authentication[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'im-key-'));
    file = join(folder, 'made', 'for', 'me', 'auth.key');
    host = quietHost({ clock: fakeClock() });
  });
  afterEach(async () => {
    await Promise.all(running.map((one) => one.stop(never())));
    running = [];
    await rm(folder, { recursive: true });
  });

  async function started(secretFile = file): Promise<Authentication> {
    const authentication = plugin.create(jwtSettings({ secretFile }), host);
    running.push(authentication);
    await authentication.start(never());
    return authentication;
  }
  async function refusal(
    text: string | undefined,
    path = join(folder, 'given.key'),
  ): Promise<ImError> {
    if (text !== undefined) await writeFile(path, text, { mode: 0o600 });
    const error = await started(path).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ImError && error.code === 'IM_AUTH_KEY', String(error));
    return error;
  }

  it('is made at the first start, with its folder, for its user only', async () => {
    await started();
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const text = await readFile(file, 'utf8');
    assert.equal(Buffer.from(text.trim(), 'base64url').length, 32);
  });
  it('is the same at the next start, so that tokens go on to hold', async () => {
    const token = (await (await started()).issue?.('ann', undefined)) ?? '';
    assert.equal(await userOf(await started(), token), 'ann');
  });
  it('is one key for two nodes that start at once', async () => {
    const [one, ...others] = await Promise.all(Array.from({ length: 12 }, () => started()));
    const token = (await one?.issue?.('ann', undefined)) ?? '';
    for (const other of others) assert.equal(await userOf(other, token), 'ann');
    assert.deepEqual(await readdir(dirname(file)), ['auth.key']);
  });
  it('is refused when short, empty, or not base64url', async () => {
    assert.match((await refusal('')).message, /not one line of base64url/);
    assert.match((await refusal('dG9vIHNob3J0')).message, /9 octets, 32 are needed/);
    assert.match((await refusal(`${'a'.repeat(50)}\n${'b'.repeat(50)}`)).message, /one line/);
    assert.match((await refusal('ä'.repeat(64))).message, /base64url/);
  });
  it('is refused when it is a folder or its folder is a file', async () => {
    await refusal(undefined, folder);
    await writeFile(join(folder, 'file'), '');
    const error = await refusal(undefined, join(folder, 'file', 'auth.key'));
    assert.match(error.message, /ENOTDIR|EEXIST/);
  });
  it('is used, with a warning, when others can read it', async () => {
    await started();
    assert.deepEqual(host.lines.filter(({ level }) => level === 'warn').length, 0);
    await chmod(file, 0o644);
    await started();
    assert.match(
      host.lines.find(({ level }) => level === 'warn')?.message ?? '',
      /others can read/,
    );
  });
  it('never appears in the log', async () => {
    await started();
    const text = (await readFile(file, 'utf8')).trim();
    assert.ok(!JSON.stringify(host.lines).includes(text));
  });
  it('signs tokens of the life that was asked for, or the configured one', async () => {
    const authentication = await started();
    const claims = async (lifeMs: number | undefined) =>
      decodeJwt((await authentication.issue?.('ann', lifeMs)) ?? '');
    const { sub, iat = 0, exp = 0 } = await claims(90_500);
    assert.deepEqual([sub, exp - iat], ['ann', 91]);
    assert.equal(iat, Math.floor(host.clock.now() / 1000));
    const usual = await claims(undefined);
    assert.equal((usual.exp ?? 0) - (usual.iat ?? 0), 30 * 86_400);
    const token = (await authentication.issue?.('ann', 1_000)) ?? '';
    assert.deepEqual(decodeProtectedHeader(token), { alg: 'HS256', typ: 'JWT' });
  });
  it('is forgotten at the stop', async () => {
    const authentication = await started();
    const token = (await authentication.issue?.('ann', undefined)) ?? '';
    await authentication.stop(never());
    assert.ok('refused' in (await authentication.authenticate(token)));
    await assert.rejects(async () => authentication.issue?.('ann', undefined), /before the start/);
  });
});
