import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, judgeAuthentication, judgedUsers, never, quietHost } from 'im-kernel/kit';
import plugin from './static-tokens.ts';

let folder = '';
const tokenOf = (user: string): string => `the token of ${user}`;
const lineOf = (user: string): string => {
  return `${createHash('sha256').update(tokenOf(user)).digest('hex')} ${user}\n`;
};
judgeAuthentication({
  name: 'static-tokens',
  make: (host) => plugin.create({ file: join(folder, 'tokens.txt') }, host),
  good: (user) => Promise.resolve(tokenOf(user)),
  bad: () => Promise.resolve({ 'a hash instead of a token': lineOf('ann').slice(0, 64) }),
  async prepare() {
    folder = await mkdtemp(join(tmpdir(), 'im-static-tokens-'));
    await writeFile(
      join(folder, 'tokens.txt'),
      `# our users\n\n${judgedUsers.map(lineOf).join('')}`,
    );
  },
  clean: () => rm(folder, { recursive: true }),
});

describe('static-tokens', () => {
  it('knows the users of the file that comes with it', async () => {
    const file = join(import.meta.dirname, 'tokens.txt');
    const tokens = plugin.create({ file }, quietHost());
    await tokens.start(never());
    assert.deepEqual(await tokens.authenticate('open-sesame'), { user: 'ann' });
    assert.deepEqual(await tokens.authenticate('bobs-secret'), { user: 'bob' });
    await tokens.stop(never());
  });
  it('does not start with a line that it does not understand, and names it', async () => {
    const file = join(tmpdir(), `im-static-tokens-${process.pid}.txt`);
    await writeFile(file, `${lineOf('ann')}open-sesame ann\n`);
    const tokens = plugin.create({ file }, quietHost());
    await assert.rejects(tokens.start(never()), { code: 'IM_AUTH_KEY', message: /line 2 / });
    await rm(file);
  });
});
