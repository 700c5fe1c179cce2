/** What is typed after a colon: the command line without the leading `im`. */
import { VERBS, type Screen, type VerbName } from '../../core/admin/verbs.ts';
import { wrongInput } from '../../core/admin/wrong-input.ts';
import { nearest } from '../../core/config/nearest.ts';
import type { Given } from './dialog.ts';
import { SCREENS } from './screens.ts';

export type Command =
  | { readonly kind: 'quit' }
  | { readonly kind: 'help' }
  | {
      readonly kind: 'screen';
      readonly screen: Screen;
      readonly filter: string;
      /** Of the events: what operators did. */
      readonly acts: boolean;
    }
  | { readonly kind: 'verb'; readonly verb: VerbName; readonly input: Given }
  | { readonly kind: 'wrong'; readonly why: string };

const OTHERS: Readonly<Record<string, 'quit' | 'help'>> = { q: 'quit', quit: 'quit', help: 'help' };

/** Verbs of `im` that ask the store or print on, and what shows or does the same here. */
const SAME: ReadonlyMap<string, VerbName> = new Map([
  ['status', 'cluster'],
  ['switchover', 'cluster switchover'],
  ['takeover', 'cluster takeover'],
  ['tail', 'events'],
  ['top', 'overview'],
]);
const OF_SHELLS: ReadonlySet<string> = new Set(['doctor', 'check', 'chat', 'token', 'explain']);

const NAMES = Object.keys(VERBS) as VerbName[];

/** `seen`: what the screen shows, for inputs that are not given. */
export function readCommand(text: string, seen: Given = {}): Command {
  const [first = '', ...others] = text.trim().split(/\s+/);
  const words = [...(SAME.get(first) ?? first).split(' '), ...others];
  const other = OTHERS[first];
  if (other) return { kind: other };
  if (OF_SHELLS.has(first)) return { kind: 'wrong', why: `type im ${first} in a shell, not here` };
  const verb = NAMES.filter((name) => startsWith(words, name)).toSorted(longest)[0];
  const rest = words.slice(verb === undefined ? 1 : verb.split(' ').length);
  const filter = rest.every((word) => !word.startsWith('--'));
  if (filter && (verb === undefined || shows(verb))) {
    const wanted = verb === undefined ? first : VERBS[verb].screen;
    const found = SCREENS.find(({ screen, short }) => screen === wanted || short === first);
    const how = { filter: rest.join(' '), acts: verb === 'acts' };
    const screen = found?.screen ?? (verb && VERBS[verb].screen);
    if (screen) return { kind: 'screen', screen, ...how };
  }
  return verb === undefined ? unknown(text.trim()) : withInput(verb, rest, seen);
}

function startsWith(words: readonly string[], name: string): boolean {
  return name.split(' ').every((part, i) => words[i] === part);
}

function longest(a: string, b: string): number {
  return b.length - a.length;
}

/** A whole screen, not one thing of it. */
function shows(verb: VerbName): boolean {
  return VERBS[verb].permission === 'read' && VERBS[verb].plain.length === 0;
}

function unknown(text: string): Command {
  const near = nearest(text, knownWords()) ?? nearest(text.split(' ')[0] ?? '', knownWords());
  const meant = near === undefined ? '? shows what there is' : `did you mean ${near}?`;
  return { kind: 'wrong', why: `there is no ${text}; ${meant}` };
}

function withInput(verb: VerbName, rest: readonly string[], seen: Given): Command {
  const fields = Object.keys(VERBS[verb].input.shape);
  const known = Object.entries(seen).filter(([field]) => fields.includes(field));
  const given: Record<string, unknown> = Object.fromEntries(known);
  const plain: string[] = [...VERBS[verb].plain];
  // Which level is asked for afterwards.
  if (verb === 'log level' && rest.length === 0) return { kind: 'verb', verb, input: {} };
  for (let i = 0; i < rest.length; i++) {
    const [word = '', value] = optionOf(rest[i] ?? '');
    const field = word.startsWith('--') ? camel(word.slice(2)) : plain.shift();
    if (field === undefined || !fields.includes(field)) {
      return { kind: 'wrong', why: `${verb} takes no ${word}` };
    }
    const next = rest[i + 1];
    if (!word.startsWith('--')) given[field] = word;
    else if (value !== undefined) given[field] = value;
    else if (next === undefined || next.startsWith('--')) given[field] = true;
    else {
      given[field] = next;
      i++;
    }
  }
  const read = VERBS[verb].input.safeParse(given);
  if (read.success) return { kind: 'verb', verb, input: read.data };
  return { kind: 'wrong', why: `${verb}: ${wrongInput(given, read.error)}` };
}

/** `--sort=-ageMs` is `--sort` and `-ageMs`. */
function optionOf(word: string): readonly string[] {
  const [, name, value] = /^(--[^=]+)=(.*)$/.exec(word) ?? [];
  return name === undefined || value === undefined ? [word] : [name, value];
}

function camel(option: string): string {
  return option.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function knownWords(): readonly string[] {
  return [...NAMES, ...Object.keys(OTHERS)];
}

export interface Completed {
  readonly text: string;
  /** Several fit. */
  readonly hints: readonly string[];
}

/** `things`: names of sessions, conversations, plugins and nodes that are known here. */
export function complete(text: string, things: readonly string[]): Completed {
  const whole = knownWords().filter((word) => word.startsWith(text));
  if (whole.length > 0) return narrowed('', text, whole);
  const at = text.lastIndexOf(' ') + 1;
  const begun = text.slice(at);
  return narrowed(
    text.slice(0, at),
    begun,
    things.filter((name) => name.startsWith(begun)),
  );
}

const HINTS_MAX = 20;

function narrowed(before: string, begun: string, fits: readonly string[]): Completed {
  const [first] = fits;
  if (first === undefined) return { text: before + begun, hints: [] };
  if (fits.length === 1) return { text: `${before}${first} `, hints: [] };
  let shared = first;
  for (const one of fits) while (!one.startsWith(shared)) shared = shared.slice(0, -1);
  return { text: before + shared, hints: fits.slice(0, HINTS_MAX) };
}
