/** The conversations that the node has in memory; any one with its members and their marks. */
import type { ConversationDetail, ConversationRow } from '../../core/admin/protocol/index.ts';
import { followed, viewOf } from '../model/data.ts';
import { pictured, type State } from '../model/ui.ts';
import { age, count, day, UNKNOWN } from '../draw/format.ts';
import { line, span, type Line } from '../draw/line.ts';
import { SIGNS, stateSpan } from '../draw/signs.ts';
import type { Column } from '../draw/table.ts';
import { fit } from '../draw/text.ts';
import { detailPanel, fieldLines, heading, waiting } from './detail.ts';
import { listPanel } from './list-panel.ts';
import { tracePanel } from './trace.ts';

/** `now` is the server's: how long ago is counted by the clock that wrote it. */
export function conversationColumns(now: number | undefined): readonly Column<ConversationRow>[] {
  const ago = ({ lastAt }: ConversationRow): string => {
    return lastAt === undefined || now === undefined ? UNKNOWN : age(Math.max(0, now - lastAt));
  };
  return [
    { head: 'CONVERSATION', width: 24, weight: 1, grows: true, sort: 'id', cell: ({ id }) => id },
    { head: 'KIND', width: 6, weight: 3, cell: ({ kind }) => kind },
    {
      head: 'MEMBERS',
      width: 8,
      weight: 2,
      sort: 'members',
      ...right((row) => count(row.members)),
    },
    { head: 'ONLINE', width: 7, weight: 2, ...right((row) => count(row.online)) },
    { head: 'HEAD', width: 11, weight: 1, sort: 'head', ...right((row) => count(row.head)) },
    { head: 'LAST', width: 7, weight: 2, sort: 'lastAt', ...right(ago) },
    { head: 'SHARD', width: 6, weight: 5, sort: 'shard', ...right((row) => String(row.shard)) },
    { head: 'TITLE', width: 24, weight: 4, cell: ({ title = '' }) => title },
  ];
}

function right(
  cell: (row: ConversationRow) => string,
): Pick<Column<ConversationRow>, 'right' | 'cell'> {
  return { right: true, cell };
}

export function conversationsScreen(state: State, columns: number, rows: number): readonly Line[] {
  const { detail } = state.ui;
  const data = pictured(state);
  const box = { title: 'Conversations', columns, rows };
  if (!detail) return listPanel(state, box, conversationColumns(followed(data)?.overview?.now));
  if (detail.of === 'trace') return tracePanel(detail, box);
  const shown = data.views.get('conversation show');
  const view = viewOf(data, 'conversation show');
  const title = `Conversation ${detail.key}`;
  const lines = view?.id === detail.key ? conversationLines(view) : waiting(shown?.problem);
  return detailPanel({ ...box, title }, detail.top, lines);
}

const USER_CELLS = 24;

function conversationLines(view: ConversationDetail): readonly Line[] {
  const { kind, title, shard, head, epoch, lastAt, people } = view;
  const last = lastAt === undefined ? undefined : `${day(lastAt)} UTC`;
  const heads =
    ' '.repeat(3) + 'USER'.padEnd(USER_CELLS) + 'ROLE      RECEIVED      READ    BEHIND';
  const members = people.map((one) => {
    const user = fit(one.user, USER_CELLS, SIGNS.cut);
    const marks = [one.received, one.read, head - one.received].map((n) => count(n).padStart(10));
    return line(
      ' ',
      stateSpan(one.online ? 'ok' : 'unknown', user),
      `${one.role.padEnd(8)}${marks.join('')}`,
    );
  });
  const cut = people.length < view.members ? ` (${count(people.length)} of them)` : '';
  return [
    ...fieldLines({
      kind,
      title,
      head: count(head),
      epoch: epoch === undefined ? undefined : String(epoch),
      shard: String(shard),
      'last entry': last,
      members: `${count(view.members)}, ${count(view.online)} online`,
    }),
    ...heading(`Members, who has least first${cut}`),
    line(span(heads, 'strong')),
    ...members,
  ];
}
