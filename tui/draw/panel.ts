/** Boxes: a frame with a title and what is inside; boxes beside and over one another. */
import { fitLine, line, lineWidth, part, span, type Line, type Role } from './line.ts';
import { SIGNS } from './signs.ts';
import { cells, clean, widthOf } from './text.ts';

export interface Box {
  readonly title: string;
  /** At the right of the title. */
  readonly note?: string;
  readonly columns: number;
  /** With the frame. */
  readonly rows: number;
  readonly role?: Role;
  readonly double?: boolean;
}

export function panel(box: Box, body: readonly Line[]): readonly Line[] {
  const { columns, rows, role = 'dim', double = false } = box;
  const [, , leftBottom, rightBottom, flat, upright] = double ? SIGNS.double : SIGNS.frame;
  const side = span(upright, role);
  const inside = Array.from({ length: Math.max(0, rows - 2) }, (_, i) => {
    return [side, ...fitLine(body[i] ?? [], columns - 2), side];
  });
  return [
    headOf(box),
    ...inside,
    [span(leftBottom + flat.repeat(columns - 2) + rightBottom, role)],
  ];
}

function headOf({ title, note = '', columns, role = 'dim', double = false }: Box): Line {
  const [left, right, , , flat] = double ? SIGNS.double : SIGNS.frame;
  const room = columns - 4;
  const told = note === '' ? '' : ` ${cells(clean(note), 0, room - 4)} `;
  const space = Math.max(0, room - widthOf(told) - 3);
  const named = title === '' ? '' : ` ${cells(clean(title), 0, space)} `;
  const rest = Math.max(0, room - widthOf(named) - widthOf(told));
  return [
    span(left + flat, role),
    span(named, 'strong'),
    span(flat.repeat(rest), role),
    span(told, role === 'dim' ? 'plain' : role),
    span(flat + right, role),
  ];
}

/** Side by side, as high as the higher. */
export function beside(left: readonly Line[], right: readonly Line[]): readonly Line[] {
  const columns = lineWidth(left[0] ?? []);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => {
    return line(fitLine(left[i] ?? [], columns), right[i] ?? []);
  });
}

/** A box in the middle of what lies below. */
export function over(
  below: readonly Line[],
  box: readonly Line[],
  columns: number,
): readonly Line[] {
  const width = lineWidth(box[0] ?? []);
  const x = Math.max(0, Math.floor((columns - width) / 2));
  const y = Math.max(0, Math.floor((below.length - box.length) / 2));
  return below.map((under, i) => {
    const top = box[i - y];
    if (!top) return under;
    const whole = fitLine(under, columns);
    return [...part(whole, 0, x), ...top, ...part(whole, x + width, columns)];
  });
}
