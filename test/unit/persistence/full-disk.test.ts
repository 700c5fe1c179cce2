/** A sqlite store on a disk that is really full: a small tmpfs, which only root can mount. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImError, type Persistence } from 'im-kernel/contract';
import { never, quietHost } from '../../kit/quiet-host.ts';
import { entryAt, Folder } from './folder.ts';
import { takeShards } from '../../kit/take-shards.ts';

const BODY = new Uint8Array(20_000).fill(65);

class SmallDisk extends Folder {
  readonly mounted: boolean;
  constructor() {
    super();
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', this.path]);
    this.mounted = mount.status === 0;
  }
  override [Symbol.dispose](): void {
    if (this.mounted) spawnSync('umount', [this.path]);
    super[Symbol.dispose]();
  }
}

function append(store: Persistence, epoch: number, position: number): Promise<string> {
  return store
    .append([{ shard: 0, epoch, entries: [entryAt(position, { body: BODY })], changes: [] }])
    .then(
      ([outcome]) => outcome!,
      (error: unknown) => (error instanceof ImError ? error.code : String(error)),
    );
}

describe('sqlite on a full disk', () => {
  it('refuses in passing, reads on, and goes on by itself once there is room', async () => {
    using disk = new SmallDisk();
    if (!disk.mounted) {
      console.log('      no tmpfs could be mounted (not root?): a really full disk was NOT tried');
      return;
    }
    const ballast = join(disk.path, 'ballast');
    writeFileSync(ballast, new Uint8Array(1_000_000));
    const host = quietHost();
    const store = disk.store(disk.file, host);
    await store.start(never());
    const [epoch] = await takeShards(store, 'node-1', [0]);
    let position = 1;
    let answer = await append(store, epoch!, position);
    for (; answer === 'kept'; answer = await append(store, epoch!, position)) position += 1;
    assert.equal(answer, 'IM_STORE_FULL');
    assert.equal(await append(store, epoch!, position), 'IM_STORE_FULL');
    assert.ok(position > 10, `${position} came before the disk was full`);
    assert.equal((await store.loadConversation('g/tea'))?.position, position - 1);
    assert.equal(host.reports.at(-1)?.state, 'degraded');
    assert.ok(host.counted('store_full_total') >= 2);
    rmSync(ballast);
    assert.equal(await append(store, epoch!, position), 'kept');
    assert.equal(host.reports.at(-1)?.state, 'running');
    await store.stop(never());
    const again = disk.store();
    await again.start(never());
    assert.equal((await again.loadConversation('g/tea'))?.position, position);
    await again.stop(never());
  });
});
