/** Views that have a form of their own, so that a person reads them at a glance. */
import { returningText } from '../../core/admin/returning.ts';
import type {
  ClusterView,
  MetricView,
  OrderingView,
  Overview,
} from '../../core/admin/protocol/index.ts';
import type { Output, VerbName } from '../../core/admin/verbs.ts';
import { doneText } from '../../core/admin/done-text.ts';
import { eventLine } from './event-line.ts';
import { section, tableOf, type Row, type Seen } from './sections.ts';
import { durationText, lineOf, sizeText, timeText, valueText } from './values.ts';

type Form<N extends VerbName> = (view: Output<N>, io: Seen) => readonly string[];
export type Forms = { readonly [N in VerbName]?: Form<N> };

const NOTHING = '-';

/** Rows of a name and what is said of it. */
function fields(told: Readonly<Record<string, string | undefined>>): readonly string[] {
  const there = Object.entries(told).filter(([, text]) => text !== undefined);
  const width = Math.max(0, ...there.map(([name]) => name.length));
  return there.map(([name, text = '']) => `${name.padEnd(width)}  ${lineOf(text)}`);
}

/** A heading and its rows; nothing where there are none. */
function block(heading: string, rows: readonly Row[], io: Seen): readonly string[] {
  return rows.length === 0 ? [] : ['', io.bold(heading), ...tableOf(rows, io)];
}

function overview(view: Overview, io: Seen): readonly string[] {
  const { standing, cluster, epoch, active, node, health, version, addresses, rates } = view;
  const where = cluster === undefined ? '' : ` in ${cluster}, epoch ${epoch ?? NOTHING}`;
  const other = active === undefined || active === node ? '' : `; ${active} is active`;
  const up = durationText(Math.max(0, view.now - view.startedAt));
  const how = [`${standing}${where}${other}`, health, `up ${up}`, `version ${version}`];
  const head = [io.bold(lineOf(node)), ...how.map(lineOf)];
  const flow = (['accepted', 'delivered', 'refused', 'repeated'] as const).map((what) => {
    return { what, 'now/s': rates[what], 'since the start': view.totals[what] };
  });
  const { count, ...commit } = view.commitMs;
  const parts = Object.entries(view.parts).filter(([state, of]) => of > 0 || state === 'running');
  const isNode = standing !== 'sequencer' && standing !== 'gateway';
  const served = {
    sessions: String(view.sessions),
    waiting: `${view.queue} commands in lanes`,
    commits: count === 0 ? 'none yet' : valueText('commitMs', commit),
  };
  return [
    head.join('  '),
    ...(addresses.length > 0 ? [lineOf(addresses.join(' '))] : []),
    '',
    ...(isNode ? [...tableOf(flow, io), ''] : []),
    ...fields({
      ...(isNode && served),
      loop: `${durationText(view.loopDelayMs)} late at most, in the last minute`,
      memory: sizeText(view.residentBytes),
      parts: parts.map(([state, of]) => `${of} ${state}`).join(', '),
    }),
    ...view.troubles.flatMap(troubleLines),
  ];
}

interface Troubled {
  readonly part: string;
  readonly state: string;
  readonly why?: string | undefined;
  readonly code?: string | undefined;
  readonly act?: string | undefined;
}

function troubleLines({ part, state, why = '', code = '', act }: Troubled): readonly string[] {
  const what = [code, why].filter((one) => one !== '').join(' ');
  return [
    '',
    lineOf(`${part} is ${state}: ${what}`),
    ...(act === undefined ? [] : [`  ${lineOf(act)}`]),
  ];
}

function cluster(view: ClusterView, io: Seen): readonly string[] {
  const { name, epoch, active, last, policy, shards, now, planned } = view;
  const nobody = last === undefined ? 'NOBODY' : `NOBODY; ${last} was the last`;
  const nodes = view.nodes.map((node) => ({
    node: node.node,
    state: node.state === 'standby' && !node.ready ? 'standby, not ready' : node.state,
    lease: node.leaseLeftMs > 0 ? durationText(node.leaseLeftMs) : 'over',
    shards: node.shards,
    sessions: node.sessions,
    loop: node.loopDelayMs === undefined ? undefined : durationText(node.loopDelayMs),
    up: node.startedAt === undefined ? undefined : durationText(Math.max(0, now - node.startedAt)),
    version: node.version,
    problem: node.problem,
    addresses: node.addresses,
  }));
  const takeovers = view.takeovers.map((one) => ({
    epoch: one.epoch,
    when: timeText(one.at),
    to: one.node,
    from: one.from,
    kind: one.kind,
    'open after': one.openMs === undefined ? undefined : durationText(one.openMs),
  }));
  const rest = `epoch ${epoch}  active ${active ?? nobody}  policy ${policy}  shards ${shards}`;
  return [
    `cluster ${io.bold(lineOf(name))}  ${lineOf(rest)}`,
    '',
    ...tableOf(nodes, io),
    ...(view.returning ? [lineOf(returningText(view.returning))] : []),
    ...(planned
      ? ['', lineOf(`planned change: to ${planned.to}, asked by ${planned.by}, ${planned.phase}`)]
      : []),
    ...block('changes of the owner', takeovers, io),
    ...view.problems.flatMap(({ by, code, message, act }) => {
      const seen = by === undefined ? '' : ` seen by ${by}`;
      return ['', lineOf(`PROBLEM${seen}: ${code} ${message}`), `  ${lineOf(act)}`];
    }),
  ];
}

function ordering({ kinds }: OrderingView, io: Seen): readonly string[] {
  return kinds.flatMap(({ kind, name, type, holdMs, maxHoldMs, metrics }, at) => {
    const hold =
      holdMs === 0
        ? `readers hold only at a gap, at most ${durationText(maxHoldMs)}`
        : `readers hold for ${durationText(holdMs)}, at most ${durationText(maxHoldMs)}`;
    const heading = `${io.bold(kind)}  ${lineOf(name)} (${lineOf(type)})  ${hold}`;
    return [...(at === 0 ? [] : ['']), heading, ...tableOf(metrics.map(metricRow), io)];
  });
}

/** The labels before the help: a terminal that is too narrow shows no help. */
function metricRow(metric: MetricView): Row {
  const { name, value, p50, p90, p99, max, labels, help } = metric;
  return { name, value, p50, p90, p99, max, labels, help };
}

/** What would change, from what to what. */
export function changeLines(changes: Output<'reload'>['changes'], io: Seen): readonly string[] {
  if (changes.length === 0) return [];
  const rows = changes.map(({ path, before, after, how, taking, where }) => {
    return { path, before, after, how, taking, where };
  });
  return tableOf(rows, io);
}

const acted = <N extends VerbName>(verb: N): Form<N> => {
  return (view) => [lineOf(doneText(verb, view) ?? '')];
};

export const FORMS: Forms = {
  overview,
  cluster,
  ordering,
  store: ({ metrics, lanes, ...view }, io) => [
    ...section(view, io),
    ...block('lanes', lanes, io),
    ...block('metrics', metrics.map(metricRow), io),
  ],
  plugins: ({ rows, total }, io) => {
    const shown = rows.map(({ name, role, type, state, stability, startMs, summary }) => {
      return { name, role, type, state, stability, startMs, summary };
    });
    const troubled = rows.filter(({ why }) => why !== undefined);
    const lines = section({ total, rows: shown }, io);
    return [...lines, ...troubled.flatMap((row) => troubleLines({ ...row, part: row.name }))];
  },
  'dead-letters': ({ rows, total, more }, io) => {
    // Without the ids: place and consumer are what an act takes.
    const shown = rows.map(({ consumer, conversation, position, attempts, at, why }) => {
      return { consumer, conversation, position, attempts, at, why };
    });
    const lines = rows.length === 0 ? section({ total, rows }, io) : tableOf(shown, io);
    const cut = rows.length < total ? [`${rows.length} of ${total}`] : [];
    return [...lines, ...cut, ...(more ? ['more follow when these are dealt with'] : [])];
  },
  'dead-letter retry': acted('dead-letter retry'),
  'dead-letter discard': acted('dead-letter discard'),
  'plugin show': ({ settings, metrics, ...view }, io) => [
    ...section(view, io),
    ...block('settings', settings.map(settingRow), io),
    ...block('metrics', metrics.map(metricRow), io),
  ],
  config: ({ file, hash, settings }, io) => [
    lineOf(`${file}  hash ${hash}`),
    '',
    ...tableOf(settings.map(settingRow), io),
  ],
  'conversation show': ({ people, ...view }, io) => {
    const { head } = view;
    const rows = people.map((one) => ({ ...one, behind: Math.max(0, head - one.received) }));
    const cut = rows.length < view.members ? [`${rows.length} of ${view.members} members`] : [];
    return [...section(view, io), ...block('members', rows, io), ...cut];
  },
  events: ({ lost, missing, events }) => [
    ...(lost ? [`(${missing === undefined ? '' : `${missing} `}earlier ones are not here)`] : []),
    ...events.map((event) => eventLine(event)),
  ],
  acts: ({ acts }) =>
    acts.length === 0
      ? ['none']
      : acts.map(({ at, who, verb, input, outcome, error }) => {
          const given = Object.keys(input).length === 0 ? '' : ` ${JSON.stringify(input)}`;
          const why = error === undefined ? '' : `: ${error}`;
          return `${timeText(at)} ${lineOf(`${who}  ${verb}${given}  ${outcome}${why}`)}`;
        }),
  'session disconnect': acted('session disconnect'),
  'cluster switchover': acted('cluster switchover'),
  'cluster takeover': acted('cluster takeover'),
  'log level': acted('log level'),
  reload: (view, io) => {
    const { applied, changes, parts, hash } = view;
    return [
      doneText('reload', view) ?? '',
      ...changeLines(changes, io),
      ...(applied ? block('parts', parts, io) : []),
      `hash ${hash}`,
    ];
  },
};

function settingRow({ path, value, where = 'default' }: Output<'config'>['settings'][number]): Row {
  return { path, value, from: where };
}
