import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { quietHost, type QuietHost } from 'im-kernel/kit';
import { readSecret } from '../../../core/kernel/secret-file.ts';

describe('the secret of links', () => {
  let folder = '';
  let file = '';
  let host: QuietHost;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'im-secret-'));
    file = join(folder, 'made', 'shared.key');
    host = quietHost();
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is made where it is asked for, with its folder, for its user only, and never logged', async () => {
    const made = await readSecret(file, 'make', host);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const text = (await readFile(file, 'utf8')).trim();
    assert.equal(Buffer.from(text, 'base64url').length, 32);
    assert.ok(!JSON.stringify(host.lines).includes(text));
    const bytes = Buffer.from('to be signed');
    const again = await readSecret(file, 'make', host);
    assert.deepEqual(made.sign(bytes), again.sign(bytes));
    assert.equal(made.sign(bytes).length, 32);
  });

  it('is one for many that start at once: none reads it half written', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => readSecret(file, 'make', host)));
    const bytes = Buffer.from('to be signed');
    const signs = new Set(all.map((one) => Buffer.from(one.sign(bytes)).toString('hex')));
    assert.equal(signs.size, 1);
    assert.deepEqual(await readdir(dirname(file)), ['shared.key']);
    assert.equal(host.lines.filter(({ level }) => level === 'info').length, 1);
  });

  it('is not made where it is only read', async () => {
    await assert.rejects(readSecret(file, 'read', host), { code: 'IM_LINK_SECRET' });
    await assert.rejects(stat(file));
  });

  it('is refused, with the file named, where it is too short or no line of base64url', async () => {
    file = join(folder, 'given.key');
    const short = Buffer.alloc(31).toString('base64url');
    for (const [text, why] of [
      [short, /given\.key .*31 octets, 32 are needed/],
      ['two\nlines', /given\.key .*not one line of base64url/],
      ['', /not one line/],
    ] as const) {
      await writeFile(file, text, { mode: 0o600 });
      const message = why;
      await assert.rejects(readSecret(file, 'read', host), { code: 'IM_LINK_SECRET', message });
    }
  });

  it('that others can read is used, and warned of', async () => {
    await readSecret(file, 'make', host);
    await chmod(file, 0o644);
    await readSecret(file, 'read', host);
    const warned = host.lines.filter(({ level }) => level === 'warn');
    assert.match(warned[0]?.message ?? '', /others can read/);
  });
});
