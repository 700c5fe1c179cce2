import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Says a word again and again, until it is told to end. */
const TALKER = `
import { processIo } from './cli/io.ts';
const io = processIo();
const timer = setInterval(() => io.out('word'), 1);
io.end.addEventListener('abort', () => clearInterval(timer));
`;

describe('what a verb prints', () => {
  it('ends, without a word, when whoever reads it has had enough', async () => {
    const talker = spawn(process.execPath, ['--input-type=module', '-e', TALKER]);
    let errors = '';
    talker.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
    await once(talker.stdout, 'data');
    talker.stdout.destroy();
    const [code] = (await once(talker, 'close')) as [number | null];
    assert.deepEqual([code, errors], [0, '']);
  });
});
