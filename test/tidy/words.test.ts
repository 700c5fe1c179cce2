import assert from 'node:assert/strict';
import { files, readText, sources, within } from './tree.ts';
import { foreignWord, wordRules, type WordRule } from './word-rules.ts';

function holdsFor(rule: WordRule, path: string): boolean {
  const named = rule.where.length === 0 || within(path, rule.where);
  return named && !within(path, rule.except ?? []);
}

function found(rule: WordRule, path: string, text: string): string[] {
  return text.split('\n').flatMap((line, i) => {
    const word = rule.word.exec(line)?.[0].trim();
    return word === undefined ? [] : [`${path}:${i + 1} "${word}": ${rule.instead}`];
  });
}

describe('words', () => {
  it('that do not belong in the code are not in it', () => {
    const wrong = sources.flatMap((source) =>
      wordRules
        .filter((rule) => holdsFor(rule, source.path))
        .flatMap((rule) => found(rule, source.path, source[rule.look])),
    );
    assert.deepEqual(wrong, [], 'see test/tidy/word-rules.ts');
  });

  it('say nothing of where this was made', () => {
    const texts = files.filter((path) => !/\.(png|jpg|ico|db|bin)$/.test(path));
    const rule = { word: foreignWord, look: 'text', where: [], instead: 'Leave it out.' } as const;
    assert.deepEqual(
      texts.flatMap((path) => found(rule, path, readText(path))),
      [],
    );
  });

  it('are watched by rules that bite', () => {
    const bad = [
      'const now = Date.now();',
      'setTimeout(run, 1);',
      'const x: any = 1;',
      'return null;',
      'export enum A {',
      'class SessionManager {',
      'interface IPlugin {',
      'it.only(x, y);',
    ];
    for (const line of bad)
      assert.ok(
        wordRules.some((rule) => rule.word.test(line)),
        line,
      );
    for (const line of ['class Identity {', 'const nullish = x ?? y;', 'type Inbox = 1;'])
      assert.ok(!wordRules.some((rule) => rule.word.test(line)), line);
  });
});
