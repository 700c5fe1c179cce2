/** The program on a terminal, until it is quit. */
import { writeFile } from 'node:fs/promises';
import type { Members } from './link/members.ts';
import type { Store } from './link/store.ts';
import type { Effect } from './model/acts.ts';
import { textOf } from './draw/line.ts';
import type { Terminal } from './app.tsx';
import { picture, type Look } from './screens/picture.ts';
import { COLOURED, PLAIN } from './theme.ts';

export interface InkOptions {
  readonly look: Look;
  readonly colours: boolean;
}

/** The data come twice a second; a held key is seen to move at this pace. */
const FPS_MAX = 20;

export async function runInk(store: Store, members: Members, options: InkOptions): Promise<void> {
  const { render, createElement, App } = await loadInk();
  const carryOut = effects(store, members, options.look);
  const theme = options.colours ? COLOURED : PLAIN;
  const app = render(createElement(App, { store, look: options.look, theme, carryOut }), {
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: FPS_MAX,
    // Ink would be silent where CI is set, terminal or not.
    interactive: true,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  // A key may change what the screen needs.
  const unsubscribe = store.subscribe(() => members.look());
  store.run(() => members.look());
  await app.waitUntilExit();
  unsubscribe();
}

/** React is twice as fast where it is told that nobody develops. */
export async function loadInk() {
  process.env['NODE_ENV'] ??= 'production';
  // A checkout has sources, which Node cannot read; a package has none.
  if (import.meta.url.endsWith('.ts')) await import('./tsx-here.ts');
  const [{ render }, { createElement }, { App }] = await Promise.all([
    import('ink'),
    import('react'),
    import('./app.tsx'),
  ]);
  return { render, createElement, App };
}

export function effects(
  store: Store,
  members: Pick<Members, 'ask' | 'each' | 'reconnect' | 'look'>,
  look: Look,
): (effect: Effect, terminal: Terminal) => void {
  return (effect, terminal) => {
    switch (effect.kind) {
      case 'ask':
        void members.ask(effect.verb, effect.input);
        break;
      case 'each':
        void members.each(effect.verb, effect.inputs);
        break;
      case 'quit':
        terminal.quit();
        break;
      case 'suspend':
        terminal.suspend(stopped);
        break;
      case 'repaint':
        // To come back from nowhere draws everything anew.
        terminal.suspend(() => Promise.resolve());
        break;
      case 'reconnect':
        members.reconnect();
        break;
      case 'copy':
        // OSC 52: the terminal's own clipboard, also over ssh.
        process.stdout.write(`\u001b]52;c;${Buffer.from(effect.text).toString('base64')}\u0007`);
        break;
      case 'save':
        void save(store, look);
        break;
    }
  };
}

/** What was stopped goes on in the midst of this; a stop that nobody could undo does not happen. */
const STOP_MS = 100;

/** As Ctrl-Z does: until the shell brings us back. */
async function stopped(): Promise<void> {
  // The whole job: a shell waits for what started us too, such as npx or a script.
  process.kill(0, 'SIGTSTP');
  // To wait for SIGCONT could be for ever: without a shell above, the system ignores the signal.
  await new Promise((resolve) => void setTimeout(resolve, STOP_MS));
}

async function save(store: Store, look: Look): Promise<void> {
  const { screen } = store.state.ui;
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const file = `im-top-${screen}-${stamp}.txt`;
  const lines = picture(store.state, look).map((one) => textOf(one).trimEnd());
  try {
    await writeFile(file, `${lines.join('\n')}\n`, { flag: 'wx' });
    store.dispatch({ kind: 'say', text: `saved to ${file}`, tone: 'good' });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    store.dispatch({ kind: 'say', text: `not saved: ${why}`, tone: 'bad' });
  }
}
