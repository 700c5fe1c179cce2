/** The question before something is done. */
import type { Dialog } from '../model/dialog.ts';
import { line, span, type Line } from '../draw/line.ts';
import { panel } from '../draw/panel.ts';
import { cells, widthOf } from '../draw/text.ts';

const COLUMNS_MAX = 76;

export function dialogBox(dialog: Dialog, cluster: string, columns: number): readonly Line[] {
  const width = Math.min(COLUMNS_MAX, columns - 4);
  const room = width - 4;
  const wrapped = (text: string): readonly Line[] =>
    lines(text, room).map((one) => line(` ${one}`));
  const facts = dialog.facts.flatMap((fact) => wrapped(fact));
  const twin = dialog.twin === undefined ? [] : wrapped(`Same as: ${dialog.twin}`);
  const body = [...facts, ...twin, ...answers(dialog)];
  const where = cluster === '' ? '' : `cluster ${cluster}`;
  const { to, id } = dialog.input as { to?: string; id?: string };
  const target = to ?? id ?? '';
  const title = `▲ ${dialog.title.toUpperCase()} ${target}`;
  const rows = body.length + 2;
  return panel({ title, note: where, columns: width, rows, role: 'warn', double: true }, body);
}

function answers({ choices, want, typed }: Dialog): readonly Line[] {
  if (choices.length > 0) {
    const keys = choices.flatMap(({ key, text }) => [span(` ${key} `, 'strong'), span(`${text} `)]);
    return [line(...keys, span(' esc cancel', 'dim'))];
  }
  if (!want) return [line(span(' y', 'strong'), ' do it   ', span('N', 'strong'), ' do not')];
  const fits = typed.trim() === want.text;
  return [
    line(` Type ${want.what} to confirm: ${want.text}`),
    line(' > ', span(typed, fits ? 'good' : 'plain'), span(' ', 'chosen')),
    line(span(fits ? ' enter do it   esc cancel' : ' esc cancel', 'dim')),
  ];
}

/** Broken at spaces where there are any. */
function lines(text: string, columns: number): readonly string[] {
  const out: string[] = [];
  let rest = text;
  while (widthOf(rest) > columns) {
    const head = cells(rest, 0, columns);
    const at = head.lastIndexOf(' ');
    const end = at > columns / 2 ? at : head.length;
    out.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...out, rest];
}
