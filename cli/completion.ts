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
};
const FILES = /<(?:file|path|folder)>/;

interface Place {
  readonly path: string;
  readonly words: readonly string[];
  readonly options: readonly Option[];
  readonly names: Named | undefined;
}

export function completion(program: Command, shell: Shell): string {
  const places = placesOf(program, '');
  if (shell === 'fish') return fish(places);
  const script = bash(places);
  return shell === 'bash' ? script : `autoload -U +X bashcompinit && bashcompinit\n${script}`;
}

function placesOf(command: Command, path: string): readonly Place[] {
  const subcommands = command.commands.filter((one) => one.name() !== HIDDEN);
  const choices = command.registeredArguments.flatMap(
    ({ argChoices = [] }: Argument) => argChoices,
  );
  return [
    {
      path,
      words: [...subcommands.map((one) => one.name()), ...choices],
      options: command.options,
      names: NAMES_AFTER[path],
    },
    ...subcommands.flatMap((one) => placesOf(one, `${path} ${one.name()}`)),
  ];
}

/** The command that the scripts ask for names; no help shows it. */
export const HIDDEN = 'complete-names';

function valuesOf({ long, flags, argChoices }: Option): readonly string[] | Named | undefined {
  return argChoices ?? (long === '--to' && !flags.includes('<user>') ? 'nodes' : undefined);
}

function bash(places: readonly Place[]): string {
  const known = places.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  const valued = places.flatMap(({ path, options }) =>
    options.flatMap((option) => {
      if (!option.required || option.long === undefined) return [];
      const values = valuesOf(option);
      const files = FILES.test(option.flags) ? 'files=yes' : ':';
      const given = typeof values === 'string' ? bashNames(values) : bashWords(values ?? []);
      return `    '${path}:${option.long}') ${values ? given : files} ;;`;
    }),
  );
  const plain = places.map(({ path, words, options, names }) => {
    const longs = options.flatMap(({ long }) => long ?? []);
    const more =
      names === undefined
        ? ''
        : ` words="$words $(im ${HIDDEN} ${names} -- "\${COMP_WORDS[@]}" 2>/dev/null)"`;
    return `    '${path}:'*) ${bashWords([...words, ...longs, '--help'])};${more} ;;`;
  });
  return [
    '_im() {',
    '  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}',
    "  local path='' words='' files='' word",
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$path $word" in',
    `      ${known.join('|')}) path="$path $word" ;;`,
    '    esac',
    '  done',
    '  case "$path:$prev" in',
    ...valued,
    ...plain,
    '  esac',
    '  if [ -n "$files" ]; then COMPREPLY=($(compgen -f -- "$cur")); return; fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    '}',
    'complete -F _im im',
  ].join('\n');
}

function bashWords(words: readonly string[]): string {
  return `words='${words.join(' ')}'`;
}

function bashNames(named: Named): string {
  return `words=$(im ${HIDDEN} ${named} -- "\${COMP_WORDS[@]}" 2>/dev/null)`;
}

function fish(places: readonly Place[]): string {
  const known = places.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  const lines = places.flatMap(({ path, words, options, names }) => {
    const here = `complete -c im -n '__im_at "${path}"'`;
    const given = [...words, ...(names === undefined ? [] : [fishNames(names)])].join(' ');
    const plain = given === '' ? [] : [`${here} -f -a '${given}'`];
    return [...plain, ...options.flatMap((option) => fishOption(here, option))];
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

function fishOption(here: string, option: Option): readonly string[] {
  const { long, required, flags } = option;
  if (long === undefined) return [];
  const head = `${here} -l ${long.slice(2)}`;
  if (!required) return [head];
  const values = valuesOf(option);
  if (!values) return [`${head} ${FILES.test(flags) ? '-r -F' : '-x'}`];
  return [`${head} -x -a '${typeof values === 'string' ? fishNames(values) : values.join(' ')}'`];
}

function fishNames(named: Named): string {
  return `(im ${HIDDEN} ${named} -- (commandline -opc) 2>/dev/null)`;
}
