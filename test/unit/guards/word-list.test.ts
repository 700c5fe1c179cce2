import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { never, quietHost } from 'im-kernel/kit';
import plugin from '../../../plugins/guards/word-list/index.ts';
import { isWord, WordSet } from '../../../plugins/guards/word-list/words.ts';

const settings = { words: [], file: undefined, action: 'mask', detail: 'no' } as const;

/** What the guard makes of a text; the text itself if it allows it. */
async function through(file: string, text: string): Promise<string> {
  const guard = plugin.create({ ...settings, file }, quietHost());
  await guard.start(never());
  const base = { conversation: 'd/a/b', user: 'a', device: 'd', number: 1, id: '', sentAt: 0 };
  const body = new TextEncoder().encode(text);
  const verdict = await guard.look({ ...base, mediaType: 'text/plain', body });
  await guard.stop(never());
  return verdict.is === 'change' ? Buffer.from(verdict.body).toString() : text;
}

describe('a word list', () => {
  const set = new WordSet(['drat', 'Straße', 'ΟΔΟΣ', 'слово', 'ça', '中文']);

  for (const [text, masked] of [
    ['drat', '****'],
    ['DRAT, Drat; (drat)!', '****, ****; (****)!'],
    ['dratted drat-like d_rat', 'dratted ****-like d_rat'],
    ['STRASSE strasse straße', '******* ******* ******'],
    ['οδος οδοσ Οδός', '**** **** Οδός'],
    ['СЛОВО словом', '***** словом'],
    ['c\u0327a va', '*** va'],
    ['ｄｒａｔ', '****'],
    ['dr\u200bat and dr\u00adat', '***** and *****'],
    ['中文 中文字', '** 中文字'],
    ['\u{1f600}drat\u{1f600}', '\u{1f600}****\u{1f600}'],
    ['', ''],
  ] as const) {
    it(`makes ${JSON.stringify(masked)} of ${JSON.stringify(text)}`, () => {
      assert.equal(set.mask(text), masked);
      assert.equal(set.in(text), masked !== text);
    });
  }

  it('takes time that grows with the text and not with the list', () => {
    const large = new WordSet(Array.from({ length: 10_000 }, (_, at) => `word${at}`));
    const text = 'a word9999 b '.repeat(4_000);
    const began = performance.now();
    assert.ok(large.in(text));
    assert.equal(large.mask(text).match(/\*{8}/g)?.length, 4_000);
    assert.ok(performance.now() - began < 2_000);
  });

  it('names single words only', () => {
    for (const good of ['drat', 'ça', 'w0rd', '中文', 'a_b']) assert.ok(isWord(good), good);
    for (const bad of ['', ' ', 'two words', 'semi;', '*', '\u200b', 'don’t']) {
      assert.ok(!isWord(bad), bad);
    }
  });

  it('is refused without words, or with what is no word', () => {
    assert.deepEqual(plugin.check?.(settings), ['needs `words`, a `file`, or both']);
    assert.deepEqual(plugin.check?.({ ...settings, words: ['ok', 'a b'] }), [
      'words: "a b" is not one word',
    ]);
  });

  describe('in a file', () => {
    let folder = '';
    let file = '';
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'im-words-'));
      file = join(folder, 'words.txt');
    });
    after(() => rm(folder, { recursive: true }));

    it('is read at the start: one word per line, with comments', async () => {
      await writeFile(file, '# bad ones\r\n\r\n  drat  \r\nheck\n');
      assert.equal(await through(file, 'oh Drat, heck, bad'), 'oh ****, ****, bad');
    });
    it('keeps the node from starting when it is missing, too long or no list', async () => {
      await assert.rejects(through(join(folder, 'none'), ''), /ENOENT/);
      await writeFile(file, 'two words\n');
      await assert.rejects(through(file, ''), /"two words" is not one word/);
      await writeFile(file, 'x'.repeat(1_048_577));
      await assert.rejects(through(file, ''), /longer than 1048576/);
    });
  });
});
