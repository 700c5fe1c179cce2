/** One row of the screen; it is drawn again only if it says something else. */
import { Text } from 'ink';
import { memo, type ReactElement } from 'react';
import type { Line } from './draw/line.ts';
import type { Theme } from './theme.ts';

interface RowProps {
  readonly line: Line;
  readonly theme: Theme;
}

function sameRow(a: RowProps, b: RowProps): boolean {
  if (a.theme !== b.theme || a.line.length !== b.line.length) return false;
  return a.line.every(({ text, role }, i) => text === b.line[i]?.text && role === b.line[i].role);
}

export const Row = memo(function Row({ line, theme }: RowProps): ReactElement {
  return (
    <Text wrap="truncate">
      {line.map(({ text, role }, i) => (
        // A span is where it is: nothing else tells it from another.
        // oxlint-disable-next-line react/no-array-index-key -- see above
        <Text key={i} {...theme[role]}>
          {text}
        </Text>
      ))}
    </Text>
  );
}, sameRow);
