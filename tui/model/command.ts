/** What is typed after a colon: the command line without the leading `im`. */
import { VERBS, type Screen, type VerbName } from '../../core/admin/verbs.ts';
import { nearest } from '../../core/config/nearest.ts';
import type { Given } from './dialog.ts';
import { SCREENS } from './screens.ts';

export type Command =
  | { readonly kind: 'quit' }
  | { readonly kind: 'help' }
  | { readonly kind: 'screen'; readonly screen: Screen; readonly filter: string }
  | { readonly kind: 'verb'; readonly verb: VerbName; readonly input: Given }
  | { readonly kind: 'wrong'; readonly why: string };

const OTHERS: Readonly<Record<string, 'quit' | 'help'>> = { q: 'quit', quit: 'quit', help: 'help' };

const NAMES = Object.keys(VERBS) as VerbName[];

export function readCommand(text: string): Command {
  const words = text.trim().split(/\s+/);
  const [first = ''] = words;
  const other = OTHERS[first];
  if (other) return { kind: other };
  const verb = NAMES.filter((name) => startsWith(words, name)).toSorted(longest)[0];
  const rest = words.slice(verb === undefined ? 1 : verb.split(' ').length);
  const filter = rest.every((word) => !word.startsWith('--'));
  if (filter && (verb === undefined || shows(verb))) {
    const wanted = verb === undefined ? first : VERBS[verb].screen;
    const found = SCREENS.find(({ screen, short }) => screen === wanted || short === first);
    if (found) return { kind: 'screen', screen: found.screen, filter: rest.join(' ') };
  }
  return verb === undefined ? unknown(text.trim()) : withInput(verb, rest);
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

function withInput(verb: VerbName, rest: readonly string[]): Command {
  const given: Record<string, unknown> = {};
  const plain: string[] = [...VERBS[verb].plain];
  const fields = Object.keys(VERBS[verb].input.shape);
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? '';
    const field = word.startsWith('--') ? camel(word.slice(2)) : plain.shift();
    if (field === undefined || !fields.includes(field)) {
      return { kind: 'wrong', why: `${verb} takes no ${word}` };
    }
    const next = rest[i + 1];
    if (!word.startsWith('--')) given[field] = word;
    else if (next === undefined || next.startsWith('--')) given[field] = true;
    else {
      given[field] = next;
      i++;
    }
  }
  const read = VERBS[verb].input.safeParse(given);
  if (read.success) return { kind: 'verb', verb, input: read.data };
  const [issue] = read.error.issues;
  return { kind: 'wrong', why: `${verb}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` };
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
