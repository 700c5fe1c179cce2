/** What a sqlite store holds after its process was killed at any moment. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Entry } from 'im-kernel/contract';
import { never, seededRandom } from '../../kit/quiet-host.ts';
import { Folder, NODE } from './folder.ts';

const ROUNDS = 6;
/** More than it comes to write; what it says of them fits its pipe, so that it never waits. */
const BATCHES = 5_000;

/** Lets the appender run, kills it after `acks` acknowledgements, and answers with all it said. */
async function killedAfter(folder: Folder, acks: number, size: number): Promise<string[]> {
  const child = spawn(NODE, folder.appender(BATCHES, size, 6), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === acks) child.kill('SIGKILL');
  }
  await ended;
  assert.equal(child.signalCode, 'SIGKILL', `it said ${said.length} lines, and ended by itself`);
  return said;
}

async function readAll(folder: Folder): Promise<readonly Entry[]> {
  const store = folder.store();
  await store.start(never());
  const range = { after: 0, limit: 1_000_000, take: 'first' } as const;
  const entries = await store.readConversation('g/tea', range);
  await store.stop(never());
  return entries;
}

/** Every entry says where its batch began and how long it was. */
function mustBeWhole(entries: readonly Entry[]): void {
  let next = 1;
  for (const [at, { position, body }] of entries.entries()) {
    assert.equal(position, at + 1, 'positions have no gap');
    const [first, size] = Buffer.from(body!).toString().split(' ').map(Number);
    if (position === next) {
      assert.equal(first, position);
      next += size!;
    }
    assert.ok(position >= first! && position < first! + size!, 'batches do not mix');
  }
  assert.equal(entries.length, next - 1, 'the last batch is whole');
}

describe('a killed sqlite store', () => {
  it('holds everything that was acknowledged, in whole batches, round after round', async () => {
    using folder = new Folder();
    const random = seededRandom(7);
    let acknowledged = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const size = 1 + Math.floor(random.next() * 20);
      const said = await killedAfter(folder, 1 + Math.floor(random.next() * 60), size);
      for (const line of said) {
        const [outcome, first, count] = line.split(' ');
        assert.equal(outcome, 'kept');
        acknowledged = Math.max(acknowledged, Number(first) + Number(count) - 1);
      }
      const entries = await readAll(folder);
      mustBeWhole(entries);
      assert.ok(entries.length >= acknowledged, `${entries.length} of ${acknowledged} are there`);
    }
  }).timeout(60_000);
});
