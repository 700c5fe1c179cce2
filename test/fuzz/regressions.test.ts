import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputToText, textToInput } from './input-text.ts';
import { problemOf, runOnce } from './judge.ts';

const folder = join(import.meta.dirname, 'regressions');
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

describe('inputs that a decoder once failed on', () => {
  for (const name of names) {
    it(`are read as they should be: ${name}`, () => {
      const input = textToInput(readFileSync(join(folder, name), 'utf8'));
      const asked = { weigh: true, reread: true };
      assert.equal(problemOf(input, runOnce(input), asked), undefined);
    });
  }

  it('are written so that they can be judged again', () => {
    const pieces = [Buffer.of(0x07, 0, 0), Buffer.of(0, 0)];
    const input = { binding: 'stream', from: 'client', what: 'history', pieces } as const;
    assert.deepEqual(textToInput(inputToText(input)), input);
    assert.equal(runOnce(textToInput(inputToText(input))).outcome?.frames[0]?.type, 'bye');
  });
});
