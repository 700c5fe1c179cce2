/** Screens of `im top` that docs/operating.md shows: as they were on a terminal. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const page = join(import.meta.dirname, '..', '..', 'docs', 'operating.md');

/** Writes it if that is asked for; otherwise the page must show one of the same shape. */
export function keepScreen(name: string, screen: string): void {
  const begin = `<!-- screen: ${name} -->\n\n\`\`\`text\n`;
  const text = readFileSync(page, 'utf8');
  const at = text.indexOf(begin) + begin.length;
  const end = text.indexOf('\n```\n', at);
  assert.ok(at >= begin.length && end >= at, `docs/operating.md has no screen ${name}`);
  if (process.env['IM_KEEP_SCREENS'] === '1') {
    writeFileSync(page, text.slice(0, at) + screen.trimEnd() + text.slice(end));
    return;
  }
  assert.deepEqual(shapeOf(screen), shapeOf(text.slice(at, end)), KEEP);
}

const KEEP = 'to keep the new one: IM_KEEP_SCREENS=1 npm test -- test/rigs/top.rig.ts';

/** The titles of its frames and of their columns: what is no number of the moment. */
function shapeOf(screen: string): readonly string[] {
  const lines = screen.trimEnd().split('\n');
  const titles = lines.flatMap((line) => /^┌─ (\D*?)(?: \d.*)? ─/u.exec(line)?.slice(1) ?? []);
  const heads = lines.filter((line) => /^│ [A-Z]{4,}/u.test(line));
  return [String(lines.length), lines[1] ?? '', ...titles, ...heads];
}
