/** The filter of the lists that are here and not at the server: the same words, the same sense. */

import { valueText } from './value-text.ts';

/** Words that a row must have; `field:word`, `field=word`, `field>1`, `field<1`; `!`: not. */
export function sifts(filter: string): (row: object) => boolean {
  const tests = filter
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!')
    .map(testOf);
  return (row) => tests.every((test) => test(row));
}

function testOf(word: string): (row: object) => boolean {
  if (word.startsWith('!')) {
    const test = testOf(word.slice(1));
    return (row) => !test(row);
  }
  const [, field = '', sign, wanted = ''] = /^([\w.]+)([:=<>])(.*)$/.exec(word) ?? [];
  if (sign === undefined) return (row) => textOf(row).includes(word.toLowerCase());
  return (row) => {
    if (!Object.hasOwn(row, field)) return textOf(row).includes(word.toLowerCase());
    const value: unknown = Object.entries(row).find(([key]) => key === field)?.[1];
    const text = textOf({ value });
    if (sign === ':') return text.includes(wanted.toLowerCase());
    if (sign === '=') return text === wanted.toLowerCase();
    return sign === '>' ? Number(value) > Number(wanted) : Number(value) < Number(wanted);
  };
}

function textOf(row: object): string {
  return Object.values(row).map(valueText).join(' ').toLowerCase();
}
