/**
 * `im top`: the cluster in a terminal. Where there is no terminal, one picture as plain text. Ink
 * is loaded only for a terminal: it takes a third of a second.
 */
import type { Target } from '../core/admin/client/admin-client.ts';
import type { Screen } from '../core/admin/verbs.ts';
import { Members } from './link/members.ts';
import { Store } from './link/store.ts';
import type { Surroundings } from './link/surroundings.ts';
import { emptyData } from './model/data.ts';
import { denied, down, refuses, type Link, type Problem } from './model/link.ts';
import { newUi } from './model/ui.ts';
import { textOf } from './draw/line.ts';
import { picture, type Look } from './screens/picture.ts';
import { wantsOf } from './model/wants.ts';

export interface TopOptions {
  /** At least one; the first is tried first. */
  readonly targets: readonly Target[];
  readonly look: Look;
  readonly screen?: Screen;
  /** The name of a node: it is followed, whoever serves. */
  readonly node?: string;
  readonly readOnly: boolean;
  readonly colours: boolean;
  /** One picture as plain text, and no more. */
  readonly once: boolean;
  /** Cells of the plain picture. */
  readonly columns: number;
  readonly rows: number;
}

export type Ended =
  | { readonly kind: 'done' }
  | { readonly kind: 'printed'; readonly text: string }
  | { readonly kind: 'unreachable' | 'denied' | 'refused'; readonly problem: Problem };

/** How long the plain picture waits for views that do not come, ms. */
const WHOLE_MS = 3_000;
const LOOK_MS = 20;

export async function top(options: TopOptions, around: Surroundings): Promise<Ended> {
  const { columns, rows, screen, readOnly } = options;
  const ui = newUi({ columns, rows, readOnly, ...(screen !== undefined && { screen }) });
  const data = emptyData(around.now(), options.node);
  const store = new Store({ data, ui }, around);
  const members = new Members(options.targets, {
    ...around,
    state: () => store.state,
    dispatch: (action) => store.dispatch(action),
  });
  try {
    const problem = await firstAnswer(store, around);
    if (problem) return problem;
    if (options.once) return { kind: 'printed', text: await once(store, members, options, around) };
    const { runInk } = await import('./run-ink.ts');
    await runInk(store, members, options);
    return { kind: 'done' };
  } finally {
    store.stop();
    members.stop();
  }
}

/** Resolves when anybody has answered, or when nobody does. */
async function firstAnswer(store: Store, around: Surroundings): Promise<Ended | undefined> {
  for (;;) {
    const { links } = store.state.data;
    if (links.some(({ overview }) => overview)) return undefined;
    const lost = links.every((link) => down(link, around.now()) || denied(link));
    // What a node says tells more than that another one says nothing.
    const tells = links.find(denied) ?? links.find(refuses) ?? links.find(({ problem }) => problem);
    if (lost && tells?.problem) return { kind: kindOf(tells), problem: tells.problem };
    await pause(around, LOOK_MS);
    store.dispatch({ kind: 'tick' });
  }
}

function kindOf(link: Link): 'denied' | 'refused' | 'unreachable' {
  if (denied(link)) return 'denied';
  return refuses(link) ? 'refused' : 'unreachable';
}

async function once(
  store: Store,
  members: Members,
  { look }: TopOptions,
  around: Surroundings,
): Promise<string> {
  const untilMs = around.now() + WHOLE_MS;
  members.look();
  while (!isWhole(store) && around.now() < untilMs) {
    await pause(around, LOOK_MS);
    store.dispatch({ kind: 'tick' });
    members.look();
  }
  const lines = picture(store.state, look).map((one) => textOf(one).trimEnd());
  // The last row is about keys, of which there are none.
  return lines.slice(0, -1).join('\n').trimEnd();
}

/** Every node that is known has answered or does not; one that runs has told of its start. */
function isWhole({ state: { data, ui } }: Store): boolean {
  if (data.links.some(({ overview, failures }) => !overview && failures === 0)) return false;
  const events = ui.screen === 'overview' || ui.screen === 'events';
  if (events && data.events.length === 0) return false;
  // Whoever the cluster tells of has been tried, too.
  if (data.links.some(({ heardAt, failures }) => heardAt === undefined && failures === 0))
    return false;
  return wantsOf(ui).topics.every((topic) => {
    return [...data.views.values()].some((shown) => shown.topic === topic);
  });
}

function pause(around: Surroundings, delayMs: number): Promise<void> {
  return new Promise((resolve) => void around.after(delayMs, resolve));
}
