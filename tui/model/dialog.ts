/** A question before something is done: the more it can harm, the more has to be typed. */
import { VERBS, type Danger, type VerbName } from '../../core/admin/verbs.ts';
import type { Press } from './press.ts';
import { twinOf } from './twin.ts';

export type Given = Readonly<Record<string, unknown>>;

export interface Choice {
  readonly key: string;
  readonly text: string;
  readonly input: Given;
}

export interface Dialog {
  readonly verb: VerbName;
  readonly input: Given;
  readonly title: string;
  /** What is known that speaks for or against it. */
  readonly facts: readonly string[];
  /** The command line that does the same; undefined: it depends on the choice. */
  readonly twin: string | undefined;
  readonly danger: Danger;
  /** What must be typed, and what it is; undefined: y is enough. */
  readonly want: { readonly text: string; readonly what: string } | undefined;
  readonly typed: string;
  readonly choices: readonly Choice[];
  /** It is done with each of these, one after the other. */
  readonly all: readonly Given[] | undefined;
}

export interface Asked {
  readonly verb: VerbName;
  readonly input: Given;
  readonly facts: readonly string[];
  /** Of the cluster, and of the epoch that is seen: typed for what may break a promise. */
  readonly cluster: string;
  readonly epoch: number;
  readonly title?: string;
  readonly all?: readonly Given[];
}

export function newDialog(asked: Asked): Dialog {
  const { verb, input, facts, title = verb, all } = asked;
  const { danger } = VERBS[verb];
  // The command line asks for a yes of its own where there is nobody to ask.
  const yes = danger >= 4 ? ' --yes --allow-data-loss' : danger >= 2 ? ' --yes' : '';
  const twin = all ? undefined : `${twinOf(verb, input)}${yes}`;
  return {
    verb,
    input,
    title,
    facts,
    twin,
    danger,
    want: wanted(asked, danger),
    typed: '',
    choices: [],
    all,
  };
}

function wanted({ input, cluster, epoch }: Asked, danger: Danger): Dialog['want'] {
  if (danger === 4)
    return { text: `${cluster} ${epoch}`, what: "the cluster's name and the epoch" };
  if (danger === 3) return { text: String(input['to']), what: 'the name of the node that follows' };
  return undefined;
}

export interface Answered {
  /** Undefined: it is over. */
  readonly dialog: Dialog | undefined;
  /** What to do now, if anything. */
  readonly run: Given | undefined;
}

const CANCELLED: Answered = { dialog: undefined, run: undefined };
const TYPED_MAX = 80;

export function answered(dialog: Dialog, press: Press): Answered {
  if (press.name === 'escape' || (press.ctrl && press.text === 'c')) return CANCELLED;
  if (dialog.choices.length > 0) {
    const chosen = dialog.choices.find(({ key }) => key === press.text);
    return { dialog: chosen ? undefined : dialog, run: chosen?.input };
  }
  if (dialog.want) return typing(dialog, dialog.want.text, press);
  if (press.text === 'y' || press.text === 'Y') return { dialog: undefined, run: dialog.input };
  // No is what happens by itself.
  const no = press.name === 'enter' || press.text === 'n' || press.text === 'N';
  return no ? CANCELLED : { dialog, run: undefined };
}

function typing(dialog: Dialog, want: string, press: Press): Answered {
  const { typed } = dialog;
  if (press.name === 'enter') {
    return typed.trim() === want
      ? { dialog: undefined, run: dialog.input }
      : { dialog, run: undefined };
  }
  if (press.name === 'backspace') {
    return { dialog: { ...dialog, typed: typed.slice(0, -1) }, run: undefined };
  }
  if (press.ctrl || press.name !== undefined) return { dialog, run: undefined };
  const longer = (typed + press.text).slice(0, TYPED_MAX);
  return { dialog: { ...dialog, typed: longer }, run: undefined };
}
