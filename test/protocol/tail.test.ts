/** What happens on a node, on the command line. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { until } from 'im-kernel/kit';
import { im, type Said } from '../unit/cli/rig.ts';
import { closeAdmins, openAdmin, type AdminStage } from './admin-stage.ts';
import { closeStages, openStage } from './stage.ts';

describe('im tail', () => {
  let admin: AdminStage;
  let end: AbortController;
  const lines: string[] = [];
  const hints: string[] = [];

  const tail = (...words: string[]): Promise<Said> =>
    im(
      ['tail', '--socket', join(admin.folder, 'admin.sock'), ...words],
      {},
      {
        out: (text) => void lines.push(text),
        err: (text) => void hints.push(text),
        end: end.signal,
      },
    );

  beforeEach(async () => {
    lines.length = 0;
    hints.length = 0;
    end = new AbortController();
    admin = await openAdmin(await openStage());
  });
  afterEach(async () => {
    end.abort();
    await closeAdmins();
    await closeStages();
  });

  it('shows the past that is asked for, then what happens, by level, part and text', async () => {
    admin.events.note('warn', 'first', { part: 'tcp' });
    admin.events.note('warn', 'second', { part: 'tcp', port: 7 });
    const tailing = tail('--lines', '1', '--level', 'warn', '--part', 'tcp', '--text', 'PORT=');
    await until(() => lines.length === 1, 'the past');
    assert.match(lines[0] ?? '', /^\S+Z warn +tcp second port=7$/);
    admin.events.note('info', 'too low', { part: 'tcp', port: 8 });
    admin.events.note('error', 'elsewhere', { part: 'ws', port: 8 });
    admin.events.note('error', 'no such text', { part: 'tcp' });
    admin.events.note('error', 'third', { part: 'tcp', port: 9 });
    await until(() => lines.length === 2, 'what happens');
    assert.match(lines[1] ?? '', / error tcp third port=9$/);
    end.abort();
    assert.equal((await tailing).code, 0);
  });

  it('goes on after a break with what happened meanwhile, none twice', async () => {
    admin.events.note('info', 'before', {});
    const tailing = tail('--json');
    await until(() => lines.length >= 1, 'the past');
    const past = lines.length;
    await admin.pause();
    await until(() => hints.length === 1, 'a word about the break');
    assert.match(hints[0] ?? '', /; asking again each second$/);
    admin.events.note('info', 'meanwhile', {});
    await admin.start();
    await until(() => lines.length > past, 'what happened meanwhile', 5_000);
    admin.events.note('info', 'after', {});
    const messages = () => lines.map((line) => (JSON.parse(line) as { message: string }).message);
    await until(() => messages().includes('after'), 'what happens after');
    assert.deepEqual(messages(), ['before', 'meanwhile', 'after']);
    assert.deepEqual(hints.slice(1), ['it answers again']);
    end.abort();
    assert.equal((await tailing).code, 0);
  });

  it('says where some are missing, and how many', async () => {
    admin.events.note('info', 'before', {});
    const tailing = tail();
    await until(() => lines.length >= 1, 'the past');
    await admin.pause();
    await until(() => hints.length === 1, 'a word about the break');
    for (let at = 0; at < 1_200; at += 1) admin.events.note('info', String(at), {});
    await admin.start();
    await until(() => lines.length === 1_001, 'what is there', 5_000);
    assert.deepEqual(hints.slice(1), ['200 events are missing here', 'it answers again']);
    end.abort();
    assert.equal((await tailing).code, 0);
  });

  it('ends at once where nobody answers, and with 2 on nonsense', async () => {
    assert.equal((await tail('--lines', 'many')).code, 2);
    assert.equal((await tail('--level', 'loud')).code, 2);
    await admin.pause();
    assert.equal((await tail()).code, 3);
  });
});
