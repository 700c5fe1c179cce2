/** A row of the screen: pieces of text, each with the part that it plays. */
import { cells, clean, widthOf } from './text.ts';

/** What a piece of text is; the theme knows how that looks. */
export type Role =
  'plain' | 'dim' | 'strong' | 'good' | 'warn' | 'bad' | 'info' | 'alarm' | 'chosen';

export interface Span {
  readonly text: string;
  readonly role: Role;
}

export type Line = readonly Span[];

/** The only way to a span: whatever is in the text, it is clean afterwards. */
export function span(text: string, role: Role = 'plain'): Span {
  return { text: clean(text), role };
}

export function line(...pieces: readonly (string | Span | Line)[]): Line {
  return pieces.flatMap((piece) => (typeof piece === 'string' ? [span(piece)] : piece));
}

export function lineWidth(pieces: Line): number {
  return pieces.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** The cells from one to another, at most. */
export function part(pieces: Line, from: number, to: number): Line {
  let at = 0;
  const out: Span[] = [];
  for (const { text, role } of pieces) {
    const width = widthOf(text);
    const cut = cells(text, Math.max(0, from - at), Math.max(0, to - at));
    if (cut !== '') out.push({ text: cut, role });
    at += width;
  }
  return out;
}

/** Exactly so many cells. */
export function fitLine(pieces: Line, columns: number): Line {
  const width = lineWidth(pieces);
  if (width > columns) return part(pieces, 0, columns);
  return width === columns ? pieces : [...pieces, span(' '.repeat(columns - width))];
}

/** Left and right of one row; the left gives way. */
export function spread(left: Line, right: Line, columns: number): Line {
  const space = columns - lineWidth(right);
  if (space < 0) return fitLine(right, columns);
  return [...fitLine(left, space), ...right];
}

/** Everything in another role. */
export function recast(pieces: Line, role: Role): Line {
  return pieces.map(({ text }) => ({ text, role }));
}

export function textOf(pieces: Line): string {
  return pieces.map(({ text }) => text).join('');
}

/** Rows of at most so many cells, broken at spaces where there are any; later ones are indented. */
export function folded(pieces: Line, columns: number, indent = 0): readonly Line[] {
  const width = lineWidth(pieces);
  if (width <= columns) return [pieces];
  const text = textOf(part(pieces, 0, columns + 1));
  const space = widthOf(text.slice(0, Math.max(0, text.lastIndexOf(' '))));
  // A wide character is not cut into halves.
  const fits = text.startsWith(textOf(part(pieces, 0, columns))) ? columns : columns - 1;
  const end = space > columns / 2 && space > indent ? space : fits;
  const left = part(pieces, end, width);
  const rest = textOf(left).startsWith(' ') ? part(left, 1, width) : left;
  const next = indent === 0 ? rest : line(' '.repeat(indent), rest);
  return [part(pieces, 0, end), ...folded(next, columns, indent)];
}
