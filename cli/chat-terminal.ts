/**
 * The chat on a terminal: a prompt, lines above it, and ticks that tell how far a message has come.
 */
import { createInterface } from 'node:readline';
import { styleText } from 'node:util';
import { systemClock } from '../client/system.ts';
import { watchAbsence } from './chat-absence.ts';
import { watchRefusals } from './chat-refusals.ts';
import { runCommand, type Table } from './chat-commands.ts';
import { ChatScreen } from './chat-screen.ts';
import { actText, clockText, messageText, safeText } from './chat-text.ts';
import { follow, NO_TICK, tickText } from './chat-ticks.ts';
import type { Chat } from './chat-pipe.ts';
import { EXIT } from './io.ts';

const INTERRUPTED = 130;

function promptOf(target: string | undefined): string {
  return `${target ?? '/to whom?'}> `;
}

export async function chatOnTerminal({
  im,
  plan,
  streams,
  clock = systemClock,
}: Chat): Promise<number> {
  const { input, output } = streams;
  const readline = createInterface({ input, output, terminal: true, historySize: 100 });
  const screen = new ChatScreen(readline, output);
  const end = Promise.withResolvers<number>();
  const table: Table = {
    im,
    user: plan.user,
    target: plan.target,
    print: (text) => void screen.print(text),
    tick: (tick) => tickText(tick, output),
    quit: () => end.resolve(EXIT.ok),
  };
  const note = (text: string): void => void screen.print(styleText('dim', text));
  const current = (): string | undefined => table.target;

  im.on('message', (message) => {
    screen.print(`${NO_TICK}${messageText(message, current())}`);
    im.read(message.conversation, message.position);
  });
  im.on('act', (act) => void screen.print(`${NO_TICK}${actText(act, current())}`));
  im.on('presence', ({ user, state }) => note(`${NO_TICK}${safeText(user)} is ${state}`));
  const tell = (text: string): void => note(`${NO_TICK}${text}`);
  const unheed = watchRefusals(im, { clock, say: tell });
  const unwatch = watchAbsence(im, {
    clock,
    say: tell,
    begun: () => note(`${NO_TICK}online (/help shows what you can type)`),
  });
  im.on('state', ({ state }) => {
    if (state === 'closed') end.resolve(EXIT.failed);
  });

  const typed = async (line: string): Promise<void> => {
    screen.eraseTyped(readline.getPrompt(), line);
    if (line.startsWith('/')) await runCommand(table, line);
    else if (line.trim() !== '' && table.target === undefined) {
      table.print('say first whom to write to: /to USER or /group NAME');
    } else if (line.trim() !== '') say(line, table.target ?? '');
    readline.setPrompt(promptOf(table.target));
    readline.prompt(true);
  };
  const say = (line: string, target: string): void => {
    const handle = im.send(target, line);
    const text = `${clockText(Date.now())} ${plan.user}: ${safeText(line)}`;
    const printed = screen.print(`${tickText('pending', output)} ${text}`);
    follow(handle, (tick) => printed.update(tickText(tick, output)), note);
  };
  readline.on('line', (line) => {
    typed(line).catch((error: unknown) => note(`${NO_TICK}${String(error)}`));
  });
  readline.on('close', () => end.resolve(EXIT.ok));
  readline.on('SIGINT', () => end.resolve(INTERRUPTED));
  readline.setPrompt(promptOf(table.target));
  readline.prompt();
  const code = await end.promise;
  unwatch();
  unheed();
  readline.close();
  output.write('\n');
  return code;
}
