/** Changes of the owner: one while it happens, one with its phases, and all that are remembered. */
import type { TakeoverView } from '../../core/admin/protocol/index.ts';
import type { Change, Step } from '../model/takeover.ts';
import { day, ms, UNKNOWN } from '../draw/format.ts';
import { line, span, type Line, type Role } from '../draw/line.ts';
import { SIGNS } from '../draw/signs.ts';
import { table, type Column } from '../draw/table.ts';

const STEPS: Readonly<Record<Step['what'], readonly [string, Role, (node: string) => string]>> = {
  silent: [SIGNS.down, 'bad', (node) => `${node} was last heard of`],
  planned: [SIGNS.ok, 'info', (node) => `a change to ${node} was asked for`],
  over: [SIGNS.slow, 'warn', (node) => `the lease of ${node} is over`],
  gone: [SIGNS.down, 'bad', (node) => `${node} has ended`],
  owns: [SIGNS.leader, 'good', (node) => `${node} owns the shards`],
  accepts: [SIGNS.ok, 'good', (node) => `${node} accepts commands`],
  back: [SIGNS.ok, 'good', (node) => `${node} is there, and goes on`],
};

export function liveLines(change: Change, now: number): readonly Line[] {
  const steps = change.steps.map(({ atMs, what, node }) => {
    const [sign, role, text] = STEPS[what];
    return line(` ${since(atMs)}  `, span(sign, role), ` ${text(node)}`);
  });
  if (change.endedAt !== undefined) return steps;
  const waits = change.steps.some(({ what }) => what === 'owns')
    ? 'until it accepts commands'
    : 'until a node owns the shards';
  const running = span(`${SIGNS.unknown} waiting ${waits} …`, 'warn');
  return [...steps, line(` ${since(now - change.startedAt)}  `, running)];
}

function since(atMs: number): string {
  return `+${(atMs / 1_000).toFixed(2).padStart(5, ' ')}`;
}

const HISTORY: readonly Column<TakeoverView>[] = [
  { head: 'EPOCH', width: 5, weight: 1, right: true, cell: ({ epoch }) => String(epoch) },
  { head: 'WHEN (UTC)', width: 19, weight: 2, cell: ({ at }) => day(at) },
  { head: 'NODE', width: 12, weight: 1, cell: ({ node }) => node },
  { head: 'FROM', width: 12, weight: 3, cell: ({ from = UNKNOWN }) => from },
  { head: 'KIND', width: 10, weight: 1, cell: ({ kind }) => kind },
  { head: 'OPEN', width: 8, weight: 1, right: true, cell: ({ openMs }) => ms(openMs) },
];

/** What the cluster tells of it when it is over. */
export function lastLines(last: TakeoverView): readonly Line[] {
  const from = last.from === undefined ? 'nobody had owned the shards' : `from ${last.from}`;
  const open = last.openMs === undefined ? 'not told' : ms(last.openMs);
  return [
    line(` ${day(last.at)} UTC  ${from}`),
    line(
      ` from the shards to the first command: `,
      span(open, 'info'),
      ` by the clock of ${last.node}`,
    ),
  ];
}

export function historyLines(takeovers: readonly TakeoverView[], columns: number): readonly Line[] {
  return table(HISTORY, takeovers, { columns });
}
