/** Whom a sqlite store ends, and whom it does not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { type Beat, Beats, beatsFile } from '../../../plugins/persistence/sqlite/beats.ts';
import { Ender } from '../../../plugins/persistence/sqlite/ender.ts';
import { leaseTime, startOf, thisProcess } from '../../../plugins/persistence/sqlite/machine.ts';
import { never, quietHost, until } from '../../kit/quiet-host.ts';
import { Folder, NODE } from './folder.ts';
import { Neighbour } from './neighbour.ts';

function end(file: string, beat: Beat): unknown {
  return new Ender({ all: () => [beat] }).end(file);
}

describe('a process that holds a sqlite file', () => {
  it('is ended only if it is the one that beat, if its lease is over, and if it holds it', async () => {
    using folder = new Folder();
    await using holder = new Neighbour(folder, 'im-a', 1);
    await holder.works();
    await holder.stopInWrite();
    const idle = spawn(NODE, ['-e', 'setInterval(() => {}, 60_000)'], { stdio: 'ignore' });
    const { boot } = thisProcess();
    const right: Beat = {
      node: 'im-a',
      life: holder.life,
      lease_ends: leaseTime(boot) - 1,
      lease: 1_000,
      pid: holder.pid,
      started: startOf(holder.pid),
      boot,
      alive: '',
    };
    const wrong: Readonly<Record<string, Partial<Beat>>> = {
      'a lease that runs': { lease_ends: leaseTime(boot) + 60_000, lease: 120_000 },
      'a pid that is used again': { started: `${Number(right.started) + 1}` },
      'a process of an earlier boot': { boot: '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051' },
      'a process of which nothing is told': { started: '', boot: '' },
      'our own process': { pid: process.pid, started: startOf(process.pid) },
      'a process that holds nothing': { pid: idle.pid!, started: startOf(idle.pid!) },
    };
    for (const [what, beat] of Object.entries(wrong)) {
      assert.equal(end(folder.file, { ...right, ...beat }), undefined, what);
    }
    assert.equal(end(`${folder.file}.beats`, right), undefined, 'another file');
    assert.deepEqual([holder.signal, idle.exitCode, idle.signalCode], [undefined, null, null]);
    idle.kill();

    const ended = end(folder.file, right);
    await holder.hasEnded();
    assert.equal(holder.signal, 'SIGKILL');
    const { node, life, pid, started } = right;
    assert.deepEqual(ended, { node, life, pid, started, boot, file: folder.file });
  }).timeout(30_000);

  it('is ended too if it was stopped in a beat, which would hold up all others', async () => {
    using folder = new Folder();
    const host = quietHost({ together: true });
    const store = folder.store(folder.file, host);
    await store.start(never());
    const hold = `const { DatabaseSync } = require('node:sqlite');
      new DatabaseSync(process.argv[1]).exec('BEGIN IMMEDIATE');
      process.kill(process.pid, 'SIGSTOP');`;
    const beats = new Beats(folder.file);
    const child = spawn(NODE, ['-e', hold, beatsFile(folder.file)], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    const { boot } = thisProcess();
    const lease = { lease_ends: leaseTime(boot) - 1, lease: 1_000 };
    const process = { pid: child.pid!, started: startOf(child.pid!), boot };
    beats.put({ node: 'im-a', life: 'a-1', ...lease, ...process, alive: '' });
    const held = (): boolean => {
      try {
        return beats.within(() => false);
      } catch {
        return true;
      }
    };
    await until(held, 'it holds the beats');
    const record = await store.ownership.beat({ node: 'im-b', life: 'b-1' }, 1_000);
    assert.notEqual(record, 'taken');
    await ended;
    assert.equal(child.signalCode, 'SIGKILL');
    assert.equal(host.counted('store_holders_ended_total'), 1);
    beats.close(false);
    await store.stop(never());
  }).timeout(30_000);
});
