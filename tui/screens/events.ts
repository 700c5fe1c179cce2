/** What happened on all nodes, and what operators did. */
import type { ActView } from '../../core/admin/protocol/index.ts';
import type { Data, SeenEvent } from '../model/data.ts';
import { followed } from '../model/data.ts';
import { valueText } from '../model/value-text.ts';
import { pictured, type State } from '../model/ui.ts';
import { age, clock, day } from '../draw/format.ts';
import { span, type Line, type Role } from '../draw/line.ts';
import { table, type Column } from '../draw/table.ts';
import { detailPanel, fieldLines, heading } from './detail.ts';
import { listPanel } from './list-panel.ts';

const ROLES: Readonly<Record<SeenEvent['level'], Role>> = {
  debug: 'dim',
  info: 'plain',
  warn: 'warn',
  error: 'bad',
};

function eventColumns(data: Data, ago: boolean): readonly Column<SeenEvent>[] {
  const now = followed(data)?.overview?.now;
  const when = ({ at }: SeenEvent): string => {
    return ago && now !== undefined ? age(Math.max(0, now - at)) : clock(at);
  };
  return [
    { head: ago ? 'AGO' : 'UTC', width: 8, weight: 1, cell: when },
    {
      head: 'LEVEL',
      width: 5,
      weight: 1,
      cell: ({ level }) => span(level.toUpperCase(), ROLES[level]),
    },
    { head: 'NODE', width: 8, weight: 2, cell: ({ node }) => node },
    { head: 'PART', width: 14, weight: 3, cell: ({ part = '' }) => span(part, 'dim') },
    { head: 'MESSAGE', width: 24, weight: 1, grows: true, cell: messageText },
  ];
}

function messageText({ message, fields }: SeenEvent): string {
  const told = Object.entries(fields).map(([key, value]) => `${key}=${valueText(value)}`);
  return [message, ...told].join('  ');
}

/** Without a head: for the overview. */
export function eventLines(
  events: readonly SeenEvent[],
  data: Data,
  columns: number,
): readonly Line[] {
  return table(eventColumns(data, false), events, { columns }).slice(1);
}

const actColumns: readonly Column<ActView>[] = [
  { head: 'WHEN (UTC)', width: 19, weight: 1, cell: ({ at }) => day(at) },
  { head: 'WHO', width: 14, weight: 2, cell: ({ who }) => who },
  {
    head: 'WHAT',
    width: 20,
    weight: 1,
    grows: true,
    cell: ({ verb, input }) => `${verb} ${JSON.stringify(input)}`,
  },
  { head: 'OUTCOME', width: 8, weight: 1, cell: outcomeCell },
  { head: 'ERROR', width: 24, weight: 3, cell: ({ error = '' }) => span(error, 'bad') },
];

function outcomeCell({ outcome }: ActView): ReturnType<typeof span> {
  const roles = { asked: 'warn', done: 'good', refused: 'warn', failed: 'bad' } as const;
  return span(outcome, roles[outcome]);
}

function eventFields({ id, at, node, level, part, message, fields }: SeenEvent): readonly Line[] {
  const told = Object.entries(fields).map(([key, value]) => [key, valueText(value)] as const);
  const whole = { 'when (UTC)': day(at), node, level, part, message, id };
  const rest =
    told.length > 0 ? [...heading('Fields'), ...fieldLines(Object.fromEntries(told))] : [];
  return [...fieldLines(whole), ...rest];
}

function actFields({ at, who, verb, input, outcome, error }: ActView): readonly Line[] {
  const given = JSON.stringify(input);
  return fieldLines({ 'when (UTC)': day(at), who, verb, given, outcome, error });
}

export function eventsScreen(state: State, columns: number, rows: number): readonly Line[] {
  const { detail, acts, following, ago } = state.ui;
  const data = pictured(state);
  if (detail) {
    const box = { title: acts ? 'Act' : 'Event', columns, rows };
    const lines = acts ? actFields(detail.row as ActView) : eventFields(detail.row as SeenEvent);
    return detailPanel(box, detail.top, lines);
  }
  if (acts) return listPanel(state, { title: 'Acts of operators', columns, rows }, actColumns);
  const title = following ? 'Events, following,' : 'Events';
  return listPanel(state, { title, columns, rows }, eventColumns(data, ago));
}
