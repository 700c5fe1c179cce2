/** The table at the end. */
export interface Line {
  readonly name: string;
  readonly rounds: number;
  readonly accepted: number;
  readonly repeated: number;
  readonly violations: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
}

const HEAD = ['rig, and its control', 'rounds', 'accepted', 'repeats', 'violations', ''];

/** One line each; names to the left, numbers to the right. */
export function reportTable(lines: readonly Line[]): string {
  const rows = [
    HEAD,
    ...lines.map(({ name, rounds, accepted, repeated, violations, outcome }) => {
      return [name, String(rounds), String(accepted), String(repeated), violations, outcome];
    }),
  ];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
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
