/** From a key or a command to a question, and from the answer to what is asked of the server. */
import type { ClusterNode, ClusterView, Reloaded } from '../../core/admin/protocol/index.ts';
import { doneText, takenAnew } from '../../core/admin/done-text.ts';
import { VERBS, type Output, type Verb, type VerbName } from '../../core/admin/verbs.ts';
import { connectionOf, type ConnectionState } from './connection.ts';
import { clusterOf, followed, type Data } from './data.ts';
import { newDialog, type Asked, type Choice, type Given } from './dialog.ts';
import { alive } from './link.ts';
import { marks } from './marks.ts';
import { chosenRow, keyOf } from './rows.ts';
import { withTrace } from './tracing.ts';
import { letterOf } from './wants.ts';
import { pictured, withToast, type State } from './ui.ts';

export type Effect =
  | { readonly kind: 'ask'; readonly verb: VerbName; readonly input: Given }
  /** One after the other. */
  | { readonly kind: 'each'; readonly verb: VerbName; readonly inputs: readonly Given[] }
  | { readonly kind: 'copy'; readonly text: string }
  | { readonly kind: 'quit' | 'suspend' | 'repaint' | 'reconnect' | 'save' };

export interface Stepped {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export function only(state: State, ...effects: readonly Effect[]): Stepped {
  return { state, effects };
}

/** Whether this terminal may do anything but look. */
export function readOnly({ data, ui }: State): boolean {
  return ui.readOnly || followed(data)?.beat?.permission === 'read';
}

/** The verb that a key has on the screen, if it may be used. */
export function verbOfKey(state: State, key: string): VerbName | undefined {
  return keyVerbs(state).find((name) => VERBS[name].key === key);
}

/** What has a key on the screen, as the table has it. */
export function keyVerbs(state: State): readonly VerbName[] {
  const table: Readonly<Record<string, Verb>> = VERBS;
  return (Object.keys(VERBS) as VerbName[]).filter((name) => {
    const { screen, key, permission } = table[name]!;
    if (screen !== state.ui.screen || key === undefined) return false;
    return permission === 'read' || !readOnly(state);
  });
}

/** Nobody that answers is known to serve. */
const LEADERLESS: ReadonlySet<ConnectionState> = new Set([
  'LOST',
  'NO LEADER',
  'DENIED',
  'REFUSED',
]);

/** Why it cannot be done now; undefined: it can. */
function hindrance(state: State, verb: VerbName): string | undefined {
  const { data } = state;
  if (readOnly(state)) return 'this terminal is read-only';
  const { state: how } = connectionOf(data, data.now);
  const reached = data.links.some((link) => alive(link, data.now));
  if (!reached) return `nothing can be done while it says ${how}`;
  return LEADERLESS.has(how) && VERBS[verb].danger < 4
    ? `only a takeover can be done while it says ${how}`
    : undefined;
}

/** A key was pressed: what it is about is the row that is chosen. */
export function begin(state: State, verb: VerbName): Stepped {
  if (verb === 'session disconnect' && marks(state.ui) && state.ui.marked.size > 0)
    return askMarked(state, verb);
  const input = inputOf(state, verb);
  if (typeof input === 'string') return only(withToast(state, input, 'bad'));
  return ask(state, verb, input);
}

const NAMED_MAX = 5;

function askMarked(state: State, verb: VerbName): Stepped {
  const hindered = hindrance(state, verb);
  if (hindered !== undefined) return only(withToast(state, hindered, 'bad'));
  const { marked } = state.ui;
  const names = [...marked.values()];
  const more = names.length > NAMED_MAX ? `, and ${names.length - NAMED_MAX} more` : '';
  const facts = [
    ...staleFacts(state),
    `${names.slice(0, NAMED_MAX).join(', ')}${more}.`,
    'All of them are cut off, and may come back at once.',
  ];
  const all = [...marked.keys()].map((id) => ({ id }));
  const title = `${verb}, ${all.length} marked`;
  const asked = { ...surroundings(state.data), verb, input: {}, facts, title, all };
  return only({ ...state, ui: { ...state.ui, dialog: newDialog(asked) } });
}

function inputOf(state: State, verb: VerbName): Given | string {
  // What is open may have left the list: then another row is in its place.
  const row = state.ui.detail?.row ?? chosenRow(state);
  if (verb === 'session disconnect') {
    return row ? { id: (row as { id: string }).id } : 'no session is chosen';
  }
  if (isOfLetter(verb)) return letterInput(state);
  if (!moves(verb)) return {};
  const cluster = clusterOf(pictured(state));
  const node = row as ClusterNode | undefined;
  if (!cluster || !node) return 'no node is chosen';
  if (node.node === cluster.active) return `${node.node} is the active node; choose another`;
  return { to: node.node, expectEpoch: cluster.epoch };
}

function isOfLetter(verb: VerbName): boolean {
  return verb === 'dead-letter retry' || verb === 'dead-letter discard';
}

function letterInput(state: State): Given | string {
  const { detail, screen } = state.ui;
  const row = chosenRow(state);
  const key = detail?.key ?? (row && keyOf(screen)(row));
  if (key === undefined) return 'no dead letter is chosen';
  const place = letterOf(key);
  return { ...place, position: Number(place.position) };
}

/** It changes the owner. */
function moves(verb: VerbName): boolean {
  return verb === 'cluster switchover' || verb === 'cluster takeover';
}

/** Asks the person, or the server at once if no harm can come of it. */
export function ask(state: State, verb: VerbName, input: Given): Stepped {
  const hindered = hindrance(state, verb);
  if (hindered !== undefined) return only(withToast(state, hindered, 'bad'));
  if (verb === 'reload' && input['expect'] === undefined) {
    return only(withToast(state, 'looking at what would change …'), {
      kind: 'ask',
      verb,
      input: { ...input, dryRun: true },
    });
  }
  const missing = verb === 'log level' && input['level'] === undefined;
  if (VERBS[verb].danger < 2 && !missing) return only(state, { kind: 'ask', verb, input });
  const asked = { ...surroundings(state.data), verb, input, facts: factsOf(state, verb, input) };
  const dialog = { ...newDialog(asked), ...(missing && { choices: LEVELS, twin: undefined }) };
  return only({ ...state, ui: { ...state.ui, dialog } });
}

function surroundings(data: Data): Pick<Asked, 'cluster' | 'epoch'> {
  const view = clusterOf(data);
  return { cluster: view?.name ?? '', epoch: view?.epoch ?? 0 };
}

const LEVELS: readonly Choice[] = ['debug', 'info', 'warn', 'error'].map((level) => {
  return { key: level.slice(0, 1), text: level, input: { level } };
});

function staleFacts({ data }: State): readonly string[] {
  return connectionOf(data, data.now).state === 'STALE' ? ['What you see is stale.'] : [];
}

function factsOf(state: State, verb: VerbName, input: Given): readonly string[] {
  const warning = staleFacts(state);
  if (verb === 'session disconnect') return [...warning, ...sessionFacts(state, input)];
  if (isOfLetter(verb)) {
    return [...warning, `${keyOf('dead-letters')(input)}.`, VERBS[verb].summary];
  }
  const view = clusterOf(state.data);
  if (!moves(verb) || !view) return [...warning, VERBS[verb].summary];
  return [...warning, ...changeFacts(state.data, view, verb, String(input['to']))];
}

function sessionFacts(state: State, input: Given): readonly string[] {
  const row: { id?: string; user?: string; device?: string } | undefined =
    state.ui.detail?.row ?? chosenRow(state);
  const known = row?.id === input['id'] ? `${row?.user} on ${row?.device}: ` : '';
  return [`${known}it is cut off, and may come back at once.`];
}

function changeFacts(data: Data, view: ClusterView, verb: VerbName, to: string): readonly string[] {
  const next = view.nodes.find(({ node }) => node === to);
  const owner = view.nodes.find(({ node }) => node === (view.active ?? view.last));
  const fit = next?.ready === true ? 'ready to follow' : 'NOT ready to follow';
  const facts = [`${to} is ${next?.state ?? 'unknown'}, ${fit}.`];
  if (owner) facts.push(`${owner.sessions ?? 0} sessions are on ${owner.node}; they come back.`);
  if (verb !== 'cluster takeover' || !owner) return facts;
  const runs = owner.leaseLeftMs > 0;
  const left = (owner.leaseLeftMs / 1_000).toFixed(1);
  const lease = runs
    ? `The lease of ${owner.node} runs for ${left} s: without --force this is refused.`
    : `The lease of ${owner.node} is over.`;
  const lives = data.links.some(
    (link) => link.overview?.node === owner.node && alive(link, data.now),
  );
  const doubt = lives ? [`${owner.node} ANSWERS: a switchover harms nobody.`] : [];
  return [...facts, lease, ...doubt];
}

/** What the server answered. */
export function told(state: State, verb: VerbName, input: Given, output: unknown): State {
  if (verb === 'reload' && input['dryRun'] === true) return wouldReload(state, output as Reloaded);
  if (verb === 'trace') return withTrace(state, output as Output<'trace'>);
  return withToast(state, done(verb, input, output), 'good');
}

function done(verb: VerbName, input: Given, output: unknown): string {
  const text = doneText(verb, output as never) ?? `${verb} ${Object.values(input).join(' ')}: done`;
  return verb === 'log level' ? `${text}; L changes it back` : text;
}

const CHANGES_SHOWN = 8;

function wouldReload(state: State, { changes, parts, hash }: Reloaded): State {
  const again = takenAnew(parts);
  if (changes.length === 0 && again.length === 0)
    return withToast(state, 'the file says what runs: nothing would change');
  const facts = changes.slice(0, CHANGES_SHOWN).map(({ path, before, after, how }) => {
    return `${path}: ${before ?? '-'} → ${after ?? '-'}  ${how === 'live' ? 'live' : 'RESTART'}`;
  });
  const more = changes.length - facts.length;
  if (more > 0) facts.push(`and ${more} more: im reload --dry-run shows all`);
  facts.push(...again);
  const asked = { ...surroundings(state.data), verb: 'reload', input: { expect: hash } } as const;
  return {
    ...state,
    ui: { ...state.ui, toast: undefined, dialog: newDialog({ ...asked, facts }) },
  };
}
