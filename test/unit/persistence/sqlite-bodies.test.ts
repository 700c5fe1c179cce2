import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { never } from '../../kit/quiet-host.ts';
import { entryAt, Folder } from './folder.ts';
import { takeShards } from '../../kit/take-shards.ts';

const SECRETS = ['a short secret', `a long secret ${'of many pages '.repeat(1_000)}`];
/** A part of each that stands in one page. */
const TRACES = ['a short secret', 'of many pages of many pages'];

function traces({ file }: Folder): boolean[] {
  const octets = readFileSync(file);
  return TRACES.map((trace) => octets.includes(trace));
}

describe('bodies in sqlite', () => {
  it('leave nothing in the file once they are retired', async () => {
    using folder = new Folder();
    let store = folder.store();
    await store.start(never());
    const [epoch] = await takeShards(store, 'node-1', [0]);
    const entries = SECRETS.map((secret, at) => entryAt(at + 1, { body: Buffer.from(secret) }));
    await store.append([{ shard: 0, epoch: epoch!, entries, changes: [] }]);
    await store.stop(never());
    assert.deepEqual(traces(folder), [true, true]);

    store = folder.store();
    await store.start(never());
    const due = { shard: 0, after: 0, acceptedBefore: 2 ** 47, limit: 9 };
    assert.equal((await store.retire(due)).bodies, 2);
    await store.stop(never());
    assert.deepEqual(traces(folder), [false, false]);
  });

  it('are retired in pieces that are small for large bodies, too', async () => {
    using folder = new Folder();
    const store = folder.store();
    await store.start(never());
    const [epoch] = await takeShards(store, 'node-1', [0]);
    const body = new Uint8Array(60_000);
    const entries = Array.from({ length: 9 }, (_, at) => entryAt(at + 1, { body }));
    await store.append([{ shard: 0, epoch: epoch!, entries, changes: [] }]);
    const pieces: number[] = [];
    for (let after = 0, before = -1; after !== before;) {
      const { upTo, bodies } = await store.retire({
        shard: 0,
        after,
        acceptedBefore: 2 ** 47,
        limit: 100,
      });
      pieces.push(bodies);
      before = after;
      after = upTo;
    }
    assert.deepEqual(pieces, [3, 3, 3, 0]);
    await store.stop(never());
  });
});
