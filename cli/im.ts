/** `im`: the verbs. Each lives in its own file and is loaded when it is asked for. */
import { Argument, Command, CommanderError, Option } from 'commander';
import { VERSION } from '../core/kernel/version.ts';
import { more, where } from './admin/where.ts';
import { completion, HIDDEN, NAMED, SHELLS, type Named, type Shell } from './completion.ts';
import { EXIT, processIo, type Io } from './io.ts';
import { report } from './report.ts';

/** Runs one command line (without node and script); resolves to the exit code. */
export async function main(given: readonly string[], io: Io = processIo()): Promise<number> {
  const argv = helped(given);
  let code: number = EXIT.ok;
  const done = (result: number): void => {
    code = result;
  };
  const program = build(io, done);
  try {
    if (needsVerbs(program, argv)) {
      program.commandsGroup('Running nodes, over their admin API:');
      (await import('./admin/add-verbs.ts')).addVerbs(program, io, done);
    }
    await program.parseAsync([...known(program, argv)], { from: 'user' });
    return code;
  } catch (error) {
    // Help and version end here too, with 0; what commander refuses was printed already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return report(error, io);
  }
}

/** `help session disconnect` is of the verb, however many words it has. */
function helped(argv: readonly string[]): readonly string[] {
  const [first, ...words] = argv;
  return first === 'help' && words.length > 0 ? [...words, '--help'] : argv;
}

/** The help of a verb that there is not is no help: it is refused, with what was meant. */
function known(program: Command, argv: readonly string[]): readonly string[] {
  const [first = 'help'] = argv;
  const is = first.startsWith('-') || first === 'help';
  return is || program.commands.some((command) => command.name() === first) ? argv : [first];
}

const EXIT_CODES = `
Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 no node answers, 4 not authorised,
  5 not as expected (the epoch, the settings), 6 no answer in time but still going on,
  7 bad configuration.`;

type Done = (code: number) => void;

function build(io: Io, done: Done): Command {
  const program = new Command('im')
    .description('Instant messaging whose every part is a plugin named in one YAML file.')
    .version(VERSION)
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
    })
    .addHelpText('after', EXIT_CODES);
  program.commandsGroup('To run:');
  addServerVerbs(program, io, done);
  program.commandsGroup('A cluster, through its store, whether or not a node answers:');
  addClusterVerbs(program, io, done);
  program.commandsGroup('Running nodes, over their admin API:');
  addWatchingVerbs(program, io, done);
  addTop(program, io, done);
  program.commandsGroup('To chat:');
  addPeopleVerbs(program, io, done);
  program.commandsGroup('To write plugins and configurations:');
  addAuthorVerbs(program, io, done);
  addCompletion(program, io, done);
  return program;
}

/** The table of verbs takes its time to load: only where it is spoken of. */
function needsVerbs(program: Command, [first = 'help']: readonly string[]): boolean {
  const isOther = program.commands.some((command) => command.name() === first);
  return first === 'completion' || (!isOther && !['-V', '--version'].includes(first));
}

function addCompletion(program: Command, io: Io, done: Done): void {
  program.commandsGroup('For your shell:');
  program
    .command('completion')
    .description('Print a script that completes what you type: `source <(im completion bash)`.')
    .addArgument(new Argument('<shell>', 'whose').choices(SHELLS))
    .action(async (shell: Shell) => {
      const { VALUES } = await import('./completion-values.ts');
      io.out(completion(program, shell, VALUES));
    });
  program
    .command(HIDDEN, { hidden: true })
    .addArgument(new Argument('<kind>').choices(NAMED))
    .argument('[words...]')
    .action(async (named: Named, words: readonly string[]) => {
      done(await (await import('./admin/complete-names.ts')).completeNames(named, words, io));
    });
}

/** A verb; every one takes --config. */
function verb(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option('--config <file>', 'the configuration', 'im.config.yaml');
}

function addServerVerbs(program: Command, io: Io, done: Done): void {
  verb(program, 'start', 'Run the node until SIGINT or SIGTERM.').action(async (options) => {
    done(await (await import('./start.ts')).start(options, 'node', io));
  });
  verb(
    program,
    'sequencer',
    'Run only the ordering, for other servers, until SIGINT or SIGTERM.',
  ).action(async (options) => {
    done(await (await import('./start.ts')).start(options, 'sequencer', io));
  });
  verb(
    program,
    'gateway',
    'Tell clients which server is theirs, without being one, until SIGINT or SIGTERM.',
  ).action(async (options) => {
    done(await (await import('./start.ts')).start(options, 'gateway', io));
  });
  verb(program, 'check', 'Print every problem of the configuration, or OK.')
    .option('--sequencer', 'it is for `im sequencer`, and may name no transports')
    .option('--gateway', 'it is for `im gateway`, and may name no transports')
    .action(async (options) => {
      done(await (await import('./check.ts')).check(options, io));
    });
}

function addClusterVerbs(program: Command, io: Io, done: Done): void {
  verb(program, 'status', 'Show the nodes of the cluster, and who owns what.')
    .option('--json', 'as one line of JSON')
    .option('--watch', 'again and again, until it is interrupted')
    .action(async (options) => {
      done(await (await import('./cluster.ts')).status(options, io));
    });
  verb(program, 'switchover', 'Let another node follow the active one; no client sees an error.')
    .requiredOption('--to <node>', 'the node that follows')
    .requiredOption('--expect-epoch <number>', 'the epoch that `im status` shows')
    .option('-y, --yes', 'ask nothing')
    .action(async (options) => {
      done(await (await import('./cluster.ts')).switchover(options, io));
    });
  verb(program, 'takeover', 'Give everything to a node that waits, when the active one is no more.')
    .requiredOption('--to <node>', 'the node that takes over')
    .requiredOption('--expect-epoch <number>', 'the epoch that `im status` shows')
    .option('-y, --yes', 'ask nothing')
    .option('--allow-data-loss', 'with --yes: you know that a promise may be broken')
    .option('--force', 'even while the lease of the owner runs')
    .action(async (options) => {
      done(await (await import('./cluster.ts')).takeover(options, io));
    });
}

function addWatchingVerbs(program: Command, io: Io, done: Done): void {
  where(program.command('doctor'))
    .description('Look for what is wrong, from the file to a client that is welcomed.')
    .option('--json', 'as one line of JSON')
    .action(async (options) => {
      done(await (await import('./admin/doctor.ts')).doctor(options, io));
    });
  where(program.command('tail'))
    .description('Show what happens on a node as it happens, also after a break.')
    .addOption(
      new Option('--level <level>', 'the least that is shown')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .option('--part <name>', 'only of this part; kernel: of none')
    .option('--text <text>', 'only lines with this')
    .option('--lines <number>', 'how many of the past, first', '10')
    .option('--json', 'each as a line of JSON')
    .action(async (options) => {
      done(await (await import('./admin/tail.ts')).tail(options, io));
    });
  where(program.command('trace <message...>'), true)
    .description('Show the life of one message: by its id, or its conversation and position.')
    .option('--json', 'as one line of JSON')
    .action(async (words, options) => {
      done(await (await import('./trace.ts')).trace(words, options, io));
    });
}

function addTop(program: Command, io: Io, done: Done): void {
  where(program.command('top'), true)
    .description('Watch a node and its cluster in this terminal, and steer them.')
    .option('--node <name>', 'watch this node, whoever serves')
    .option('--screen <name>', 'where to begin: sessions, cluster, events or another', 'overview')
    .option('--readonly', 'look, and do nothing')
    .option('--ascii', 'draw with ASCII only')
    .option('--no-color', 'as NO_COLOR does')
    .option('--once', 'print one picture, as where there is no terminal')
    .action(async (options) => {
      done(await (await import('./top.ts')).top(options, VERSION, io));
    });
}

function addPeopleVerbs(program: Command, io: Io, done: Done): void {
  verb(program, 'token <user>', 'Print a token for a user.')
    .option('--life <duration>', 'how long it is valid, such as 1h')
    .action(async (user, options) => {
      done(await (await import('./token.ts')).token(user, options, io));
    });
  program
    .command('chat')
    .description('Chat from this terminal, or through a pipe.')
    .option('--config <file>', 'else im.config.yaml; again for others of its kind', more)
    .requiredOption('--as <user>', 'who you are')
    .option('--to <user>', 'whom you write to')
    .option('--group <name>', 'the group you write to')
    .option('--server <address>', 'tcp://, tls://, ws:// or wss://; again for others', more)
    .option('--gateway <url>', 'asked where the server is: http:// or https://', more)
    .option('--token <token>', 'else one is made through the configuration')
    .option('--device <name>', 'the name of this device')
    .action(async (options) => {
      done(await (await import('./chat.ts')).chat(options));
    });
}

function addAuthorVerbs(program: Command, io: Io, done: Done): void {
  verb(program, 'explain [role] [type]', 'Describe every setting of a role, plugin or block.')
    .option('--markdown', 'print the whole reference page as Markdown')
    .action(async (role, type, options) => {
      done(await (await import('./explain.ts')).explain(role, type, options, io));
    });
  verb(program, 'list', 'List the plugins that a configuration may name.').action(
    async (options) => {
      done(await (await import('./list.ts')).list(options, io));
    },
  );
  const making = program.command('new').description('Write the beginning of something.');
  verb(making, 'plugin <role> <name>', 'Write a working plugin with its test.')
    .option('--dir <folder>', 'where its folder goes', 'plugins')
    .action(async (role, name, options) => {
      done(await (await import('./new-plugin.ts')).newPlugin(role, name, options, io));
    });
}
