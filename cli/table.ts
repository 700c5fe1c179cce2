/**
 * Columns as wide as their widest cell; the last one is as long as it is. Whoever told what is in a
 * cell, it is of one line, and steers no terminal.
 */
import { lineOf } from './admin/values.ts';
import { widthOf } from './chat-text.ts';
import type { Io } from './io.ts';

export function table(
  heads: readonly string[],
  given: readonly (readonly string[])[],
  io: Pick<Io, 'bold'>,
): string {
  const rows = given.map((cells) => cells.map(lineOf));
  const widths = heads.map((head, i) =>
    Math.max(widthOf(head), ...rows.map((row) => widthOf(row[i] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) =>
        i === cells.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - widthOf(cell)),
      )
      .join('  ')
      .trimEnd();
  return [io.bold(line(heads)), ...rows.map(line)].join('\n');
}
