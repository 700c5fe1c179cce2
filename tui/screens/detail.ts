/** One thing, row by row; it may be longer than the screen, and its rows wider. */
import { folded, line, span, type Line } from '../draw/line.ts';
import { panel, type Box } from '../draw/panel.ts';

export function detailPanel(box: Box, top: number, whole: readonly Line[]): readonly Line[] {
  const lines = whole.flatMap((one) => folded(one, box.columns - 2, indentOf(one)));
  const height = box.rows - 2;
  const first = Math.max(0, Math.min(top, lines.length - height));
  const rest = lines.length > height ? `${first + 1}-${first + height} of ${lines.length}` : '';
  const note = [box.note, rest].filter((one) => one !== undefined && one !== '').join('  ');
  return panel({ ...box, note }, lines.slice(first, first + height));
}

const LABEL_CELLS = 20;

/** Below the text of a field; a little to the right of what has no label. */
function indentOf([first, ...others]: Line): number {
  const text = first?.text ?? '';
  if (others.length > 0 && text.length === LABEL_CELLS + 1) return text.length;
  return text.length - text.trimStart().length + 2;
}

export function fieldLines(fields: Readonly<Record<string, string | undefined>>): readonly Line[] {
  return Object.entries(fields).flatMap(([label, text]) => {
    if (text === undefined) return [];
    return [line(span(` ${label.padEnd(LABEL_CELLS)}`, 'dim'), text)];
  });
}

export function heading(text: string): readonly Line[] {
  return [line(''), line(span(` ${text}`, 'strong'))];
}

/** A thing that was asked for, and has not come. */
export function waiting(
  problem: { readonly code: string; readonly message: string } | undefined,
): readonly Line[] {
  if (!problem) return [line(span(' not told yet …', 'dim'))];
  return [line(' ', span(`✖ ${problem.code} ${problem.message}`, 'bad'))];
}
