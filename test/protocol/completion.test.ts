/** What the shell offers: bash runs its script, asked as it asks itself. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inputsOf } from '../../core/admin/verb-inputs.ts';
import { VERBS, type Verb, type VerbName } from '../../core/admin/verbs.ts';
import { im } from '../unit/cli/rig.ts';
import { closeAdmins, openAdmin } from './admin-stage.ts';
import { closeStages, openStage } from './stage.ts';

const TRIES = 20;

/** For each line, its words offered after the last one; `im` itself only says what it is asked. */
async function offered(...lines: readonly string[]): Promise<readonly (readonly string[])[]> {
  const { out: script } = await im(['completion', 'bash']);
  const asks = lines.map((line) => {
    const words = line.split(' ').map((word) => `'${word}'`);
    return `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _im; echo "\${COMPREPLY[*]}"`;
  });
  const stub = 'im() { echo "asked-$2"; }';
  const { stdout } = await promisify(execFile)('bash', ['-c', [script, stub, ...asks].join('\n')]);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' '));
}

function casesOf(script: string): string {
  return /^ {2}case "\$place:[^]*^ {2}esac$/m.exec(script)?.[0] ?? '';
}

describe('the completion of the shell', () => {
  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('has every verb of the table with its options, for each shell', async () => {
    const names = Object.keys(VERBS) as VerbName[];
    const rows = await offered(...names.map((name) => `im ${name} `));
    const words = await offered(
      ...names.map((name) => `im ${name.split(' ').slice(0, -1).join(' ')} `.replace('  ', ' ')),
    );
    const { out: fish } = await im(['completion', 'fish']);
    for (const [at, name] of names.entries()) {
      assert.ok(words[at]?.includes(name.split(' ').at(-1) ?? ''), name);
      assert.ok(rows[at]?.includes('--json'), name);
      assert.ok(fish.includes(`__im_at " ${name}"' -l json`), name);
      const verb: Verb = VERBS[name];
      for (const { name: key, kind } of name === 'trace' ? [] : inputsOf(verb)) {
        if (verb.plain.includes(key)) continue;
        const option = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
        assert.ok(rows[at]?.includes(option), `${name} ${option} ${kind}`);
        assert.ok(fish.includes(`__im_at " ${name}"' -l ${option.slice(2)}`), `${name} ${option}`);
      }
    }
    const { out: zsh } = await im(['completion', 'zsh']);
    // What is offered is the same text in both; the rig runs each in its shell.
    const { out: bash } = await im(['completion', 'bash']);
    assert.match(zsh, /^#compdef im\n_im\(\) \{\n/);
    assert.ok(casesOf(zsh).length > 1_000);
    assert.equal(casesOf(zsh), casesOf(bash));
  });

  it('offers by what is typed: choices, names that the node knows, files', async () => {
    assert.deepEqual(
      await offered(
        'im swi',
        'im cluster sw',
        'im events --level ',
        'im log level w',
        'im cluster switchover --to ',
        'im session disconnect asked',
        'im --config x.yaml plugin show asked',
        'im check --config package.js',
        'im top --screen c',
        'im new plugin gu',
      ),
      [
        ['switchover'],
        ['switchover'],
        ['debug', 'info', 'warn', 'error'],
        ['warn'],
        ['asked-nodes'],
        ['asked-sessions'],
        ['asked-plugins'],
        ['package.json'],
        ['conversations', 'cluster', 'config'],
        ['guard'],
      ],
    );
    const { out: fish } = await im(['completion', 'fish']);
    assert.match(fish, /__im_at " top"' -l screen -x -a 'overview sessions [a-z ]+'/);
    assert.match(fish, /__im_at " new plugin"' -f -a '[a-z ]*transport/);
  });

  it('asks the node where the typed line says that it is, and keeps silent without one', async () => {
    const stage = await openStage();
    const { folder } = await openAdmin(stage);
    await stage.join('ann');
    const typed = ['--', 'im', 'plugin', 'show', '--socket', join(folder, 'admin.sock'), ''];
    let said = await im(['complete-names', 'plugins', ...typed]);
    // It waits for 300 ms only, which a busy machine may need at first.
    for (let tries = 0; said.out === '' && tries < TRIES; tries += 1) {
      said = await im(['complete-names', 'plugins', ...typed]);
    }
    assert.ok(said.out.split('\n').includes('persistence'), said.out);
    const none = ['--', 'im', '--socket', join(folder, 'none')];
    assert.deepEqual(await im(['complete-names', 'nodes', ...none]), { code: 0, out: '', err: '' });
  });
});
