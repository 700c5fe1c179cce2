/** Completion in the shells themselves: what the tab key makes of a line, in a real terminal. */
import assert from 'node:assert/strict';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NodePair } from './node-pair.ts';
import { Tmux } from './tmux.ts';

const launcher = join(import.meta.dirname, '..', '..', 'bin', 'im.js');
const FISH_PROMPT = "function fish_prompt; echo -n '$ '; end; set -g fish_autosuggestion_enabled 0";
const SHELLS = [
  ['bash', ['--norc', '--noprofile'], 'source <(im completion bash)'],
  ['zsh', ['-f'], 'source <(im completion zsh)'],
  [
    'fish',
    ['--no-config', '--private', '--init-command', FISH_PROMPT],
    'im completion fish | source',
  ],
] as const;
/** What is typed before the tab key, and what stands there then. */
const LINES = [
  ['im switcho', 'im switchover'],
  ['im log level d', 'im log level debug'],
  ['im check --config im-a/im.con', 'im check --config im-a/im.config.yaml'],
  [
    'im plugin show --config im-a/im.config.yaml persi',
    'im plugin show --config im-a/im.config.yaml persistence',
  ],
] as const;
const NARROW_MS = 3_000;
const TRIES = 5;

function mustHave(shell: string): void {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const has = folders.some((folder) => {
    try {
      accessSync(join(folder, shell), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  assert.ok(has, `${shell} is not installed, and this needs it: apt-get install ${shell}`);
}

/** Presses the keys, and again where nothing came of it: a busy shell swallows one now and then. */
async function pressUntil(
  on: Tmux,
  keys: readonly string[],
  shows: (screen: string) => boolean,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await on.press(...keys);
    try {
      await on.see(shows, NARROW_MS);
      return;
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

/** The node is waited for 0.3 s only, which a busy machine may need: then it is asked again. */
async function completes(on: Tmux, typed: string, line: string): Promise<void> {
  // Not Ctrl-C: the terminal throws away with it what was typed and not read yet.
  await pressUntil(on, ['C-u', 'C-l'], (screen) => screen.trim() === '$');
  await on.press('-l', typed);
  await pressUntil(on, ['Tab'], (screen) =>
    screen.split('\n').some((row) => row.trimEnd() === `$ ${line}`),
  );
}

describe('the completion, in the shell itself', function () {
  this.timeout(60_000);
  let pair: NodePair;
  let tmux: Tmux | undefined;

  before(async () => {
    pair = new NodePair();
    const script = `#!/bin/sh\nexec '${process.execPath}' --conditions=im-src '${launcher}' "$@"\n`;
    writeFileSync(join(pair.folder, 'im'), script, { mode: 0o755 });
    await pair.a.start();
  });
  afterEach(async () => {
    await tmux?.close();
    tmux = undefined;
  });
  after(() => pair.clear());

  for (const [shell, options, source] of SHELLS) {
    it(`of ${shell} knows verbs, choices, files, and the names that a node knows`, async () => {
      mustHave(shell);
      tmux = await Tmux.open(pair.folder, 100, 24, [shell, ...options]);
      await tmux.type(`${source}; echo "sour""ced"`);
      await tmux.see(/^sourced$/m);
      for (const [typed, line] of LINES) await completes(tmux, typed, line);
    });
  }
});
