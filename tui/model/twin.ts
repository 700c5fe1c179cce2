/** The command line that does the same as a key, for who wants to do it again. */
import { VERBS, type VerbName } from '../../core/admin/verbs.ts';

export function twinOf(name: VerbName, input: Readonly<Record<string, unknown>> = {}): string {
  const plain: readonly string[] = VERBS[name].plain;
  const words = plain.flatMap((key) => (key in input ? quoted(input[key]) : []));
  const options = Object.entries(input)
    .filter(([key, value]) => !plain.includes(key) && value !== undefined && value !== false)
    .map(([key, value]) => (value === true ? optionOf(key) : `${optionOf(key)} ${quoted(value)}`));
  return ['im', name, ...words, ...options].join(' ');
}

function optionOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function quoted(value: unknown): string {
  const text = String(value);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
