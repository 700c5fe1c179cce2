import assert from 'node:assert/strict';
import { mutantNamed } from './mutants/index.ts';
import { describeFailure, lineOf } from './report.ts';
import { anEntry } from './good-history.ts';
import { runSeed } from './run-seed.ts';

const LINES_AT_MOST = 150;
const COLUMNS_AT_MOST = 400;

describe('the report of a broken promise', () => {
  it('tells the promise, why, the events of that entry, and how to play it again', async () => {
    const report = await runSeed({ seed: 1, ...mutantNamed('previous-guessed') });
    const text = describeFailure(report, 'previous-guessed');
    assert.match(text, /^seed 1: \d+ violations\n {2}P5: .* follows \d+, but the device has only/);
    assert.match(text, /\n {4} *\d+\.\d{3} delivered /);
    assert.match(text, /what else happened to it:\n/);
    assert.match(text, /npm run sim -- --seed 1 --seeds 1 --verbose --mutant previous-guessed$/);
    const lines = text.split('\n');
    assert.ok(lines.length <= LINES_AT_MOST, `${lines.length} lines`);
    assert.ok(lines.every((line) => line.length <= COLUMNS_AT_MOST));
  });

  it('cuts long texts and names an entry in few words', () => {
    const entry = anEntry(2, { body: 'x'.repeat(3000) });
    const line = lineOf({ type: 'kept', log: 'log-1', entry, atMs: 7 });
    const words = 'g/tea 2 id-2 of ann/a1 number 2';
    assert.ok(line.startsWith('      7.000 kept         log log-1, entry '), line);
    assert.ok(line.includes(`${words}: "${'x'.repeat(24)}… (3000)"`), line);
  });
});
