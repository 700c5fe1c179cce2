/** The program on a terminal that is only a model: real escape sequences, a screen to look at. */
import { EventEmitter } from 'node:events';
import xterm from '@xterm/headless';
import type { Effect } from '../../tui/model/acts.ts';
import { emptyData } from '../../tui/model/data.ts';
import { newUi } from '../../tui/model/ui.ts';
import { Members } from '../../tui/link/members.ts';
import { Store } from '../../tui/link/store.ts';
import { effects, loadInk } from '../../tui/run-ink.ts';
import { COLOURED, type Theme } from '../../tui/theme.ts';
import { FakeCluster } from './fake-cluster.ts';

/**
 * Chalk asks once, when it is loaded, for the colours of the process, which writes to a file here;
 * it is to see what a terminal would. No other test is to find that in its environment.
 */
export async function loadInkColoured(): ReturnType<typeof loadInk> {
  const before = process.env['FORCE_COLOR'];
  process.env['FORCE_COLOR'] = '1';
  try {
    return await loadInk();
  } finally {
    if (before === undefined) delete process.env['FORCE_COLOR'];
    else process.env['FORCE_COLOR'] = before;
  }
}

/** Ink is loaded and the sources are translated once; on a busy machine that takes a while. */
export const WARM_UP_MS = 60_000;

export interface Opened {
  readonly cluster?: FakeCluster;
  readonly columns: number;
  readonly rows: number;
  readonly ascii?: boolean;
  readonly readOnly?: boolean;
  readonly theme?: Theme;
}

const ESCAPE = '\u001b';

function soon(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 1));
}

const nothing = (): void => undefined;
const VERSION = '0.1.0';
const TARGETS = ['im-a', 'im-b'].map((name) => ({ name, url: `http://${name}:7490` }));

export class TestTerminal {
  readonly cluster: FakeCluster;
  readonly store: Store;
  readonly carried: Effect[] = [];
  readonly #term: xterm.Terminal;
  readonly #stdout: EventEmitter & { columns: number; rows: number };
  readonly #stdin: EventEmitter;
  readonly #typed: string[] = [];
  readonly #members: Members;
  #app: { waitUntilRenderFlush(): Promise<void>; unmount(): void } | undefined;
  /** All that was written. */
  written = '';

  private constructor({ cluster = new FakeCluster(), columns, rows, readOnly = false }: Opened) {
    this.cluster = cluster;
    const data = emptyData(cluster.now());
    this.store = new Store({ data, ui: newUi({ columns, rows, readOnly }) }, cluster);
    // There is no kernel here that makes \r\n of \n.
    this.#term = new xterm.Terminal({
      cols: columns,
      rows,
      allowProposedApi: true,
      convertEol: true,
    });
    const write = (text: string, done?: unknown): boolean => {
      this.written += text;
      this.#term.write(text, typeof done === 'function' ? (done as () => void) : undefined);
      return true;
    };
    this.#stdout = Object.assign(new EventEmitter(), {
      columns,
      rows,
      isTTY: true,
      writable: true,
      write,
    });
    this.#stdin = Object.assign(new EventEmitter(), {
      isTTY: true,
      setEncoding: nothing,
      setRawMode: nothing,
      resume: nothing,
      pause: nothing,
      ref: nothing,
      unref: nothing,
      read: () => this.#typed.shift() ?? null,
    });
    this.#members = new Members(TARGETS, {
      now: cluster.now,
      after: cluster.after,
      random: cluster.random,
      connect: cluster.connect,
      state: () => this.store.state,
      dispatch: (action) => this.store.dispatch(action),
    });
  }

  static async open(opened: Opened): Promise<TestTerminal> {
    const terminal = new TestTerminal(opened);
    await terminal.#start(opened);
    return terminal;
  }

  async #start({ ascii = false, theme = COLOURED }: Opened): Promise<void> {
    const { render, createElement, App } = await loadInkColoured();
    const look = { ascii, version: VERSION };
    const carry = effects(this.store, this.#members, look);
    const carryOut: typeof carry = (effect, terminal) => {
      this.carried.push(effect);
      carry(effect, terminal);
    };
    const stdout = this.#stdout as unknown as NodeJS.WriteStream;
    this.#app = render(createElement(App, { store: this.store, look, theme, carryOut }), {
      stdout,
      stderr: stdout,
      stdin: this.#stdin as unknown as NodeJS.ReadStream,
      patchConsole: false,
      interactive: true,
      alternateScreen: true,
      incrementalRendering: true,
      exitOnCtrlC: false,
      maxFps: 1_000,
    });
    this.store.subscribe(() => this.#members.look());
    this.store.run(() => this.#members.look());
    await this.pass(2_000);
  }

  /** Lets time go on, and shows what came of it. */
  async pass(forMs: number): Promise<void> {
    await this.cluster.advance(forMs);
    await this.settle();
  }

  /** Keys, each by itself; and what they ask of the servers. */
  async keys(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const before = this.store.state.ui;
      this.#typed.push(key);
      this.#stdin.emit('readable');
      // Ink waits a little, by its own clock, whether more follows that makes another key of it.
      if (key === ESCAPE) while (this.store.state.ui === before) await soon();
      await this.settle();
    }
    await this.pass(1_000);
  }

  async resize(columns: number, rows: number): Promise<void> {
    this.#term.resize(columns, rows);
    Object.assign(this.#stdout, { columns, rows });
    this.#stdout.emit('resize');
    while (this.store.state.ui.columns !== columns || this.store.state.ui.rows !== rows) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await this.settle();
  }

  async settle(): Promise<void> {
    // React works in turns of the loop; when two screens running are the same, it has done so.
    let before: string | undefined;
    let now = this.screen();
    for (let same = 0; same < 1; same = now === before ? same + 1 : 0) {
      before = now;
      await new Promise((resolve) => setImmediate(resolve));
      await this.#app?.waitUntilRenderFlush();
      await new Promise<void>((resolve) => this.#term.write('', resolve));
      now = this.screen();
    }
  }

  screen(): string {
    const { active } = this.#term.buffer;
    const rows = Array.from({ length: this.#term.rows }, (_, i) => {
      return (
        active.getLine(active.viewportY + i)?.translateToString(true, 0, this.#term.cols) ?? ''
      );
    });
    return rows.join('\n');
  }

  get alternate(): boolean {
    return this.#term.buffer.active.type === 'alternate';
  }

  async close(): Promise<void> {
    this.store.stop();
    this.#members.stop();
    this.#app?.unmount();
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve) => this.#term.write('', resolve));
  }
}
