/** How the parts of a text look: the 16 colours of the terminal, so that its own theme rules. */
import type { TextProps } from 'ink';
import type { Role } from './draw/line.ts';

export type Theme = Readonly<Record<Role, TextProps>>;

/** Who does not see red and green has a sign and a word beside each colour. */
export const COLOURED: Theme = {
  plain: {},
  dim: { dimColor: true },
  strong: { bold: true },
  good: { color: 'green' },
  warn: { color: 'yellow' },
  bad: { color: 'red', bold: true },
  info: { color: 'cyan' },
  alarm: { color: 'white', backgroundColor: 'red', bold: true },
  chosen: { inverse: true },
};

/** For NO_COLOR: what is no colour stays. */
export const PLAIN: Theme = {
  plain: {},
  dim: { dimColor: true },
  strong: { bold: true },
  good: {},
  warn: { bold: true },
  bad: { bold: true },
  info: {},
  alarm: { inverse: true, bold: true },
  chosen: { inverse: true },
};
