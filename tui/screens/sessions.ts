/** The sessions of the node that is followed. */
import type { SessionRow } from '../../core/admin/protocol/index.ts';
import { viewOf } from '../model/data.ts';
import { pictured, type State } from '../model/ui.ts';
import { age, bytes, count, short } from '../draw/format.ts';
import type { Line } from '../draw/line.ts';
import { signOf, SIGNS, stateSpan } from '../draw/signs.ts';
import type { Column } from '../draw/table.ts';
import { fieldLines, detailPanel } from './detail.ts';
import { listPanel } from './list-panel.ts';

export const sessionColumns: readonly Column<SessionRow>[] = [
  { head: 'SESSION', width: 10, weight: 1, cell: ({ id }) => id },
  { head: 'USER', width: 12, weight: 1, grows: true, sort: 'user', cell: ({ user }) => user },
  { head: 'DEVICE', width: 8, weight: 4, cell: ({ device }) => device },
  { head: 'STATE', width: 10, weight: 2, sort: 'state', cell: stateCell },
  number('WAITS', 8, 2, 'queuedBytes', (row) => bytes(row.queuedBytes)),
  number('CMD/s', 6, 3, 'commandsPerS', (row) => short(row.commandsPerS)),
  number('OPEN', 5, 5, 'unanswered', (row) => count(row.unanswered)),
  number('SENT', 7, 7, 'sentBytes', (row) => bytes(row.sentBytes)),
  number('IDLE', 6, 6, 'idleMs', (row) => age(row.idleMs)),
  number('AGE', 6, 4, 'ageMs', (row) => age(row.ageMs)),
  number('COMMANDS', 9, 8, 'commands', (row) => count(row.commands)),
  { head: 'ENC', width: 4, weight: 9, cell: ({ encoding }) => encoding },
  { head: 'ADDRESS', width: 21, weight: 10, cell: ({ address }) => address },
];

function number(
  head: string,
  width: number,
  weight: number,
  sort: string,
  cell: (row: SessionRow) => string,
): Column<SessionRow> {
  return { head, width, weight, sort, right: true, cell };
}

function markColumn(marked: ReadonlyMap<string, string>): Column<SessionRow> {
  const cell = ({ id }: SessionRow): string => (marked.has(id) ? SIGNS.marked : '');
  return { head: SIGNS.marked, width: 1, weight: 1, cell };
}

function stateCell({ slow, state }: SessionRow): ReturnType<typeof stateSpan> {
  return slow ? stateSpan('slow', 'slow') : stateSpan(signOf(state), state);
}

export function sessionsScreen(state: State, columns: number, rows: number): readonly Line[] {
  const { detail } = state.ui;
  const list = viewOf(pictured(state), 'sessions');
  if (!detail) {
    const { marked } = state.ui;
    const shown = marked.size > 0 ? [markColumn(marked), ...sessionColumns] : sessionColumns;
    return listPanel(state, { title: 'Sessions', columns, rows }, shown);
  }
  const now = list?.rows.find(({ id }) => id === detail.key);
  const row = now ?? (detail.row as SessionRow | undefined);
  const note = now ? '' : 'as it was last seen';
  const box = { title: `Session ${detail.key}`, note, columns, rows };
  return detailPanel(box, detail.top, row ? sessionFields(row) : []);
}

function sessionFields(row: SessionRow): readonly Line[] {
  return fieldLines({
    user: row.user,
    device: row.device,
    address: row.address,
    encoding: row.encoding,
    state: row.slow ? `${row.state}, slow` : row.state,
    age: age(row.ageMs),
    'idle for': age(row.idleMs),
    commands: `${count(row.commands)}, ${short(row.commandsPerS)}/s`,
    'without an answer': count(row.unanswered),
    sent: bytes(row.sentBytes),
    'waits for it': bytes(row.queuedBytes),
  });
}
