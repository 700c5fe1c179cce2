/**
 * What a sqlite store asks of the operating system, seen by strace; and what it makes of errors
 * that strace slips in. IM_WITHOUT_STRACE=1 says that it is known to be missing.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { never } from '../../kit/quiet-host.ts';
import { Folder, NODE } from './folder.ts';

interface Traced {
  /** Lines on standard output. */
  readonly said: readonly string[];
  /** The calls, one a line. */
  readonly calls: readonly string[];
}

function isMissing(): boolean {
  return spawnSync('strace', ['-V']).error !== undefined;
}

/** False: strace is missing and that is known. Missing and not known: the test fails. */
function canTrace(): boolean {
  if (!isMissing()) return true;
  const why = 'strace is not installed (Debian: apt-get install strace): this was NOT checked';
  assert.equal(process.env['IM_WITHOUT_STRACE'], '1', `${why}; IM_WITHOUT_STRACE=1 lets it pass`);
  console.log(`      ${why}`);
  return false;
}

/** Runs the appender under strace. */
function trace(folder: Folder, appender: readonly string[], ...options: string[]): Traced {
  const out = join(folder.path, 'strace.out');
  const command = ['-f', '-qq', '-o', out, ...options, NODE, ...appender];
  const run = spawnSync('strace', command, { encoding: 'utf8', timeout: 60_000 });
  assert.equal(run.error, undefined);
  const said = run.stdout.split('\n').filter(Boolean);
  return { said, calls: readFileSync(out, 'utf8').split('\n') };
}

const WATCH = ['-e', 'trace=fdatasync,fsync,write', '-s', '16'];
const isSync = (line: string): boolean => /f(data)?sync.*= 0$/.test(line);
const isAck = (line: string): boolean => line.includes('write(1, "kept ');

describe('sqlite under strace', () => {
  it('makes fifty syncs for fifty single appends, each before its acknowledgement', () => {
    if (!canTrace()) return;
    using folder = new Folder();
    const { said, calls } = trace(folder, folder.appender(50, 1, 1), ...WATCH);
    assert.equal(said.filter((line) => line.startsWith('kept')).length, 50);
    const before = [0];
    for (const line of calls) {
      if (isAck(line)) before.push(0);
      else if (isSync(line)) before[before.length - 1]! += 1;
    }
    assert.equal(before.length, 51);
    assert.equal(before.slice(0, 50).includes(0), false, `syncs before each: ${before.join()}`);
    assert.ok(calls.filter(isSync).length >= 50);
  }).timeout(60_000);

  it('shares syncs among appends that are in flight together', () => {
    if (!canTrace()) return;
    using folder = new Folder();
    const { calls } = trace(folder, folder.appender(400, 1, 100), ...WATCH);
    assert.equal(calls.filter(isAck).length, 400);
    const syncs = calls.filter(isSync).length;
    assert.ok(syncs < 200, `${syncs} syncs for 400 appends`);
  }).timeout(60_000);

  it('acknowledges nothing after a sync failed, and is broken', async () => {
    if (!canTrace()) return;
    using folder = new Folder();
    const faults = 'inject=fdatasync,fsync:error=EIO:when=30';
    const { said } = trace(folder, folder.appender(200, 1, 1), ...WATCH, '-e', faults);
    const kept = said.filter((line) => line.startsWith('kept')).length;
    assert.ok(kept > 0 && kept < 30, `${kept} were kept`);
    assert.deepEqual(said.slice(kept), ['rejected IM_STORE_BROKEN', 'stopped']);
    const store = folder.store();
    await store.start(never());
    const position = (await store.loadConversation('g/tea'))?.position ?? 0;
    await store.stop(never());
    assert.ok(position === kept || position === kept + 1, `${position} are there, ${kept} acked`);
  }).timeout(60_000);

  it('refuses in passing what found no room, and has kept the rest', async () => {
    if (!canTrace()) return;
    using folder = new Folder();
    const faults = 'inject=pwrite64:error=ENOSPC:when=150..170';
    const watch = ['-e', 'trace=pwrite64', '-s', '16', '-e', faults];
    const { said } = trace(folder, folder.appender(200, 1, 1), ...watch);
    const kept = said.filter((line) => line.startsWith('kept')).length;
    assert.ok(kept > 0 && kept < 200, `${kept} were kept`);
    assert.deepEqual(said.slice(kept), ['rejected IM_STORE_FULL', 'stopped']);
    const store = folder.store();
    await store.start(never());
    assert.equal((await store.loadConversation('g/tea'))?.position, kept);
    await store.stop(never());
  }).timeout(60_000);
});
