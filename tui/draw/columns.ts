/** A histogram as columns beside one another, each over its bound. */
import { short } from './format.ts';
import { line, span, type Line, type Role } from './line.ts';
import { SIGNS } from './signs.ts';
import { fit } from './text.ts';

export interface Step {
  readonly upTo: number;
  readonly count: number;
}

/** So much takes a bound. */
const CELLS_LEAST = 5;
const CELLS_MOST = 7;

export interface Chart {
  readonly columns: number;
  /** Of the columns alone; the bounds are a row more. */
  readonly rows: number;
  /** What stands behind the bounds. */
  readonly unit: string;
  /** A value to mark below the column that it falls into, with what it is. */
  readonly mark?: { readonly value: number; readonly text: string };
}

/** With a row of bounds below, and one more for the mark. */
export function columnChart(steps: readonly Step[], chart: Chart): readonly Line[] {
  const { mark } = chart;
  const cells = Math.max(
    CELLS_LEAST,
    Math.min(CELLS_MOST, Math.floor((chart.columns - 1) / Math.max(1, steps.length))),
  );
  // What is highest tells more than what is lowest.
  const shown = steps.slice(-Math.floor((chart.columns - 1) / cells));
  const highest = Math.max(...shown.map(({ count }) => count));
  const rows = Array.from({ length: chart.rows }, (_, i) => {
    const from = (chart.rows - 1 - i) / chart.rows;
    const signs = shown.map(({ count }) => {
      const share = count === 0 ? 0 : (count / highest - from) * chart.rows;
      const sign = signOf(share, count > 0 && i === chart.rows - 1);
      return ` ${sign.repeat(cells - 1)}`;
    });
    return line(' ', ...signs.map((sign, at) => span(sign, roleOf(shown[at]?.upTo, mark?.value))));
  });
  const bounds = shown.map(({ upTo }) => fit(short(upTo), cells, SIGNS.cut, true));
  return [
    ...rows,
    line(span(` ${bounds.join('')}  ${chart.unit}`, 'dim')),
    ...marked(shown, cells, mark),
  ];
}

/** `some`: however few there are, something is seen of them. */
function signOf(share: number, some: boolean): string {
  const { levels } = SIGNS;
  const level = Math.min(levels.length, Math.round(share * levels.length));
  return levels[Math.max(level, some ? 1 : 0) - 1] ?? ' ';
}

/** What is beyond the mark stands out; the mark itself is a sign, too. */
function roleOf(upTo: number | undefined, value: number | undefined): Role {
  return value !== undefined && (upTo ?? 0) > value ? 'warn' : 'info';
}

function marked(steps: readonly Step[], cells: number, mark: Chart['mark']): readonly Line[] {
  if (!mark) return [];
  const at = steps.findIndex(({ upTo }) => mark.value <= upTo);
  const column = at < 0 ? steps.length : at + 1;
  const sign = span(SIGNS.slow, 'strong');
  return [line(' '.repeat(Math.max(1, column * cells)), sign, ` ${mark.text}`)];
}
