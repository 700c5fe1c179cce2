/** The first screen: one node at a glance, and the cluster around it. */
import type { MetricView, Overview } from '../../core/admin/protocol/index.ts';
import { clusterOf, followed, viewOf, type Data } from '../model/data.ts';
import { peakOf, ringAt } from '../model/history.ts';
import { PANELS } from '../model/screens.ts';
import { pictured, type State } from '../model/ui.ts';
import { WIDE_COLUMNS } from '../model/wants.ts';
import { bytes, count, ms, quantiles, short, UNKNOWN } from '../draw/format.ts';
import { folded, line, span, type Line } from '../draw/line.ts';
import { beside, panel, type Box } from '../draw/panel.ts';
import { signOf, stateSpan } from '../draw/signs.ts';
import { bar, spark } from '../draw/spark.ts';
import { table } from '../draw/table.ts';
import { clusterNote, clusterTitle, nodeRows, nodeTable } from './cluster.ts';
import { conversationColumns } from './conversations.ts';
import { eventLines } from './events.ts';
import { metricLines } from './metrics.ts';
import { pluginColumns } from './plugins.ts';
import { sessionColumns } from './sessions.ts';
import { storeLines } from './store.ts';
import { orderingLines } from './ordering.ts';

export function overviewScreen(state: State, columns: number, rows: number): readonly Line[] {
  if (carriesNothing(followed(pictured(state))?.overview)) return aside(state, columns, rows);
  return columns >= WIDE_COLUMNS && rows >= 30
    ? wide(state, columns, rows)
    : narrow(state, columns, rows);
}

/** No message comes in there, or goes out: a rate of them would be 0 for ever. */
function carriesNothing(now: Overview | undefined): boolean {
  return now?.standing === 'sequencer' || now?.standing === 'gateway';
}

/** What is no node. */
function aside(state: State, columns: number, rows: number): readonly Line[] {
  const nodes = nodeRows(pictured(state));
  const top = Math.max(3, Math.min(nodes + 3, rows - 9));
  return [
    ...clusterPanel(state, { columns, rows: top }),
    ...healthPanel(state, { columns, rows: 5 }),
    ...eventsPanel(state, { columns, rows: rows - top - 5 }),
  ];
}

type Place = Pick<Box, 'columns' | 'rows'>;

/** With fewer there is room for what comes first only. */
const ALL_ROWS = 18;
const TRAFFIC_ROWS = 6;

function narrow(state: State, columns: number, rows: number): readonly Line[] {
  if (rows < ALL_ROWS) {
    return [
      ...clusterPanel(state, { columns, rows: rows - TRAFFIC_ROWS }),
      ...trafficPanel(state, { columns, rows: TRAFFIC_ROWS }),
    ];
  }
  const nodes = nodeRows(pictured(state));
  const top = Math.max(4, Math.min(nodes + 3, rows - 14));
  return [
    ...clusterPanel(state, { columns, rows: top }),
    ...trafficPanel(state, { columns, rows: TRAFFIC_ROWS }),
    ...healthPanel(state, { columns, rows: 5 }),
    ...eventsPanel(state, { columns, rows: rows - top - 11 }),
  ];
}

function wide(state: State, columns: number, rows: number): readonly Line[] {
  const left = Math.floor(columns / 2);
  const right = columns - left;
  const lower = Math.max(6, Math.floor((rows - 19) / 2));
  const events = rows - 6 - 7 - lower - 6;
  const row = (
    a: (state: State, place: Place) => readonly Line[],
    b: (state: State, place: Place) => readonly Line[],
    height: number,
  ): readonly Line[] =>
    beside(a(state, { columns: left, rows: height }), b(state, { columns: right, rows: height }));
  return [
    ...row(trafficPanel, clusterPanel, 6),
    ...row(healthPanel, pluginsPanel, 7),
    ...row(sessionsPanel, conversationsPanel, Math.min(lower, 10)),
    ...row(storePanel, orderingPanel, 6),
    ...eventsPanel(state, { columns, rows: events + lower - Math.min(lower, 10) }),
  ];
}

/** The panel that enter opens has a mark in its title. */
function titled(state: State, name: (typeof PANELS)[number], title: string): string {
  return PANELS[state.ui.panel] === name ? `▸ ${title}` : title;
}

function clusterPanel(state: State, place: Place): readonly Line[] {
  const data = pictured(state);
  const title = titled(state, 'cluster', clusterTitle(data));
  const nodes = clusterOf(data)?.nodes.length ?? 0;
  // The frame, and the heads of the columns.
  const room = place.rows - 3;
  const some = nodes > room ? `${room} of ${nodes}, 7 shows all  ` : '';
  const box = { ...place, title, note: `${some}${clusterNote(data)}` };
  return panel(box, nodeTable(data, place.columns - 2));
}

function trafficPanel(state: State, place: Place): readonly Line[] {
  const data = pictured(state);
  const now = followed(data)?.overview;
  const title = `Traffic ${now?.node ?? ''}`;
  return panel({ ...place, title, note: 'last 60 s' }, [
    rateLine(data, 'accepted', 'in ', place.columns - 2),
    rateLine(data, 'delivered', 'out', place.columns - 2),
    commitLine(now),
    line(
      ' refused ',
      badIfAny(now?.rates.refused, '/s'),
      `  repeated ${short(now?.rates.repeated)}/s  waiting ${count(now?.queue)}`,
      `  sessions ${count(now?.sessions)}`,
    ),
  ]);
}

function rateLine(data: Data, key: 'accepted' | 'delivered', label: string, columns: number): Line {
  const ring = data.rings.get(key);
  const rate = short(followed(data)?.overview?.rates[key]).padStart(6);
  const peak = `pk ${short(peakOf(ring))}`;
  const room = Math.max(0, Math.min(60, columns - 20 - peak.length));
  const picture = span(spark(ringAt(ring, data.now), room), 'info');
  return line(` ${label} ${rate} msg/s `, picture, ` ${peak}`);
}

function commitLine(now: Overview | undefined): Line {
  return line(` commit ${quantiles(now?.commitMs, ms)}`);
}

function badIfAny(value: number | undefined, unit: string): Line {
  const text = `${short(value)}${unit}`;
  return [span(text, (value ?? 0) > 0 ? 'warn' : 'plain')];
}

/** Of the loop's delay, and of memory: from here on a bar is full. */
const LOOP_FULL_MS = 100;
const MEMORY_FULL_BYTES = 2 ** 31;
const QUEUE_FULL = 1_000;
const TROUBLE_INDENT = 3;

function healthPanel(state: State, place: Place): readonly Line[] {
  const now = followed(pictured(state))?.overview;
  const title = `Health ${now?.node ?? ''}`;
  const bars = Math.min(24, Math.floor(place.columns / 6));
  const state1 = now?.health ?? 'unknown';
  const box = { ...place, title, note: now ? partsNote(now) : '' };
  const trouble = now?.troubles.flatMap(({ part, why, act }) => {
    const whole = line(' ', stateSpan('slow', part), `  ${why}. ${act ?? ''}`);
    return folded(whole, place.columns - 2, TROUBLE_INDENT);
  });
  const lines = [
    line(' ', stateSpan(signOf(state1), state1), `  ${uptimeText(now)}`),
    gauge(
      'loop  ',
      now?.loopDelayMs,
      LOOP_FULL_MS,
      bars,
      `${ms(now?.loopDelayMs)} late in the last minute`,
    ),
    gauge('memory', now?.residentBytes, MEMORY_FULL_BYTES, bars, bytes(now?.residentBytes)),
    ...(carriesNothing(now)
      ? []
      : [gauge('queue ', now?.queue, QUEUE_FULL, bars, count(now?.queue))]),
  ];
  // Trouble goes first: what is well can wait.
  return panel(box, trouble && trouble.length > 0 ? [...trouble, ...lines] : lines);
}

function partsNote({ parts }: Overview): string {
  const { running, degraded, failed } = parts;
  return `${running} running  ${degraded} degraded  ${failed} failed`;
}

function uptimeText(now: Overview | undefined): string {
  return now ? `${now.standing}  version ${now.version}  ${now.addresses.join(' ')}` : UNKNOWN;
}

function gauge(
  label: string,
  value: number | undefined,
  full: number,
  columns: number,
  text: string,
): Line {
  const share = value === undefined ? 0 : value / full;
  const role = share > 0.85 ? 'bad' : share > 0.6 ? 'warn' : 'good';
  return line(` ${label} `, span(bar(share, columns), role), ` ${text}`);
}

function eventsPanel(state: State, place: Place): readonly Line[] {
  if (place.rows < 3) return [];
  const data = pictured(state);
  const shown = place.rows - 2;
  const total = data.events.length;
  const note = `${Math.min(shown, total)} of ${total}  8 opens all`;
  const title = titled(state, 'events', 'Events');
  const newest = data.events.slice(-shown).toReversed();
  return panel({ ...place, title, note }, eventLines(newest, data, place.columns - 2));
}

function pluginsPanel(state: State, place: Place): readonly Line[] {
  const list = viewOf(pictured(state), 'plugins');
  const box = { ...place, title: titled(state, 'plugins', 'Plugins'), note: '4 opens all' };
  return panel(box, table(pluginColumns, list?.rows ?? [], { columns: place.columns - 2 }));
}

function sessionsPanel(state: State, place: Place): readonly Line[] {
  const list = viewOf(pictured(state), 'sessions');
  const title = titled(state, 'sessions', 'Sessions by what waits');
  const box = { ...place, title, note: `${count(list?.total)}  2 opens all` };
  return panel(box, table(sessionColumns, list?.rows ?? [], { columns: place.columns - 2 }));
}

function conversationsPanel(state: State, place: Place): readonly Line[] {
  const data = pictured(state);
  const list = viewOf(data, 'conversations');
  const box = {
    ...place,
    title: 'Latest conversations',
    note: `${count(list?.total)}  3 opens all`,
  };
  const now = followed(data)?.overview?.now;
  const rows = table(conversationColumns(now), list?.rows ?? [], { columns: place.columns - 2 });
  return panel(box, rows);
}

function storePanel(state: State, place: Place): readonly Line[] {
  const store = viewOf(pictured(state), 'store');
  return panel({ ...place, title: 'Store', note: store?.type ?? '' }, storeLines(store));
}

/** One of an ordering: what it measures, if it measures anything. */
function whatMatters(metrics: readonly MetricView[]): readonly MetricView[] {
  const measured = metrics.find(({ kind }) => kind === 'histogram');
  return measured ? [measured] : metrics.slice(0, 1);
}

function orderingPanel(state: State, place: Place): readonly Line[] {
  const view = viewOf(pictured(state), 'ordering');
  const lines = (view?.kinds ?? []).flatMap((kind) => [
    ...orderingLines(kind),
    ...metricLines(whatMatters(kind.metrics), place.columns - 2),
  ]);
  return panel({ ...place, title: 'Ordering' }, lines);
}
