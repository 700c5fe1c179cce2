/** What came from the servers, and what it means at a time. Pure: the time is handed in. */
import type {
  Beat,
  ClusterView,
  EventView,
  Frame,
  OrderingView,
  Overview,
} from '../../core/admin/protocol/index.ts';
import { VERBS, type Output, type VerbName } from '../../core/admin/verbs.ts';
import { choose, type Following } from './connection.ts';
import type { Ring } from './history.ts';
import { alive, newLink, nodeOf, type Link, type Problem } from './link.ts';
import { held, measured, silences } from './measures.ts';
import { watchChange, type Watched } from './takeover.ts';

export interface Shown {
  /** As it was asked for, with its query. */
  readonly topic: string;
  readonly view: unknown;
  /** Why there is no view. */
  readonly problem: { readonly code: string; readonly message: string } | undefined;
}

export interface SeenEvent extends EventView {
  readonly node: string;
}

export interface Data extends Following, Watched {
  /** Monotonic, ms: of the last thing that happened here. */
  readonly now: number;
  /** By the words of a verb: the last that was told. */
  readonly views: ReadonlyMap<string, Shown>;
  /** Oldest first. */
  readonly events: readonly SeenEvent[];
  readonly rings: ReadonlyMap<string, Ring>;
  /** Frames that the server spared this viewer, with the last one. */
  readonly skipped: number;
  /** Why what the screen needs is not told at all; undefined: it is. */
  readonly untold: Problem | undefined;
}

export type DataAction =
  | { readonly kind: 'link'; readonly link: string; readonly learned: boolean }
  | { readonly kind: 'unlink'; readonly link: string }
  | { readonly kind: 'trying'; readonly link: string }
  | {
      readonly kind: 'closed';
      readonly link: string;
      readonly problem: Problem;
      /** Undefined: not before somebody asks for it. */
      readonly retryAt: number | undefined;
    }
  | { readonly kind: 'frame'; readonly link: string; readonly frame: Frame }
  | { readonly kind: 'beat'; readonly link: string; readonly beat: Beat }
  | { readonly kind: 'event'; readonly link: string; readonly event: EventView }
  | { readonly kind: 'views'; readonly frame: Frame }
  | {
      readonly kind: 'unwanted';
      readonly topics: readonly string[];
      readonly problem: Problem;
    }
  | { readonly kind: 'tick' };

export const EVENTS_MAX = 1_000;

export function emptyData(now: number, pinned?: string): Data {
  return {
    now,
    links: [],
    preferred: undefined,
    was: undefined,
    changedAt: now,
    pinned,
    ledAt: undefined,
    hidden: 0,
    leader: undefined,
    change: undefined,
    views: new Map(),
    events: [],
    rings: new Map(),
    skipped: 0,
    untold: undefined,
  };
}

export function reduceData(data: Data, action: DataAction, now: number): Data {
  const next = { ...applied(data, action, now), now };
  const followed = { ...next, ...choose(next, now) };
  return { ...followed, ...watchChange(followed, now) };
}

function applied(data: Data, action: DataAction, now: number): Data {
  switch (action.kind) {
    case 'link':
      if (data.links.some(({ name }) => name === action.link)) return data;
      return { ...data, links: [...data.links, newLink(action.link, action.learned)] };
    case 'unlink':
      return { ...data, links: data.links.filter(({ name }) => name !== action.link) };
    case 'trying':
      return changed(data, action.link, () => ({ phase: 'trying', retryAt: undefined }));
    case 'closed':
      return changed(data, action.link, ({ failures }) => ({
        phase: 'waiting',
        failures: failures + 1,
        problem: action.problem,
        retryAt: action.retryAt,
      }));
    case 'frame':
      return withFrame(data, action.link, action.frame, now);
    case 'beat':
      return changed(data, action.link, () => ({ ...heard(now), beat: action.beat }));
    case 'event':
      return withEvent(data, action.link, action.event);
    case 'views':
      return withViews(data, action.frame, now);
    case 'unwanted':
      return withUntold(data, action.topics, action.problem);
    case 'tick':
    default:
      return { ...data, rings: silences(data.rings, data.links, now) };
  }
}

function heard(now: number): Partial<Link> {
  return { phase: 'open', heardAt: now, failures: 0, problem: undefined };
}

function changed(data: Data, name: string, change: (link: Link) => Partial<Link>): Data {
  const links = data.links.map((link) => {
    return link.name === name ? { ...link, ...change(link) } : link;
  });
  return { ...data, links };
}

function withFrame(data: Data, name: string, frame: Frame, now: number): Data {
  const overview = readView('overview', frame.views['overview']);
  const cluster = readView('cluster', frame.views['cluster']);
  const alone = cluster.problem?.code === 'IM_CLUSTER_NONE';
  const told: Partial<Link> = {
    ...heard(now),
    ...(overview.view !== undefined && { overview: overview.view as Overview }),
    // A node that is in no cluster says so; one that cannot look just now leaves the older picture.
    ...((cluster.view || alone) && { cluster: cluster.view as ClusterView | undefined }),
    clusterProblem: alone ? undefined : cluster.problem,
  };
  const next = changed(data, name, () => told);
  const hidden = [overview, cluster].filter(unreadable).length + hiddenOf(next.views);
  if (name !== data.preferred || !told.overview) return { ...next, hidden };
  return { ...next, hidden, rings: measured(next.rings, told.overview, now) };
}

function withEvent(data: Data, name: string, event: EventView): Data {
  const link = data.links.find((one) => one.name === name);
  const seen = { ...event, node: link ? nodeOf(link) : name };
  const { events } = data;
  const known = events.some(({ id, node }) => id === seen.id && node === seen.node);
  if (known) return data;
  // Walls of several machines: only the sequence on the screen comes from them.
  const after = events.findLastIndex(({ at }) => at <= seen.at) + 1;
  return { ...data, events: events.toSpliced(after, 0, seen).slice(-EVENTS_MAX) };
}

function withViews(data: Data, frame: Frame, now: number): Data {
  const views = new Map(data.views);
  for (const [topic, answer] of Object.entries(frame.views)) {
    const words = wordsOf(topic);
    if (Object.hasOwn(VERBS, words)) {
      views.set(words, { topic, ...readView(words as VerbName, answer) });
    }
  }
  const told = Object.hasOwn(frame.views, 'ordering') ? views.get('ordering')?.view : undefined;
  const rings = told ? held(data.rings, told as OrderingView, now) : data.rings;
  const rest = { skipped: frame.skipped, hidden: hiddenOf(views), untold: undefined };
  return { ...data, views, rings, ...rest };
}

/** What was told before stays: it is better than nothing, and the header says so. */
function withUntold(data: Data, topics: readonly string[], problem: Problem): Data {
  const views = new Map(data.views);
  for (const topic of topics) {
    const words = wordsOf(topic);
    if (views.get(words)?.view === undefined) views.set(words, { topic, view: undefined, problem });
  }
  return { ...data, views, untold: problem };
}

export function wordsOf(topic: string): string {
  return topic.split('?')[0] ?? '';
}

type Answer = Frame['views'][string] | undefined;

/** Checked by the verb's schema: a server of another version must not break a screen. */
function readView(name: VerbName, answer: Answer): Pick<Shown, 'view' | 'problem'> {
  if (!answer) return { view: undefined, problem: undefined };
  if ('code' in answer) return { view: undefined, problem: answer };
  const read = VERBS[name].output.safeParse(answer.view);
  if (read.success) return { view: read.data, problem: undefined };
  const message = 'the server is of another version: this program cannot read its answer';
  return { view: undefined, problem: { code: 'IM_ADMIN_VERSION', message } };
}

function unreadable({ problem }: Pick<Shown, 'problem'>): boolean {
  return problem?.code === 'IM_ADMIN_VERSION';
}

function hiddenOf(views: ReadonlyMap<string, Shown>): number {
  return [...views.values()].filter(unreadable).length;
}

/** The last view of a verb, whatever it was asked with. */
export function viewOf<N extends VerbName>(data: Data, name: N): Output<N> | undefined {
  return data.views.get(name)?.view as Output<N> | undefined;
}

/** The member that is followed. */
export function followed(data: Data): Link | undefined {
  return data.links.find(({ name }) => name === data.preferred) ?? data.links[0];
}

/** Why the picture of the cluster is an older one, or none: nobody that answers can look now. */
export function blindness({ links, now }: Data): Shown['problem'] {
  const answering = links.filter((link) => alive(link, now));
  return answering.every(({ clusterProblem }) => clusterProblem)
    ? answering[0]?.clusterProblem
    : undefined;
}

/** The newest picture of the cluster; if nobody answers, the last one that there was. */
export function clusterOf(data: Data): ClusterView | undefined {
  const told = data.links.filter(({ cluster }) => cluster);
  const answering = told.filter((link) => alive(link, data.now));
  const from = answering.length > 0 ? answering : told;
  const own = followed(data);
  const newest = from.toSorted((a, b) => {
    const later = (b.cluster?.epoch ?? 0) - (a.cluster?.epoch ?? 0);
    return later !== 0 ? later : Number(b === own) - Number(a === own);
  });
  return newest[0]?.cluster;
}
