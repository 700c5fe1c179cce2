/** One thing, row by row; it may be longer than the screen. */
import { line, span, type Line } from '../draw/line.ts';
import { panel, type Box } from '../draw/panel.ts';

export function detailPanel(box: Box, top: number, lines: readonly Line[]): readonly Line[] {
  const height = box.rows - 2;
  const first = Math.max(0, Math.min(top, lines.length - height));
  const rest = lines.length > height ? `${first + 1}-${first + height} of ${lines.length}` : '';
  const note = [box.note, rest].filter((one) => one !== undefined && one !== '').join('  ');
  return panel({ ...box, note }, lines.slice(first, first + height));
}

const LABEL_CELLS = 20;

export function fieldLines(fields: Readonly<Record<string, string | undefined>>): readonly Line[] {
  return Object.entries(fields).flatMap(([label, text]) => {
    if (text === undefined) return [];
    return [line(span(` ${label.padEnd(LABEL_CELLS)}`, 'dim'), text)];
  });
}

export function heading(text: string): readonly Line[] {
  return [line(''), line(span(` ${text}`, 'strong'))];
}
