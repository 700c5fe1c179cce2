/** The first two rows: how sure one may be of the rest, and which screen this is. */
import {
  connectionOf,
  linkOf,
  type Connection,
  type ConnectionState,
} from '../model/connection.ts';
import { clusterOf, followed, type Data } from '../model/data.ts';
import { ageMs, alive, denied, nodeOf, refuses } from '../model/link.ts';
import { SCREENS } from '../model/screens.ts';
import { pictured, type State } from '../model/ui.ts';
import { wantsOf } from '../model/wants.ts';
import { readOnly } from '../model/acts.ts';
import { age, clock } from '../draw/format.ts';
import {
  fitLine,
  line,
  lineWidth,
  recast,
  span,
  spread,
  type Line,
  type Role,
  type Span,
} from '../draw/line.ts';
import { signOf } from '../draw/signs.ts';

const SIGN: Readonly<Record<ConnectionState, readonly [string, Role]>> = {
  CONNECTING: ['◌', 'warn'],
  LIVE: ['●', 'good'],
  STALE: ['▲', 'warn'],
  LOST: ['✖', 'bad'],
  RESUMING: ['●', 'good'],
  'NO LEADER': ['✖', 'bad'],
  'ALL DOWN': ['✖', 'bad'],
  SPLIT: ['✖', 'bad'],
  DENIED: ['✖', 'bad'],
  REFUSED: ['✖', 'bad'],
  SKEW: ['▲', 'warn'],
};

/** In these the picture is of the past. */
const PAST: ReadonlySet<ConnectionState> = new Set(['LOST', 'ALL DOWN', 'DENIED', 'REFUSED']);

export function header(state: State, columns: number, version: string): Line {
  const { data } = state;
  const connection = connectionOf(data, data.now);
  const [sign, role] = SIGN[connection.state];
  const name = clusterOf(data)?.name ?? followed(data)?.overview?.node ?? 'im';
  const told = span(`${sign} ${stateText(data, connection, version)}`, role);
  const left = line(' ', span(name, 'strong'), ' ', ...badges(state), told, leaderText(data));
  const right = line(...nodeCounts(data), `  ${timeText(data)} `);
  if (connection.alarm) return recast(fitLine(line(' ', alarmText(data)), columns), 'alarm');
  // What is to the right gives way: how sure one may be is what this row is for.
  const rights = [right, line(`  ${timeText(data)} `), line(' ')];
  const fits = rights.find((one) => lineWidth(left) + lineWidth(one) <= columns);
  const whole = spread(left, fits ?? [], columns);
  return role === 'bad' ? recast(whole, 'bad') : whole;
}

function badges({ data, ui }: State): readonly Span[] {
  const out: Span[] = [];
  if (readOnly({ data, ui })) out.push(span('RO ', 'info'));
  if (ui.frozen) out.push(span('FROZEN ', 'warn'));
  if (data.untold && wantsOf(ui).topics.length > 0) out.push(span(`${data.untold.code} `, 'bad'));
  if (data.skipped > 0) out.push(span(`skipped ${data.skipped} `, 'warn'));
  return out;
}

function stateText(data: Data, connection: Connection, version: string): string {
  const { state, via = '?', was } = connection;
  const seconds = agoText(connection.ageMs);
  const picture = `FROZEN at ${clock(lastWall(data))}`;
  switch (state) {
    case 'CONNECTING':
      return `connecting to ${via}`;
    case 'LIVE':
      return `live via ${via}`;
    case 'RESUMING':
      return `live via ${via} (was ${was})`;
    case 'STALE':
      return `stale ${seconds} via ${via}`;
    case 'SKEW':
      return `SKEW im top ${version} ↔ server ${followed(data)?.overview?.version}: ${data.hidden} views hidden`;
    case 'LOST':
      return `LOST ${lostText(data, via, seconds, picture)}`;
    case 'ALL DOWN':
      return `ALL DOWN ${seconds} ${retryText(data)} | ${picture}`;
    case 'NO LEADER':
      return `NO LEADER ${seconds} (told by ${via})`;
    case 'SPLIT':
      return 'SPLIT two nodes say that they serve: the one of the lower epoch is fenced';
    case 'REFUSED':
      return refusedText(data);
    case 'DENIED':
    default:
      return `DENIED by ${via}: ${problemText(data)} give another token`;
  }
}

const EXACT_MS = 60_000;

function agoText(ms: number): string {
  return ms < EXACT_MS ? `${(ms / 1_000).toFixed(1)} s` : age(ms);
}

function lostText(data: Data, via: string, seconds: string, picture: string): string {
  const owner = clusterOf(data)?.active;
  const gone = owner === undefined ? undefined : linkOf(data.links, owner);
  const others = data.links.filter((link) => alive(link, data.now)).length;
  if (gone && others > 0 && !alive(gone, data.now)) {
    const who = others === 1 ? '1 other answers' : `${others} others answer`;
    return `${owner} ${agoText(ageMs(gone, data.now))}, ${who}`;
  }
  return `${via} ${seconds} | ${picture}`;
}

function retryText({ links, now }: Pick<Data, 'links' | 'now'>): string {
  const next = Math.min(...links.map(({ retryAt = now }) => retryAt)) - now;
  if (links.every(({ phase, retryAt }) => phase === 'waiting' && retryAt === undefined))
    return 'not tried again before Ctrl-R';
  return next > 0 ? `next try ${(next / 1_000).toFixed(1)} s` : 'trying';
}

function problemText({ links }: Data): string {
  return links.find(denied)?.problem?.code ?? '';
}

function refusedText({ links, now }: Data): string {
  const link = links.find(refuses);
  if (!link?.problem) return 'REFUSED';
  const { code, message } = link.problem;
  return `REFUSED by ${nodeOf(link)}: ${code}, ${retryText({ links: [link], now })}: ${message}`;
}

function alarmText(data: Data): string {
  const epoch = followed(data)?.overview?.epoch ?? 0;
  return `✖ TWO NODES SERVE AT EPOCH ${epoch}: stop one of them NOW`;
}

function leaderText(data: Data): Line {
  const view = clusterOf(data);
  if (!view) return [];
  const who = view.active === undefined ? 'nobody serves' : view.active;
  return line(span(`  ★ ${who} e${view.epoch}`, view.active === undefined ? 'bad' : 'plain'));
}

function nodeCounts(data: Data): readonly (Span | string)[] {
  const nodes = clusterOf(data)?.nodes ?? [];
  if (nodes.length === 0) return [];
  const signs = nodes.map(({ state, ready }) =>
    state === 'standby' && !ready ? 'slow' : signOf(state),
  );
  const of = (...some: readonly string[]): number =>
    signs.filter((sign) => some.includes(sign)).length;
  return [
    span(` ●${of('ok', 'leader')}`, 'good'),
    span(` ▲${of('slow')}`, of('slow') > 0 ? 'warn' : 'dim'),
    span(` ✖${of('down')}`, of('down') > 0 ? 'bad' : 'dim'),
  ];
}

/** Of the server, and it goes on between frames. */
function timeText(data: Data): string {
  const overview = followed(data)?.overview;
  if (!overview) return '';
  return `up ${age(overview.now - overview.startedAt)}  ${clock(lastWall(data))}Z`;
}

function lastWall(data: Data): number | undefined {
  return followed(data)?.overview?.now;
}

/** Whether what is below is only a memory. */
export function isPast({ data }: State): boolean {
  const nobody = !data.links.some((link) => alive(link, data.now));
  return nobody && PAST.has(connectionOf(data, data.now).state);
}

const LONG_COLUMNS = 110;

/** Where there is no room for all names, only the screen that is shown has its own. */
export function tabs(state: State, columns: number): Line {
  const { ui } = state;
  const names = (some: 'all' | 'chosen'): Line =>
    SCREENS.map(({ screen, short }, i) => {
      const chosen = screen === ui.screen;
      const word = columns >= LONG_COLUMNS ? screen : short;
      const name = ` ${i + 1} ${some === 'all' || chosen ? `${word} ` : ''}`;
      return span(name, chosen ? 'chosen' : 'plain');
    });
  const frozen = ui.frozen ? ` frozen at ${clock(lastWall(pictured(state)))} ` : '';
  const all = names('all');
  const fits = lineWidth(all) + frozen.length <= columns;
  return spread(fits ? all : names('chosen'), line(span(frozen, 'warn')), columns);
}
