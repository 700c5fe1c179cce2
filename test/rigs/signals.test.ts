/** `npm start` is ended as people and supervisors end it: by either signal, once or twice. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../scenes/server-process.ts';

const root = join(import.meta.dirname, '..', '..');

interface Started {
  readonly pid: number;
  readonly port: number;
  /** Resolves to npm's exit code, or the signal that ended it. */
  readonly exited: Promise<string>;
  readonly output: () => string;
}

/** `npm start` in a process group of its own; resolves when it listens. */
function npmStart(configFile: string): Promise<Started> {
  const child = spawn('npm', ['start', '--', '--config', configFile], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise<string>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? String(code)));
  });
  return new Promise((resolve, reject) => {
    const read = (text: string): void => {
      output += text;
      const port = /tcp:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port && /ws:\/\//.test(output))
        resolve({ pid: child.pid ?? 0, port: Number(port), exited, output: () => output });
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.on('close', () => reject(new Error(`it ended before it listened\n${output}`)));
  });
}

function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    // Not left open: the server would wait for its client to leave, for as long as it lingers.
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

describe('npm start', function () {
  this.timeout(40_000);
  let folder = '';
  let group = 0;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'im-signals-'));
  });
  afterEach(() => {
    if (isAlive(group)) process.kill(-group, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    for (const [to, sign] of [
      ["npm's process", 1],
      ['the whole group', -1],
    ] as const)
      for (const times of [1, 2])
        it(`ends with 0 and leaves nothing behind after ${signal} to ${to}, ${times} times`, async () => {
          const { configFile } = new ServerProcess(folder, './data/auth.key');
          const started = await npmStart(configFile);
          group = started.pid;
          assert.ok(await canConnect(started.port));
          for (let i = 0; i < times; i++) process.kill(sign * group, signal);
          assert.equal(await started.exited, '0', started.output());
          assert.equal(isAlive(group), false, 'a process is left');
          assert.equal(await canConnect(started.port), false);
          assert.deepEqual(readdirSync(join(folder, 'data')).toSorted(), ['auth.key', 'im.db']);
        });
});
