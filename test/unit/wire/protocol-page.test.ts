import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CODES } from '../../../core/wire/codes.ts';
import type { Field, FrameSpec, Group } from '../../../core/wire/field.ts';
import { FRAMES, ITEMS } from '../../../core/wire/table.ts';
import { FRAME_VECTORS } from './vectors.ts';

const PAGE = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
const DIRECTIONS = { client: 'client to server', server: 'server to client', both: 'both ways' };

/** What stands between this heading and the next. */
function sectionOf(heading: string): string {
  const start = PAGE.indexOf(`\n${heading}\n`);
  assert.ok(start >= 0, `the page lacks "${heading}"`);
  const rest = PAGE.slice(start + heading.length + 2);
  return rest.slice(0, rest.search(/\n##+ /));
}

/** Tag, name, type and occurrence of each row of a section's table. */
function rowsOf(section: string): string[] {
  const lines = section.split('\n').filter((line) => /^\| [0-9]/.test(line));
  return lines.map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    return cells.slice(1, 5).join(' | ');
  });
}

function occurrence(field: Field): string {
  if (!field.repeated) return field.required ? 'required' : 'optional';
  return field.required ? 'required, repeated' : 'repeated';
}

function expectedRows(group: Group, before = ''): string[] {
  return group.fields.flatMap((field) => {
    const kind = field.kind === 'items' ? 'group' : field.kind;
    const row = `${before}${field.tag} | ${field.name} | ${kind} | ${occurrence(field)}`;
    return [row, ...(field.group ? expectedRows(field.group, `${before}${field.tag}.`) : [])];
  });
}

function headingOf(spec: FrameSpec): string {
  const octet = spec.octet.toString(16).padStart(2, '0');
  return `### ${spec.type.toUpperCase()} \`0x${octet}\`, ${DIRECTIONS[spec.from]}`;
}

describe('the protocol page', () => {
  for (const spec of FRAMES) {
    it(`describes ${spec.type} as it is`, () => {
      assert.deepEqual(rowsOf(sectionOf(headingOf(spec))), expectedRows(spec));
    });
  }

  it('describes no other frame', () => {
    const headings = PAGE.match(/^### .* `0x.*$/gm) ?? [];
    assert.deepEqual(headings, FRAMES.map(headingOf));
  });

  for (const what of ['conversations', 'members', 'friends', 'presence'] as const) {
    it(`describes the items of ${what} as they are`, () => {
      const section = sectionOf(`### Items of \`${what}\``);
      assert.deepEqual(rowsOf(section), expectedRows(ITEMS[what]));
    });
  }

  it('gives the fields of DELIVER to items of history, as the table does', () => {
    assert.match(sectionOf('### Items of `history`'), /^\s*The fields of DELIVER\.\s*$/);
    const deliver = FRAMES.find((spec) => spec.type === 'deliver');
    assert.deepEqual(deliver?.fields, ITEMS.history.fields);
  });

  it('lists every code', () => {
    const list = sectionOf('## Codes').trimStart().split('\n\n')[0]!;
    const listed = list.match(/`[a-z-]+`/g)?.map((code) => code.slice(1, -1));
    assert.deepEqual(listed, [...CODES]);
  });

  it('shows vectors that are tested', () => {
    const shown = PAGE.slice(PAGE.indexOf('## Vectors')).match(/`[0-9a-f]{14,}`/g) ?? [];
    assert.equal(shown.length, 5);
    const tested = new Set(FRAME_VECTORS.map((vector) => vector.tlv));
    for (const hex of shown) assert.ok(tested.has(hex.slice(1, -1)), hex);
  });
});
