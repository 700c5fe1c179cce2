/** A backup is taken and put back as docs/operating.md says, with the statement that it gives. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Device } from '../scenes/device.ts';
import { ServerProcess } from '../scenes/server-process.ts';

const page = join(import.meta.dirname, '..', '..', 'docs', 'operating.md');

describe('a restored backup', function () {
  this.timeout(60_000);
  let folder = '';
  let server: ServerProcess | undefined;
  afterEach(async () => {
    await server?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('begins where it was taken, under a new name of the log', async () => {
    folder = mkdtempSync(join(tmpdir(), 'im-restore-'));
    server = new ServerProcess(folder, './data/auth.key');
    const database = join(folder, 'data', 'im.db');
    const backup = join(folder, 'backup.db');

    const before = await say(server, 3);
    await server.stop();
    copyFileSync(database, backup);
    await say(server, 2);
    await server.stop();
    copyFileSync(backup, database);
    renameLog(database);
    const after = await say(server, 0);
    await server.stop();

    assert.equal(before.last, 3);
    assert.equal(after.last, 3);
    assert.notEqual(after.log, before.log);
  });
});

/** Starts, says so much as a new device of ann, and tells the log's name and last position. */
async function say(server: ServerProcess, count: number): Promise<{ log: string; last: number }> {
  await server.start();
  const ann = new Device('ann', `device-${count}`);
  const { log } = await ann.connect('tcp', server.addresses, await server.token('ann'));
  for (let i = 0; i < count; i++) {
    const command = ann.send('bob', { type: 'send', body: new Uint8Array([65]) });
    assert.equal((await ann.answerTo(command)).type, 'accepted');
  }
  const { item } = await ann.ask('history', { conversation: 'd/ann/bob' });
  ann.live.cut();
  await ann.gone();
  return { log, last: item.at(-1)?.position ?? 0 };
}

/** Runs the page's own statement. */
function renameLog(file: string): void {
  const [, statement] =
    /^sqlite3 data\/im\.db "(UPDATE .*)"$/m.exec(readFileSync(page, 'utf8')) ?? [];
  assert.ok(statement, 'docs/operating.md names no statement');
  const database = new DatabaseSync(file);
  database.exec(statement.replace(/\$\([^)]*\)/, crypto.randomUUID()));
  database.close();
}
