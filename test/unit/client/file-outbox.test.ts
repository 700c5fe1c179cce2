import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileOutbox } from '../../../client/node/file-outbox.ts';
import { writeLine } from '../../../client/node/outbox-lines.ts';
import type { Command, OutboxChange } from '../../../client/outbox.ts';
import { LOG, OTHER_LOG } from './fake-world.ts';

function aCommand(number: number, text = `text ${number}`): Command {
  const id = `${LOG.slice(0, -4)}${number.toString(16).padStart(4, '0')}`;
  const body = new TextEncoder().encode(text);
  return { type: 'send', conversation: 'd/ann/bob', number, id, sentAt: 5, body };
}

function put(number: number): OutboxChange {
  return { change: 'put', command: aCommand(number) };
}

describe('the outbox in a file', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'im-outbox-'));
    path = join(folder, 'deep', 'ann.outbox');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function written(...batches: OutboxChange[][]): Promise<void> {
    const outbox = fileOutbox(path);
    await outbox.load();
    for (const batch of batches) await outbox.write(batch);
    await outbox.close();
  }

  async function numbers(): Promise<number[]> {
    const outbox = fileOutbox(path);
    const state = await outbox.load();
    await outbox.close();
    return [...state.commands.values()].map(({ number }) => number);
  }

  it('gives back everything it was given', async () => {
    const act: Command = {
      type: 'act',
      conversation: 'g/tea',
      number: 1,
      id: OTHER_LOG,
      sentAt: 6,
      action: 'group.create',
      user: ['bob'],
      title: 'Tea',
    };
    await written(
      [
        { change: 'identity', user: 'ann', device: 'd1' },
        { change: 'log', log: LOG },
      ],
      [put(1), put(2), { change: 'put', command: act }],
      [{ change: 'remove', id: aCommand(1).id }],
      [{ change: 'received', conversation: 'd/ann/bob', value: 4 }],
      [{ change: 'read', conversation: 'd/ann/bob', value: 3 }],
    );
    const outbox = fileOutbox(path);
    const state = await outbox.load();
    await outbox.close();
    assert.deepEqual([state.user, state.device, state.log], ['ann', 'd1', LOG]);
    assert.deepEqual([...state.commands.values()], [aCommand(2), act]);
    assert.deepEqual(Object.fromEntries(state.last), { 'd/ann/bob': 2, 'g/tea': 1 });
    assert.deepEqual(Object.fromEntries(state.received), { 'd/ann/bob': 4 });
    assert.deepEqual(Object.fromEntries(state.read), { 'd/ann/bob': 3 });
  });

  it('knows the numbers from before the first log, and forgets them with it', async () => {
    const answered: OutboxChange = { change: 'remove', id: aCommand(1).id };
    await written([put(1)], [{ change: 'log', log: LOG }], [answered]);
    const outbox = fileOutbox(path);
    assert.equal((await outbox.load()).last.get('d/ann/bob'), 1);
    await outbox.close();
    await written([{ change: 'log', log: OTHER_LOG }]);
    const later = fileOutbox(path);
    assert.equal((await later.load()).last.size, 0);
    await later.close();
  });

  it('is whole after a cut at any byte: every finished batch, and nothing of the others', async () => {
    await written([put(1)], [put(2), put(3)], [put(4)]);
    // As it was appended: a closing client would have left it so.
    const text = [[put(1)], [put(2), put(3)], [put(4)]].map(writeLine).join('');
    const ends = [...text.matchAll(/\n/g)].map(({ index }) => index + 1);
    for (let length = 0; length <= text.length; length += 1) {
      await writeFile(path, text);
      await truncate(path, length);
      const finished = ends.filter((end) => end <= length).length;
      assert.deepEqual(await numbers(), [[], [1], [1, 2, 3], [1, 2, 3, 4]][finished]);
    }
  });

  it('goes on writing after a torn end', async () => {
    await written([put(1)]);
    await appendFile(path, '1234');
    await written([put(2)]);
    assert.deepEqual(await numbers(), [1, 2]);
  });

  it('refuses a file that is damaged before something it must not lose, and unlocks it', async () => {
    await written([put(1)], [put(2)]);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"number":1', '"number":7'));
    await assert.rejects(numbers(), /line 1 is damaged/);
    await writeFile(path, text);
    assert.deepEqual(await numbers(), [1, 2]);
  });

  it('forgives damage where only marks follow, which are not synced', async () => {
    const mark: OutboxChange = { change: 'received', conversation: 'd/ann/bob', value: 4 };
    await written([put(1)]);
    await appendFile(path, `\0\0\0\0\n${writeLine([mark])}`);
    assert.deepEqual(await numbers(), [1]);
  });

  it('is written anew when most of it is past, and stays small', async () => {
    const outbox = fileOutbox(path);
    await outbox.load();
    for (let n = 1; n <= 3_000; n += 1) {
      await outbox.write([{ change: 'received', conversation: 'd/ann/bob', value: n }]);
    }
    await outbox.write([put(1)]);
    const { size } = await stat(path);
    await outbox.close();
    assert.ok(size < 120_000, `${size} bytes`);
    assert.deepEqual(await numbers(), [1]);
  });

  it('has one client at a time', async () => {
    const first = fileOutbox(path);
    await first.load();
    await assert.rejects(fileOutbox(path).load(), /in use by process/);
    await first.close();
    assert.deepEqual(await numbers(), []);
  });

  it('is taken over from a process that is dead, even if its number was given anew', async () => {
    await written([put(1)]);
    const { pid } = process;
    for (const owner of ['4194305 1', `${pid} 1`]) {
      await writeFile(`${path}.lock`, owner);
      assert.deepEqual(await numbers(), [1]);
    }
  });

  it('keeps its state readable by its owner alone', async () => {
    await written([put(1)]);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });
});
