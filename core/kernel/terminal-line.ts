/** One JSON log line as a person reads it. */
import { printable } from './printable.ts';

const GREY = '\u001B[90m';
const PLAIN = '\u001B[0m';
const COLOURS: Readonly<Record<string, string>> = {
  warn: '\u001B[33m',
  error: '\u001B[31m',
};
interface WrittenLine extends Readonly<Record<string, unknown>> {
  readonly time?: string;
  readonly level?: string;
  readonly msg?: string;
  readonly part?: string;
}
const OWN = new Set(['level', 'time', 'msg', 'part']);

/**
 * `12:03:11.123 warn  tcp  the message  field=value`; what a terminal would obey in others'
 * text is shown.
 */
export function terminalLine(json: string): string {
  const line = JSON.parse(json) as WrittenLine;
  const { time = '', level = '', msg = '' } = line;
  const part = line.part === undefined ? '' : `${shown(line.part)}: `;
  const fields = Object.entries(line)
    .filter(([name]) => !OWN.has(name))
    .map(([name, value]) => `  ${GREY}${shown(name)}=${PLAIN}${shown(value)}`);
  const colour = COLOURS[level] ?? '';
  const head = `${GREY}${time.slice(11, 23)}${PLAIN} ${colour}${level.padEnd(5)}${colour && PLAIN}`;
  return `${head} ${part}${shown(msg)}${fields.join('')}\n`;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  return printable(text);
}
