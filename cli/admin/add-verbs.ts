/** The table of verbs as commands: their words, arguments and options. */
import { Argument, Option, type Command } from 'commander';
import { inputsOf, type VerbInput } from '../../core/admin/verb-inputs.ts';
import { VERBS, type Verb, type VerbName } from '../../core/admin/verbs.ts';
import type { Io } from '../io.ts';
import { where } from './where.ts';

const GROUPS: Readonly<Record<string, string>> = {
  session: 'Steer one session.',
  conversation: 'Look at one conversation.',
  plugin: 'Look at one plugin.',
  'dead-letter': 'Look at one entry that a consumer could not take, or act on it.',
  log: 'Steer the log.',
};
const ASKED_FOR = 2;
const MAY_LOSE = 4;

/** A verb whose command is there already has a form of its own. */
export function addVerbs(program: Command, io: Io, done: (code: number) => void): void {
  const own = new Set(program.commands.map((command) => command.name()));
  for (const name of Object.keys(VERBS) as VerbName[]) {
    if (own.has(name)) continue;
    const words = name.split(' ');
    const last = words.pop() ?? '';
    const parent = words.reduce(
      (at, word) =>
        at.commands.find((one) => one.name() === word) ??
        at.command(word).description(GROUPS[word] ?? ''),
      program,
    );
    addVerb(parent.command(last), name, io, done);
  }
}

function addVerb(command: Command, name: VerbName, io: Io, done: (code: number) => void): void {
  const verb: Verb = VERBS[name];
  const inputs = inputsOf(verb);
  const { plain } = verb;
  command.description(verb.summary);
  for (const one of plain) {
    const input = inputs.find((each) => each.name === one);
    if (input) command.addArgument(argumentOf(input));
  }
  for (const input of inputs) if (!plain.includes(input.name)) command.addOption(optionOf(input));
  where(command);
  command.option('--json', 'as one line of JSON');
  if (verb.method === 'GET') command.option('--watch', 'each second, until it is interrupted');
  if (verb.danger >= ASKED_FOR) command.option('-y, --yes', 'ask nothing');
  if (verb.danger === MAY_LOSE) {
    command.option('--allow-data-loss', 'with --yes: you know that a promise may be broken');
  }
  command.action(async (...given: unknown[]) => {
    const options = command.opts();
    const input = Object.fromEntries([
      ...inputs.map(({ name: key }) => [key, options[key] as unknown] as const),
      ...plain.map((key, at) => [key, given[at]] as const),
    ]);
    done(await (await import('./perform.ts')).perform(name, input, options, io));
  });
}

function argumentOf({ name, help, choices, required }: VerbInput): Argument {
  const argument = new Argument(required ? `<${name}>` : `[${name}]`, help);
  return choices.length > 0 ? argument.choices([...choices]) : argument;
}

function optionOf({ name, kind, help, choices, fallback, required }: VerbInput): Option {
  const flag = `--${kebab(name)}`;
  const option = new Option(kind === 'flag' ? flag : `${flag} <${kind}>`, help);
  if (choices.length > 0) option.choices([...choices]);
  if (fallback !== undefined) option.default(fallback);
  return option.makeOptionMandatory(required);
}

export function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
