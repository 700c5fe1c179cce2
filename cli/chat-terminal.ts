/**
 * The chat on a terminal: a prompt, lines above it, and ticks that tell how far a message has come.
 */
import { createInterface } from 'node:readline';
import { styleText } from 'node:util';
import type { CommandHandle } from '../client/index.ts';
import { runCommand, type Table } from './chat-commands.ts';
import { ChatScreen } from './chat-screen.ts';
import { actText, clockText, messageText, safeText } from './chat-text.ts';
import type { Chat } from './chat-pipe.ts';
import { EXIT } from './io.ts';

/** Two columns each, so that one can be written over another. */
const TICKS = {
  pending: '· ',
  accepted: '✓ ',
  received: '✓✓',
  read: styleText('cyan', '✓✓', { validateStream: false }),
  refused: styleText('red', '✗ ', { validateStream: false }),
};
const INTERRUPTED = 130;

function promptOf(target: string | undefined): string {
  return `${target ?? '/to whom?'}> `;
}

/** Shows the ticks of one message as its answers come. */
function follow(
  handle: CommandHandle,
  show: (tick: string) => void,
  fail: (why: string) => void,
): void {
  const ticks = [handle.accepted, handle.received, handle.read] as const;
  const names = ['accepted', 'received', 'read'] as const;
  let shown = -1;
  for (const [index, reached] of ticks.entries()) {
    reached.then(
      () => {
        // Read implies received, and may be told first.
        if (index <= shown) return;
        shown = index;
        show(TICKS[names[index] ?? 'accepted']);
      },
      (error: unknown) => {
        if (index > 0 || handle.state !== 'refused') return;
        show(TICKS.refused);
        fail(error instanceof Error ? error.message : String(error));
      },
    );
  }
}

export async function chatOnTerminal({ im, plan, streams }: Chat): Promise<number> {
  const { input, output } = streams;
  const readline = createInterface({ input, output, terminal: true, historySize: 100 });
  const screen = new ChatScreen(readline, output);
  const end = Promise.withResolvers<number>();
  const table: Table = {
    im,
    user: plan.user,
    target: plan.target,
    print: (text) => void screen.print(text),
    quit: () => end.resolve(EXIT.ok),
  };
  const note = (text: string): void => void screen.print(styleText('dim', text));
  const current = (): string | undefined => table.target;

  im.on('message', (message) => {
    screen.print(`   ${messageText(message, current())}`);
    im.read(message.conversation, message.position);
  });
  im.on('act', (act) => void screen.print(`   ${actText(act, current())}`));
  im.on('presence', ({ user, state }) => note(`   ${safeText(user)} is ${state}`));
  im.on('error', ({ message }) => note(`   ${message}`));
  im.on('state', ({ state, reason }) => {
    if (state === 'online') note('   online (/help shows what you can type)');
    if (state === 'offline') note(`   offline: ${reason}; what you write is kept and sent later`);
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
    const printed = screen.print(`${TICKS.pending} ${text}`);
    follow(handle, (tick) => printed.update(tick), note);
  };
  readline.on('line', (line) => {
    typed(line).catch((error: unknown) => note(`   ${String(error)}`));
  });
  readline.on('close', () => end.resolve(EXIT.ok));
  readline.on('SIGINT', () => end.resolve(INTERRUPTED));
  readline.setPrompt(promptOf(table.target));
  readline.prompt();
  const code = await end.promise;
  readline.close();
  output.write('\n');
  return code;
}
