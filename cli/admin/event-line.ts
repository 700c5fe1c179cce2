/** An event as a line: `TIME level part message key=value`. */
import type { Row } from './sections.ts';
import { lineOf, timeText } from './values.ts';

export function eventLine(event: Row): string {
  const { at, level, part, message, fields } = event;
  const rest = Object.entries((fields ?? {}) as Row).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const words = [String(level).padEnd(5), part ?? 'kernel', message, ...rest].map(String);
  return `${timeText(Number(at))} ${lineOf(words.join(' '))}`;
}
