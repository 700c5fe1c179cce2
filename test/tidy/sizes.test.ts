import assert from 'node:assert/strict';
import { place, sources, type Source } from './tree.ts';

const fileLinesMax = 300;
const functionLinesMax = 70;
const columnsMax = 100;

/** Lines that open a function with a body; formatting by prettier makes this reliable. */
const opening =
  /^\s*(?!(?:if|for|while|switch|catch|with|do|else)\b)(?:.*\bfunction\b.*|.*=>|\)(?::.*)?|(?:(?:static|async|override|get|set|public|export|default)\s+)*[\w#$*[\]'.]+(?:<.*>)?\(.*\)(?::.*)?)\s\{$/;
/** A group of tests is a list, not a function that somebody follows in one's head. */
const groupOfTests = /^\s*(?:\w+\.)?(?:describe|context)\(/;

function longFunctions(source: Source): string[] {
  const lines = source.bare.split('\n');
  return lines.flatMap((line, i) => {
    if (!opening.test(line) || groupOfTests.test(line)) return [];
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    const length = lines.slice(i + 1).findIndex((later) => later.startsWith(`${indent}}`)) + 2;
    return length > functionLinesMax ? [`${source.path}:${i + 1} has ${length} lines`] : [];
  });
}

function letters(text: string | undefined): number {
  return text?.replace(/\s/g, '').length ?? 0;
}

/** What a string says cannot be broken without harm, so a line is measured without it. */
function longLines(source: Source): string[] {
  const bare = source.bare.split('\n');
  const uncommented = source.uncommented.split('\n');
  return source.text.split('\n').flatMap((line, i) => {
    const ofStrings = letters(uncommented[i]) - letters(bare[i]);
    const tooLong = line.length > columnsMax && line.length - ofStrings > columnsMax;
    return tooLong ? [`${source.path}:${i + 1} has ${line.length} columns`] : [];
  });
}

function made(text: string): Source {
  return { path: 'x.ts', text, uncommented: text, bare: text };
}

describe('sizes', () => {
  it(`keep every file within ${fileLinesMax} lines`, () => {
    const long = sources
      .map((source) => ({ path: source.path, lines: source.text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > fileLinesMax);
    assert.deepEqual(long, [], 'split it by what its parts are about');
  });

  it(`keep every function within ${functionLinesMax} lines`, () => {
    assert.deepEqual(sources.flatMap(longFunctions), [], 'give its parts names');
  });

  it(`keep every line within ${columnsMax} columns, strings aside`, () => {
    assert.deepEqual(sources.flatMap(longLines), [], 'break the line');
  });

  it('are measured by rules that bite', () => {
    const body = '  x();\n'.repeat(functionLinesMax);
    for (const head of ['function f(a: B): C {', 'const f = async (a) => {', '): Promise<C> {'])
      assert.equal(longFunctions(made(`${head}\n${body}}\n`)).length, 1, head);
    assert.equal(
      longFunctions(made(`class A {\n  async #f(a = b()): C {\n${body}  }\n}\n`)).length,
      1,
    );
    assert.equal(longFunctions(made(`const data = {\n${body}};\n`)).length, 0);
    assert.equal(longLines(made(`x(${'y'.repeat(columnsMax)});\n`)).length, 1);
    assert.equal(place(made('a\nb'), 2), 'x.ts:2');
  });
});
