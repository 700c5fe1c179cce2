/** The entries that consumers could not take; any one with whose entry it is. */
import type { DeadLetterDetail, DeadLetterRow } from '../../core/admin/protocol/index.ts';
import { viewOf } from '../model/data.ts';
import { keyOf } from '../model/rows.ts';
import { pictured, type State } from '../model/ui.ts';
import { day } from '../draw/format.ts';
import { span, type Line } from '../draw/line.ts';
import type { Column } from '../draw/table.ts';
import { detailPanel, fieldLines, waiting } from './detail.ts';
import { listPanel } from './list-panel.ts';

const columns: readonly Column<DeadLetterRow>[] = [
  { head: 'CONSUMER', width: 12, weight: 1, sort: 'consumer', cell: ({ consumer }) => consumer },
  {
    head: 'CONVERSATION',
    width: 18,
    weight: 1,
    sort: 'conversation',
    cell: ({ conversation }) => conversation,
  },
  {
    head: 'POSITION',
    width: 8,
    weight: 1,
    right: true,
    sort: 'position',
    cell: ({ position }) => String(position),
  },
  {
    head: 'TRIES',
    width: 5,
    weight: 3,
    right: true,
    sort: 'attempts',
    cell: ({ attempts }) => String(attempts),
  },
  { head: 'SINCE (UTC)', width: 19, weight: 4, sort: 'at', cell: ({ at }) => day(at) },
  { head: 'WHY', width: 16, weight: 2, grows: true, cell: ({ why }) => span(why, 'warn') },
];

export function deadLettersScreen(state: State, width: number, rows: number): readonly Line[] {
  const { detail, screen } = state.ui;
  if (!detail) return listPanel(state, { title: 'Dead letters', columns: width, rows }, columns);
  const data = pictured(state);
  const view = viewOf(data, 'dead-letter show');
  const isIt = view && keyOf(screen)(view) === detail.key;
  const lines = isIt ? letterLines(view) : waiting(data.views.get('dead-letter show')?.problem);
  const title = `Dead letter ${detail.key}`;
  return detailPanel({ title, columns: width, rows }, detail.top, lines);
}

function letterLines({ why, attempts, at, id, entry }: DeadLetterDetail): readonly Line[] {
  const body = entry?.bodyBytes;
  return fieldLines({
    why,
    tries: String(attempts),
    since: day(at),
    id,
    of: entry ? `${entry.user} on ${entry.device}` : 'an entry that the log does not have',
    kind: entry?.kind,
    body: body === undefined ? undefined : `${body} octets`,
    accepted: entry && day(entry.acceptedAt),
  });
}
