/**
 * Reads a scene and plays it. A scene is a text: a title, then one step a line; `#` begins a
 * remark.
 */
import type { Way } from './raw-connection.ts';
import { Stage, type Tokens } from './stage.ts';
import type { Differences } from './server-process.ts';
import { peopleVerbs } from './verbs-people.ts';
import { verbs, type Verb } from './verbs.ts';

interface Step {
  readonly line: number;
  readonly text: string;
  readonly verb: Verb;
  readonly words: readonly string[];
}
export interface Scene {
  readonly file: string;
  readonly title: string;
  readonly settings: Differences;
  readonly steps: readonly Step[];
}

const kinds: Readonly<Record<string, string>> = {
  WHO: "(\\w+(?:'s \\w+)?)",
  NAMES: '(\\w+(?:, \\w+)*)',
  NAME: '(\\w+)',
  TO: '([\\w/]*[\\w])',
  TEXT: '"([^"]*)"',
  NUMBER: '(\\d+)',
  CODE: '([a-z-]+)',
  STATE: '(online|offline)',
  ACTION: '([a-z]+\\.[a-z]+|expired)',
  REST: '(.+)',
};

function compiled(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[A-Z]+/g, (word) => kinds[word] ?? word)}$`);
}

const known = [...verbs, ...peopleVerbs].map((verb) => ({ verb, match: compiled(verb.pattern) }));

/** `given limits.retransmit is 200ms`. */
const given = /^given (\w+)\.(\w+) is (\S+)$/;

function settingOf(value: string): unknown {
  return ['true', 'false'].includes(value) || /^\d+$/.test(value) ? JSON.parse(value) : value;
}

/** Throws, with file and line, on a line that says nothing known. */
export function readScene(file: string, text: string): Scene {
  const settings: Record<string, Record<string, unknown>> = {};
  const steps: Step[] = [];
  const [title = '', ...rest] = text.split('\n');
  for (const [i, raw] of rest.entries()) {
    const line = raw.replace(/(^|\s)#.*/, '').trim();
    const [, block = '', key = '', value = ''] = given.exec(line) ?? [];
    if (block) settings[block] = { ...settings[block], [key]: settingOf(value) };
    if (line === '' || block) continue;
    const found = known
      .map(({ verb, match }) => ({ verb, words: match.exec(line)?.slice(1) }))
      .find(({ words }) => words !== undefined);
    if (!found?.words) throw new Error(`${file}:${i + 2} nobody knows how to play: ${line}`);
    steps.push({ line: i + 2, text: line, verb: found.verb, words: found.words });
  }
  return { file, title: title.trim(), settings, steps };
}

/** Plays a scene on a server of its own. Rejects with the step that failed and what was said. */
export async function playScene(scene: Scene, way: Way, tokens: Tokens): Promise<void> {
  const stage = new Stage(way, tokens, scene.settings);
  let at = 'the start of the server';
  try {
    await stage.server.start();
    for (const { line, text, verb, words } of scene.steps) {
      at = `${scene.file}:${line} ${text}`;
      await verb.does(stage, ...words);
    }
    at = `${scene.file}: the end`;
    await stage.close();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${at}\n  ${why}\n  server:\n${stage.server.output}`, { cause: error });
  } finally {
    await stage.clear();
  }
}
