import assert from 'node:assert/strict';
import { importsOf, type Import } from './imports.ts';
import * as rules from './room-rules.ts';
import { sources, within, type Source } from './tree.ts';

const leftOf = new Map<string, readonly string[]>(
  rules.levels.flatMap((level, i) =>
    level.map((room) => [room, rules.levels.slice(0, i).flat()] as const),
  ),
);
const tables = new Map([...leftOf, ...Object.entries(rules.outside)]);

/** The narrowest room that holds this file. */
function roomOf(path: string): string | undefined {
  const holding = [...tables.keys(), ...rules.unbound].filter((room) => within(path, [room]));
  return holding.toSorted((a, b) => b.length - a.length)[0];
}

/** Inside `plugins` and `examples` each plugin is alone. */
function homeOf(path: string, room: string): string {
  const depth = { plugins: 3, examples: 2 }[room] ?? 0;
  return depth === 0 ? room : path.split('/').slice(0, depth).join('/');
}

function permitted(source: Source, room: string, { target, relative }: Import): boolean {
  if (target.startsWith('node:'))
    return !within(source.path, rules.withoutNode) || within(source.path, rules.withNodeAllTheSame);
  const ours = relative || target.startsWith('im-kernel/');
  if (ours) return within(target, [homeOf(source.path, room), ...(tables.get(room) ?? [])]);
  return within(source.path, rules.packages[packageOf(target)] ?? []);
}

function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('rooms', () => {
  it('hold every source file', () => {
    const homeless = sources.filter(({ path }) => !roomOf(path)).map(({ path }) => path);
    assert.deepEqual(homeless, [], 'move it into a room, or add the room to room-rules.ts');
  });

  it('import only from where the table lets them', () => {
    const wrong: string[] = [];
    for (const source of sources) {
      const room = roomOf(source.path);
      if (room === undefined || rules.unbound.includes(room)) continue;
      for (const one of importsOf(source))
        if (!permitted(source, room, one))
          wrong.push(`${one.at} ${room} may not import ${one.target}`);
    }
    assert.deepEqual(wrong, [], 'see test/tidy/room-rules.ts');
  });

  it('are watched by a rule that bites', () => {
    const bad: [string, string][] = [
      ['core/chat/a.ts', '../path/message-path.ts'],
      ['core/chat/a.ts', '../session/session.ts'],
      ['core/path/a.ts', 'inversify'],
      ['core/wire/a.ts', 'node:buffer'],
      ['plugins/ordering/a/index.ts', '../b/index.ts'],
      ['plugins/ordering/a/index.ts', '../../../core/contract/index.ts'],
      ['client/a.ts', '../core/config/limits.ts'],
    ];
    for (const [path, written] of bad) {
      const text = `import { x } from '${written}';\n`;
      const source = { path, text, uncommented: text, bare: text };
      const [found] = importsOf(source);
      assert.ok(found && !permitted(source, roomOf(path) ?? '', found), `${path} ${written}`);
    }
  });
});
