/** The tables at the end. */
export interface Line {
  readonly name: string;
  readonly rounds: number;
  readonly accepted: number;
  readonly repeated: number;
  readonly violations: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
}

export const LINES_HEAD = [
  'rig, and its control',
  'rounds',
  'accepted',
  'repeats',
  'violations',
  '',
];

export function rowOf(line: Line): readonly string[] {
  const { name, rounds, accepted, repeated, violations, outcome } = line;
  return [name, String(rounds), String(accepted), String(repeated), violations, outcome];
}

/** One line each; names to the left, numbers to the right. */
export function textTable(head: readonly string[], rest: readonly (readonly string[])[]): string {
  const rows = [head, ...rest];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
