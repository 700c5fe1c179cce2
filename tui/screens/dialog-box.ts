/** The question before something is done. */
import type { ClusterView } from '../../core/admin/protocol/index.ts';
import type { Dialog } from '../model/dialog.ts';
import { folded, line, span, type Line } from '../draw/line.ts';
import { panel } from '../draw/panel.ts';

const COLUMNS_MAX = 76;

/** `view`: the cluster as it is now; since the question was asked it may have changed. */
export function dialogBox(
  dialog: Dialog,
  view: Pick<ClusterView, 'name' | 'epoch'> | undefined,
  columns: number,
): readonly Line[] {
  const width = Math.min(COLUMNS_MAX, columns - 4);
  const room = width - 4;
  const rowsOf = (text: string): readonly Line[] => folded(line(` ${text}`), room + 1, 1);
  const facts = dialog.facts.flatMap((fact) => rowsOf(fact));
  const twin = dialog.twin === undefined ? [] : rowsOf(`Same as: ${dialog.twin}`);
  const { to, id, expectEpoch } = dialog.input as {
    to?: string;
    id?: string;
    expectEpoch?: number;
  };
  const stale = view && expectEpoch !== undefined && view.epoch !== expectEpoch;
  const late = `The epoch is ${view?.epoch} now: this would be refused. Look again.`;
  const body = [
    ...facts,
    ...(stale ? [line(' ', span(late, 'bad'))] : []),
    ...twin,
    ...answers(dialog),
  ];
  const where = view ? `cluster ${view.name}` : '';
  const target = to ?? id ?? '';
  const title = `▲ ${dialog.title.toUpperCase()} ${target}`.trimEnd();
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
  const strays = !fits && !want.text.startsWith(typed.trimStart());
  const role = fits ? 'good' : strays ? 'bad' : 'plain';
  return [
    line(` Type ${want.what} to confirm: ${want.text}`),
    line(' > ', span(typed, role), span(' ', 'chosen'), strays ? '  that is something else' : ''),
    line(span(fits ? ' enter do it   esc cancel' : ' esc cancel', 'dim')),
  ];
}
