/** The nodes of the cluster, a change of the owner while it happens, and those before. */
import { returningText } from '../../core/admin/returning.ts';
import type { ClusterNode, ClusterView, TakeoverView } from '../../core/admin/protocol/index.ts';
import { connectionOf, linkOf } from '../model/connection.ts';
import { blindness, clusterOf, followed, type Data } from '../model/data.ts';
import { ringAt } from '../model/history.ts';
import { ageMs, alive, nodeOf } from '../model/link.ts';
import { listOf, pictured, type State } from '../model/ui.ts';
import { count, ms, UNKNOWN } from '../draw/format.ts';
import { folded, line, span, type Line, type Span } from '../draw/line.ts';
import { panel } from '../draw/panel.ts';
import { signOf, stateSpan, type Sign } from '../draw/signs.ts';
import { spark } from '../draw/spark.ts';
import { table, type Column } from '../draw/table.ts';
import { detailPanel, fieldLines } from './detail.ts';
import { historyLines, lastLines, liveLines } from './takeovers.ts';

export function clusterScreen(state: State, columns: number, rows: number): readonly Line[] {
  const data = pictured(state);
  const view = clusterOf(data);
  const { detail } = state.ui;
  const node = view?.nodes.find((one) => one.node === detail?.key);
  if (detail && node) {
    const box = { title: `Node ${node.node}`, columns, rows };
    return detailPanel(box, detail.top, nodeFields(data, node));
  }
  const all = [...blindLines(data), ...problemLines(view)];
  const problems = all.flatMap((one) => folded(one, columns - 2, INDENT));
  const top = Math.min(nodeRows(data) + 3, 12);
  const middle = 8;
  const warnings = problems.length > 0 ? Math.min(problems.length + 2, 6) : 0;
  const running = data.change !== undefined && data.change.endedAt === undefined;
  const chosen = listOf(state.ui).index;
  return [
    ...panel(
      {
        title: clusterTitle(data),
        note: clusterNote(data, 'the reasons are below'),
        columns,
        rows: top,
        role: running ? 'bad' : 'dim',
      },
      nodeTable(data, columns - 2, { chosen, wide: state.ui.wide }),
    ),
    ...(warnings > 0
      ? panel({ title: 'Problems', columns, rows: warnings, role: 'warn' }, problems)
      : []),
    ...changePanel(data, view, columns, middle),
    ...panel(
      {
        title: 'History',
        note: 'durations by the clock of the new owner',
        columns,
        rows: Math.max(0, rows - top - middle - warnings),
      },
      historyLines(view?.takeovers ?? [], columns - 2),
    ),
  ];
}

/** Of what goes on in the next row of a problem. */
const INDENT = 3;

/** `whys`: where it stands why nobody answers. */
export function clusterNote(data: Data, whys = '7 says why'): string {
  const view = clusterOf(data);
  const blind = blindness(data);
  if (blind) return `OLD PICTURE  ${blind.code}`;
  if (!view) return '';
  const { change, now } = data;
  if (connectionOf(data, now).state === 'ALL DOWN') return `nobody answers: ${whys}`;
  if (change && change.endedAt === undefined) {
    return `TAKEOVER from e${change.epoch}  ${ms(now - change.startedAt)}`;
  }
  return `epoch ${view.epoch}  ${view.policy}  shards ${view.shards}`;
}

/** Of a node that is alone there is nothing to name. */
export function clusterTitle(data: Data): string {
  const name = clusterOf(data)?.name;
  if (name !== undefined) return `Cluster ${name}`;
  return followed(data)?.overview && !blindness(data) ? 'No cluster' : 'Cluster';
}

export function nodeTable(
  data: Data,
  columns: number,
  look: { readonly chosen?: number; readonly wide?: boolean } = {},
): readonly Line[] {
  const view = clusterOf(data);
  if (!view) return [line(span(` ${absence(data)}`, 'dim'))];
  const rows = table(nodeColumns(data, view), view.nodes, { columns, ...look });
  const { returning } = view;
  return returning ? [...rows, line(' ', span(returningText(returning), 'warn'))] : rows;
}

/** What stands below the head of the table. */
export function nodeRows(data: Data): number {
  const view = clusterOf(data);
  return (view?.nodes.length ?? 0) + (view?.returning ? 1 : 0);
}

const SILENCE_CELLS = 10;
/** So much silence is a full bar. */
const SILENCE_FULL_MS = 3_000;

function nodeColumns(data: Data, view: ClusterView): readonly Column<ClusterNode>[] {
  const right = true;
  return [
    { head: 'NODE', width: 12, weight: 1, grows: true, cell: ({ node }) => node },
    { head: 'STATE', width: 12, weight: 1, cell: stateCell },
    {
      head: 'LEASE',
      width: 7,
      weight: 2,
      right,
      cell: ({ leaseLeftMs }) => leaseText(leaseLeftMs),
    },
    { head: 'SHARDS', width: 6, weight: 4, right, cell: ({ shards }) => String(shards) },
    { head: 'SESS', width: 7, weight: 3, right, cell: ({ sessions }) => count(sessions) },
    { head: 'SEEN', width: 7, weight: 2, right, cell: ({ node }) => seenText(data, node) },
    { head: 'SILENCE', width: SILENCE_CELLS, weight: 3, cell: ({ node }) => silence(data, node) },
    { head: 'LOOP', width: 7, weight: 6, right, cell: ({ loopDelayMs }) => ms(loopDelayMs) },
    { head: 'VERSION', width: 8, weight: 6, cell: ({ version = UNKNOWN }) => version },
    {
      head: 'UP',
      width: 8,
      weight: 7,
      right,
      cell: ({ startedAt }) => upText(startedAt, view.now),
    },
    { head: 'PRIO', width: 4, weight: 8, right, cell: ({ priority }) => count(priority) },
    { head: 'PROBLEM', width: 20, weight: 5, cell: ({ problem = '' }) => span(problem, 'warn') },
    { head: 'ADDRESSES', width: 30, weight: 9, cell: ({ addresses }) => addresses.join(' ') },
  ];
}

function stateCell({ state, ready }: ClusterNode): Span {
  if (state === 'standby' && !ready) return stateSpan('slow', 'not ready');
  return stateSpan(signOf(state), state);
}

function leaseText(leftMs: number): string {
  return leftMs > 0 ? `${(leftMs / 1_000).toFixed(1)} s` : 'over';
}

/** How long ago this terminal heard of it itself: a witness from outside. */
function seenText(data: Data, node: string): Span {
  const link = linkOf(data.links, node);
  if (!link) return span('no way', 'dim');
  const text =
    link.heardAt === undefined ? 'never' : `${(ageMs(link, data.now) / 1_000).toFixed(1)} s`;
  return span(text, alive(link, data.now) ? 'plain' : 'bad');
}

function silence(data: Data, node: string): Span {
  const ring = ringAt(data.rings.get(`silence ${node}`), data.now);
  return span(spark(ring, SILENCE_CELLS, SILENCE_FULL_MS), 'info');
}

function upText(startedAt: number | undefined, now: number): string {
  return startedAt === undefined ? UNKNOWN : ms(Math.max(0, now - startedAt));
}

/** Why there is no picture of a cluster. */
function absence(data: Data): string {
  if (blindness(data)) return 'this node cannot look just now';
  return followed(data)?.overview ? 'this node is in no cluster' : 'nothing was told yet';
}

function blindLines(data: Data): readonly Line[] {
  const blind = blindness(data);
  if (!blind) return [];
  return [line(' ', stateSpan('slow', blind.code), `  ${blind.message}`)];
}

function problemLines(view: ClusterView | undefined): readonly Line[] {
  return (view?.problems ?? []).map(({ by, code, message, act }) => {
    const seen = by === undefined ? '' : ` seen by ${by}`;
    return line(' ', stateSpan('slow', `${code}${seen}`), `  ${message}. ${act}`);
  });
}

function changePanel(
  data: Data,
  view: ClusterView | undefined,
  columns: number,
  rows: number,
): readonly Line[] {
  const { change, now } = data;
  const last = view?.takeovers[0];
  if (connectionOf(data, now).state === 'ALL DOWN') return downPanel(data, columns, rows);
  if (change && (change.endedAt === undefined || !last || last.epoch <= change.epoch)) {
    const running = change.endedAt === undefined;
    const title = running ? `Takeover in progress from ${change.from}` : 'Owner unchanged';
    const note = `${ms((change.endedAt ?? now) - change.startedAt)} by this terminal`;
    const hint = running ? hintLines(data, view) : [];
    const box = { title, note, columns, rows, role: running ? 'bad' : 'dim' } as const;
    return panel(box, [...liveLines(change, now), ...hint]);
  }
  if (!last) return panel({ title: 'Last takeover', columns, rows }, [line(' there was none')]);
  const title = `Last ${last.kind} ${last.kind === 'start' ? 'of' : 'to'} ${last.node}, epoch ${last.epoch}`;
  const lines = seenLines(data, last).flatMap((one) => folded(one, columns - 2, INDENT));
  return panel({ title, columns, rows }, lines);
}

/** Whether anything takes over is not seen from here: why nobody answers is all that is known. */
function downPanel({ links }: Data, columns: number, rows: number): readonly Line[] {
  const box = { title: 'Nobody answers', note: 'ctrl-r tries at once', columns, rows } as const;
  const whys = links.flatMap((link) => {
    const why = link.problem ? `${link.problem.code} ${link.problem.message}` : 'silent';
    return folded(line(' ', stateSpan('down', nodeOf(link)), `  ${why}`), columns - 2, INDENT);
  });
  return panel({ ...box, role: 'bad' }, whys);
}

/** With what this terminal saw of it itself, if it was there. */
function seenLines({ change, now }: Data, last: TakeoverView): readonly Line[] {
  const seen = change?.into === last.epoch ? liveLines(change, now) : [];
  return [...lastLines(last), ...seen];
}

/** Why a takeover by hand would be too early, or that it is time. */
function hintLines(data: Data, view: ClusterView | undefined): readonly Line[] {
  const { state } = connectionOf(data, data.now);
  const owner = view?.nodes.find(({ node }) => node === (view.active ?? view.last));
  if (!view || !owner || (state !== 'NO LEADER' && state !== 'LOST')) return [];
  if (owner.leaseLeftMs > 0) {
    const left = leaseText(owner.leaseLeftMs);
    return [
      line(span(` the lease of ${owner.node} runs for ${left}: it is not time for F`, 'dim')),
    ];
  }
  const text = ` the lease of ${owner.node} is over: choose a node, F gives it everything`;
  return [line(span(text, 'warn'))];
}

function nodeFields(data: Data, node: ClusterNode): readonly Line[] {
  const link = linkOf(data.links, node.node);
  const sign: Sign = signOf(node.state);
  const problem = link?.problem;
  return [
    line(span(` ${'state'.padEnd(20)}`, 'dim'), stateSpan(sign, node.state)),
    ...fieldLines({
      life: node.life,
      'could follow': node.ready ? 'yes' : 'no',
      lease: leaseText(node.leaseLeftMs),
      shards: String(node.shards),
      sessions: count(node.sessions),
      priority: count(node.priority),
      version: node.version,
      'loop delay': ms(node.loopDelayMs),
      addresses: node.addresses.join(' '),
      link: node.link,
      gateway: node.gateway,
      admin: node.admin,
      problem: node.problem,
      'seen from here': link ? seenText(data, node.node).text : 'no way is known',
      'why not': problem && `${problem.code} ${problem.message}`,
      'what to do': problem?.act,
    }),
  ];
}
