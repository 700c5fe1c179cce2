/** Added delay against disorder, drawn as text. */

export interface Point {
  /** One character. */
  readonly mark: string;
  readonly label: string;
  readonly addedMs: number;
  readonly disorderPercent: number;
}

const COLUMNS = 72;
const ROWS = 16;
/** Right end of the axis, ms. It is logarithmic, of 1 + ms, so that 0 has a place. */
const LONGEST_MS = 1_000;
const TICKS_MS = [0, 3, 10, 30, 100, 300, 1_000];
const MARGIN = 8;

/** Lines. Of several points in one place the first is seen. */
export function curve(points: readonly Point[]): string[] {
  const top = Math.max(...points.map(({ disorderPercent }) => disorderPercent), 0.001);
  const grid = Array.from({ length: ROWS + 1 }, blankRow);
  for (const { mark, addedMs, disorderPercent } of points.toReversed()) {
    const row = grid[ROWS - Math.round((ROWS * disorderPercent) / top)];
    if (row) row[columnOf(addedMs)] = mark;
  }
  const lines = grid.map((row, at) => {
    const percent = (top * (ROWS - at)) / ROWS;
    const tick = at % 4 === 0 ? `${percent.toFixed(2)} %` : '';
    return `${tick.padStart(MARGIN)} |${row.join('')}`.trimEnd();
  });
  return [...lines, `${' '.repeat(MARGIN)} +${'-'.repeat(COLUMNS + 1)}`, axis()];
}

function blankRow(): string[] {
  return Array.from({ length: COLUMNS + 1 }, () => ' ');
}

function columnOf(ms: number): number {
  const part = Math.log1p(ms) / Math.log1p(LONGEST_MS);
  return Math.min(COLUMNS, Math.round(COLUMNS * part));
}

function axis(): string {
  let line = '';
  for (const ms of TICKS_MS) line = line.padEnd(MARGIN + 2 + columnOf(ms)) + String(ms);
  return `${line} ms`;
}
