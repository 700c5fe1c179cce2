/**
 * What a busy operator has open, in a process of its own: `node watchers.ts <admin socket>`. The
 * streams of `im top` on its screen of sessions, by its own code, without the drawing; `/metrics`
 * once a second; `im tail`. The lines `on` and `off` on its standard input begin and end it; it
 * tells what came when the input ends.
 */
import { createInterface } from 'node:readline';
import { AdminClient, type Target, type Watcher } from '../../core/admin/client/admin-client.ts';
import { Members } from '../../tui/link/members.ts';
import { Store } from '../../tui/link/store.ts';
import { emptyData } from '../../tui/model/data.ts';
import { newUi } from '../../tui/model/ui.ts';

export interface Seen {
  /** How long it was on. */
  seconds: number;
  /** Of both streams of `im top`. */
  frames: number;
  scrapes: number;
  beatsOfTail: number;
}

const SCRAPE_MS = 1_000;

const target: Target = { name: 'bench', socket: process.argv[2] ?? '' };
const seen: Seen = { seconds: 0, frames: 0, scrapes: 0, beatsOfTail: 0 };
const nothing = (): void => undefined;
const now = (): number => performance.now();

function after(delayMs: number, call: () => void): () => void {
  const timer = setTimeout(call, delayMs);
  return () => clearTimeout(timer);
}

function connect(where: Target): Pick<AdminClient, 'ask' | 'watch'> {
  const client = new AdminClient(where);
  return {
    ask: (verb, input) => client.ask(verb, input),
    watch: (input, watcher) => client.watch(input, counting(watcher)),
  };
}

function counting(watcher: Watcher): Watcher {
  return {
    ...watcher,
    frame: (frame) => {
      seen.frames += 1;
      watcher.frame(frame);
    },
  };
}

function top(): () => void {
  const around = { now, after, random: Math.random, connect };
  const ui = newUi({ columns: 80, rows: 24, screen: 'sessions' });
  const store = new Store({ data: emptyData(now()), ui }, around);
  const members = new Members([target], {
    ...around,
    state: () => store.state,
    dispatch: (action) => store.dispatch(action),
  });
  store.run(() => members.look());
  return () => {
    store.stop();
    members.stop();
  };
}

function scraping(): () => void {
  const client = new AdminClient(target);
  const scrape = (): void => void client.text('/metrics').then(() => (seen.scrapes += 1));
  scrape();
  const timer = setInterval(scrape, SCRAPE_MS);
  return () => clearInterval(timer);
}

function beat(): void {
  seen.beatsOfTail += 1;
}

function tail(): () => void {
  const watcher = { frame: nothing, event: nothing, lost: nothing, beat, closed: nothing };
  return new AdminClient(target).watch({ events: 'yes', level: 'info' }, watcher);
}

let ends: readonly (() => void)[] = [];
let begunMs = 0;
function off(): void {
  if (ends.length > 0) seen.seconds += (now() - begunMs) / 1_000;
  for (const end of ends) end();
  ends = [];
}
for await (const line of createInterface({ input: process.stdin })) {
  off();
  if (line === 'on') {
    begunMs = now();
    ends = [top(), scraping(), tail()];
  }
}
off();
console.log(JSON.stringify(seen));
process.exit(0);
