import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inFolder } from './rig.ts';

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when this was printed on standard output. */
  readonly printed: (text: string) => Promise<void>;
}

function launch(file: string, argv: readonly string[], env = {}): Started {
  const child = spawn(process.execPath, [file, ...argv], { env: { ...process.env, ...env } });
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    out,
    err,
  }));
  const printed = async (text: string): Promise<void> => {
    while (!out.includes(text)) await once(child.stdout, 'data');
  };
  return { child, ended, printed };
}

/** What the bundled Node runs instead of `im`: says what it got, and obeys. */
const CHILD = `
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(name, () => { console.log('got ' + name); process.exit(5); });
const [what] = process.argv.slice(-1);
if (what === 'exit') process.exit(3);
if (what === 'die') { process.removeAllListeners('SIGTERM'); process.kill(process.pid, 'SIGTERM'); }
console.log('child of ' + process.env.IM_LAUNCHED_AGAIN + ' with ' + process.argv.slice(2).join(' '));
setInterval(() => undefined, 1000);
`;

/** A package whose launcher asks for a Node that is newer than any. */
async function oldWorld(folder: string, bundled: 'none' | 'fake' | 'also old'): Promise<string> {
  const launcher = join(folder, 'bin', 'im.js');
  const source = await readFile('bin/im.js', 'utf8');
  const aged = source.replace('NEEDED = [24, 19]', 'NEEDED = [999, 0]');
  assert.notEqual(aged, source);
  await mkdir(join(folder, 'bin'));
  await writeFile(launcher, aged);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  if (bundled === 'none') return launcher;
  const node = join(folder, 'node_modules', 'node');
  await mkdir(join(node, 'bin'), { recursive: true });
  await writeFile(join(node, 'package.json'), '{ "name": "node", "version": "999.0.0" }');
  await writeFile(join(folder, 'child.cjs'), CHILD);
  const what =
    bundled === 'fake' ? `"${process.execPath}" "${folder}/child.cjs"` : process.execPath;
  const binary = join(node, 'bin', 'node');
  await writeFile(binary, `#!/bin/sh\nexec ${what} "$@"\n`);
  await chmod(binary, 0o755);
  return launcher;
}

describe('the launcher', () => {
  it('runs the sources of a checkout, whether or not Node was told to', async () => {
    const plain = await launch('bin/im.js', ['list'], { NODE_OPTIONS: '' }).ended;
    assert.deepEqual([plain.code, plain.err], [0, '']);
    const told = await launch('bin/im.js', ['list'], { NODE_OPTIONS: '--conditions=im-src' }).ended;
    assert.deepEqual(told, plain);
  });

  it('returns the code of the verb', async () => {
    assert.equal((await launch('bin/im.js', ['strat']).ended).code, 2);
    const missing = ['check', '--config', '/nowhere/x.yaml'];
    assert.equal((await launch('bin/im.js', missing).ended).code, 7);
  });

  it('says what to do, and ends with 78, where no Node fits', () =>
    inFolder(async (folder) => {
      const { code, err } = await launch(await oldWorld(folder, 'none'), ['start']).ended;
      assert.equal(code, 78);
      assert.match(err, /^im needs Node\.js 999\.0 or newer; this is \d+\.\d+\.\d+\.\nInstall/);
    }));

  it('does not go round in circles when the bundled Node is too old itself', () =>
    inFolder(async (folder) => {
      const { code, err } = await launch(await oldWorld(folder, 'also old'), ['start']).ended;
      assert.equal(code, 78);
      assert.equal(err.match(/im needs Node/g)?.length, 1);
    }));

  it('hands its arguments to the bundled Node, and returns its code', () =>
    inFolder(async (folder) => {
      const launcher = await oldWorld(folder, 'fake');
      const { code } = await launch(launcher, ['start', 'exit']).ended;
      assert.equal(code, 3);
      const { child, ended, printed } = launch(launcher, ['start', '--config', 'a b']);
      await printed(`child of 1 with ${launcher} start --config a b\n`);
      child.kill('SIGTERM');
      await ended;
    }));

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`forwards ${signal} and waits for what becomes of it`, () =>
      inFolder(async (folder) => {
        const started = launch(await oldWorld(folder, 'fake'), ['start']);
        await started.printed('child of 1');
        started.child.kill(signal);
        const { code, out } = await started.ended;
        assert.equal(code, 5);
        assert.match(out, new RegExp(`got ${signal}\n$`));
      }));
  }

  it('dies of the signal that its child died of', () =>
    inFolder(async (folder) => {
      const { code, signal } = await launch(await oldWorld(folder, 'fake'), ['die']).ended;
      assert.deepEqual([code, signal], [null, 'SIGTERM']);
    }));
});
