/** `im completion SHELL`: the tree of commands as a script of the shell. */
import type { Argument, Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What a running node is asked for. */
export const NAMED = ['nodes', 'sessions', 'conversations', 'plugins'] as const;
export type Named = (typeof NAMED)[number];

/** By the words of a command, each after a space. */
const NAMES_AFTER: Readonly<Record<string, Named>> = {
  ' session disconnect': 'sessions',
  ' conversation show': 'conversations',
  ' plugin show': 'plugins',
  ' dead-letter show': 'plugins',
  ' dead-letter retry': 'plugins',
  ' dead-letter discard': 'plugins',
};
const FILES = /<(?:file|path|folder)>/;

/** By the words of a command, each after a space, and the option if it is of one. */
export type Values = Readonly<Record<string, readonly string[]>>;

interface Place {
  readonly path: string;
  readonly words: readonly string[];
  readonly options: readonly Option[];
  /** Of an option; a name of what a node is asked for. */
  readonly valuesOf: (option: Option) => readonly string[] | Named | undefined;
  readonly names: Named | undefined;
}

/** `values`: what commander does not know. */
export function completion(program: Command, shell: Shell, values: Values): string {
  return FRAMES[shell](placesOf(program, '', values));
}

function placesOf(command: Command, path: string, values: Values): readonly Place[] {
  const subcommands = command.commands.filter((one) => one.name() !== HIDDEN);
  const choices = command.registeredArguments.flatMap(
    ({ argChoices = [] }: Argument) => argChoices,
  );
  return [
    {
      path,
      words: [...subcommands.map((one) => one.name()), ...choices, ...(values[path] ?? [])],
      options: command.options,
      valuesOf: (option) => values[`${path} ${option.long}`] ?? valuesOf(option),
      names: NAMES_AFTER[path],
    },
    ...subcommands.flatMap((one) => placesOf(one, `${path} ${one.name()}`, values)),
  ];
}

/** The command that the scripts ask for names; no help shows it. */
export const HIDDEN = 'complete-names';

const NODES = /^--(?:to <(?!user)|node )/;

function valuesOf({ flags, argChoices }: Option): readonly string[] | Named | undefined {
  return argChoices ?? (NODES.test(flags) ? 'nodes' : undefined);
}

/** What bash and zsh have in common: from the words before the cursor to what may follow. */
function cases(places: readonly Place[]): readonly string[] {
  const known = places.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  const valued = places.flatMap(({ path, options, ...place }) =>
    options.flatMap((option) => {
      if (!option.required || option.long === undefined) return [];
      const values = place.valuesOf(option);
      const files = FILES.test(option.flags) ? 'files=yes' : ':';
      const given = typeof values === 'string' ? asked(values) : listed(values ?? []);
      return `    '${path}:${option.long}') ${values ? given : files} ;;`;
    }),
  );
  const plain = places.map(({ path, words, options, names }) => {
    const longs = options.flatMap(({ long }) => long ?? []);
    const more = names === undefined ? '' : ` offered="$offered ${namesFrom(names)}"`;
    return `    '${path}:'*) ${listed([...words, ...longs, '--help'])};${more} ;;`;
  });
  return [
    '  for word in "${before[@]}"; do',
    '    case "$place $word" in',
    `      ${known.join('|')}) place="$place $word" ;;`,
    '    esac',
    '  done',
    '  case "$place:$word" in',
    ...valued,
    ...plain,
    '  esac',
  ];
}

function listed(words: readonly string[]): string {
  return `offered='${words.join(' ')}'`;
}

function asked(named: Named): string {
  return `offered=${namesFrom(named)}`;
}

function namesFrom(named: Named): string {
  return `$(im ${HIDDEN} ${named} -- "\${typed[@]}" 2>/dev/null)`;
}

function bash(places: readonly Place[]): string {
  return [
    '_im() {',
    "  local place='' offered='' files='' word=''",
    '  local typed=("${COMP_WORDS[@]}") before=("${COMP_WORDS[@]:1:COMP_CWORD-1}")',
    '  local cur=${COMP_WORDS[COMP_CWORD]}',
    ...cases(places),
    '  if [ -n "$files" ]; then COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames 2>/dev/null; return; fi',
    '  COMPREPLY=($(compgen -W "$offered" -- "$cur"))',
    '}',
    'complete -F _im im',
  ].join('\n');
}

/** It can be read in, or lie in a folder of `fpath` as `_im`. */
function zsh(places: readonly Place[]): string {
  return [
    '#compdef im',
    '_im() {',
    "  local place='' offered='' files='' word=''",
    '  local -a typed before',
    '  typed=("${words[@]}")',
    '  before=("${(@)words[2,CURRENT-1]}")',
    ...cases(places),
    '  if [ -n "$files" ]; then _files; return; fi',
    '  compadd -- ${=offered}',
    '}',
    'if [ "$funcstack[1]" = _im ]; then',
    '  _im "$@"',
    'else',
    '  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }',
    '  compdef _im im',
    'fi',
  ].join('\n');
}

const FRAMES: Readonly<Record<Shell, (places: readonly Place[]) => string>> = { bash, zsh, fish };

function fish(places: readonly Place[]): string {
  const known = places.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  const lines = places.flatMap(({ path, words, options, names, ...place }) => {
    const here = `complete -c im -n '__im_at "${path}"'`;
    const given = [...words, ...(names === undefined ? [] : [fishNames(names)])].join(' ');
    const plain = given === '' ? [] : [`${here} -f -a '${given}'`];
    return [
      ...plain,
      ...options.flatMap((option) => fishOption(here, option, place.valuesOf(option))),
    ];
  });
  return [
    'function __im_at',
    "    set -l path ''",
    '    for word in (commandline -opc)[2..-1]',
    `        if contains -- "$path $word" ${known.join(' ')}`,
    '            set path "$path $word"',
    '        end',
    '    end',
    '    test "$path" = "$argv[1]"',
    'end',
    'complete -c im -f',
    ...lines,
  ].join('\n');
}

function fishOption(
  here: string,
  option: Option,
  values: ReturnType<Place['valuesOf']>,
): readonly string[] {
  const { long, required, flags } = option;
  if (long === undefined) return [];
  const head = `${here} -l ${long.slice(2)}`;
  if (!required) return [head];
  if (!values) return [`${head} ${FILES.test(flags) ? '-r -F' : '-x'}`];
  return [`${head} -x -a '${typeof values === 'string' ? fishNames(values) : values.join(' ')}'`];
}

function fishNames(named: Named): string {
  return `(im ${HIDDEN} ${named} -- (commandline -opc) 2>/dev/null)`;
}
