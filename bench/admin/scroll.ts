/** `im top` among very many sessions: what it takes, and how soon a key is on the screen. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AdminClient } from '../../core/admin/client/admin-client.ts';
import type { System } from '../system.ts';
import { cpuTime } from './cpu-time.ts';
import type { LoopDelay } from './loop-delay.ts';
import { Pty } from './pty.ts';
import { adminSocket } from './socket.ts';

const SIZE = { columns: 80, rows: 24 };
const SEEN_MS = 20_000;
/** Until what is compiled while it runs is compiled. */
const WARM_UP_MS = 10_000;
const REST_MS = 10_000;
const KEYS = 120;
/** From what a key led to until the next one: the screen is drawn 20 times a second at most. */
const KEY_PAUSE_MS = 100;
/** As a keyboard repeats, and for so long. */
const REPEAT_MS = 33;
const HELD_KEYS = 120;
const nothing = (): void => undefined;
const PAGE_DOWN = '\u001b[6~';

export interface Rest {
  /** CPU of all its threads, of one core. */
  readonly busyPercent: number;
  readonly residentMb: number;
}

export interface Scrolled {
  /** From a key until the row that it leads to is the chosen one on the screen, ms. */
  readonly keysMs: readonly number[];
  /** While a key is held: from one chosen row on the screen to the next, ms. */
  readonly framesMs: readonly number[];
  /** From a key that leads to rows that were never asked for until they are on the screen, ms. */
  readonly jumpMs: number;
  readonly top: LoopDelay;
  /** Of each second meanwhile: the longest that the server's loop stood still, ms. */
  readonly serverMs: readonly number[];
  /** The same while nobody looked. */
  readonly aloneMs: readonly number[];
}

export class Scroll {
  readonly #system: System;
  readonly #launcher: string;
  readonly #total: string;

  constructor(system: System, launcher: string, sessions: number) {
    this.#system = system;
    this.#launcher = launcher;
    this.#total = sessions.toLocaleString('en-US');
  }

  /** On the overview and on the sessions, one after the other; the higher counts. */
  async rest(): Promise<Rest> {
    const pty = await this.#open('overview', '');
    try {
      await pause(WARM_UP_MS);
      const overview = await share(pty.pid);
      pty.type('2');
      await pty.until((screen) => screen.includes(`1/${this.#total}`), SEEN_MS);
      const sessions = await share(pty.pid);
      return { busyPercent: Math.max(overview, sessions), residentMb: residentMb(pty.pid) };
    } finally {
      await pty.close();
    }
  }

  async scroll(): Promise<Scrolled> {
    const told = join(this.#system.folder, 'loop-delay.json');
    const aloneMs = await this.#loop(() => pause(REST_MS));
    const pty = await this.#open('sessions', told);
    try {
      await pause(WARM_UP_MS);
      process.kill(pty.pid, 'SIGUSR2');
      let keysMs: number[] = [];
      let held = { framesMs: [] as number[], jumpMs: NaN };
      const serverMs = await this.#loop(async () => {
        keysMs = await this.#keys(pty);
        held = await this.#hold(pty);
      });
      pty.type('q');
      await pty.ended;
      const top = JSON.parse(readFileSync(told, 'utf8')) as LoopDelay;
      return { keysMs, ...held, top, serverMs, aloneMs };
    } finally {
      await pty.close();
    }
  }

  async #open(screen: string, told: string): Promise<Pty> {
    const config = join(this.#system.folder, 'im.config.yaml');
    const noted = told === '' ? '' : `--import ${join(import.meta.dirname, 'loop-delay.ts')}`;
    const top = `${process.execPath} ${noted} ${this.#launcher} top --config ${config}`;
    const pty = new Pty(`${top} --screen ${screen}`, SIZE, { IM_LOOP_DELAY: told });
    await pty
      .until((shown) => shown.includes('live via'), SEEN_MS)
      .catch(async (error) => {
        await pty.close();
        throw error;
      });
    return pty;
  }

  /** One by one: by rows, by pages, to the end and back. */
  async #keys(pty: Pty): Promise<number[]> {
    const last = Number(this.#total.replaceAll(',', ''));
    const tookMs: number[] = [];
    let at = 1;
    const press = async (keys: string, to: number): Promise<void> => {
      at = to;
      const place = ` ${at.toLocaleString('en-US')}/${this.#total} `;
      const begunMs = performance.now();
      const seen = pty.until((screen) => screen.includes(place), SEEN_MS);
      pty.type(keys);
      tookMs.push((await seen) - begunMs);
      await pause(KEY_PAUSE_MS);
    };
    for (let i = 0; i < KEYS; i += 10) {
      for (const _ of [1, 2, 3]) await press('j', at + 1);
      await press('k', at - 1);
      await press('G', last);
      for (const _ of [1, 2, 3]) await press('k', at - 1);
      await press('j', at + 1);
      await press('g', 1);
    }
    return tookMs;
  }

  async #hold(pty: Pty): Promise<{ framesMs: number[]; jumpMs: number }> {
    const frames: number[] = [];
    let shown = placeOf(pty.screen());
    const unwatch = pty.watch((atMs) => {
      const place = placeOf(pty.screen());
      if (place !== shown) frames.push(atMs);
      shown = place;
    });
    for (let i = 0; i < HELD_KEYS; i += 1) {
      pty.type(PAGE_DOWN);
      await pause(REPEAT_MS);
    }
    unwatch();
    const framesMs = frames.slice(1).map((atMs, i) => atMs - (frames[i] ?? 0));
    const last = ` ${this.#total}/${this.#total} `;
    const begunMs = performance.now();
    pty.type('G');
    const isLast = (screen: string): boolean => screen.includes(last) && isThere(screen);
    return { framesMs, jumpMs: (await pty.until(isLast, SEEN_MS)) - begunMs };
  }

  /** What the server says of its loop, second by second, while `run` runs. */
  async #loop(run: () => Promise<void>): Promise<number[]> {
    const client = new AdminClient({ name: 'bench', socket: adminSocket(this.#system) });
    const delays: number[] = [];
    const end = client.watch(
      {},
      {
        frame: nothing,
        event: nothing,
        lost: nothing,
        beat: ({ loopDelayMs }) => void delays.push(loopDelayMs),
        closed: nothing,
      },
    );
    await run();
    end();
    // The first tells of the time before.
    return delays.slice(1);
  }
}

/** Of the chosen row, among all. */
function placeOf(screen: string): string | undefined {
  return / ([\d,]+)\/[\d,]+ ─┐/u.exec(screen)?.[1];
}

/** Rows that have not come yet are a sign. */
function isThere(screen: string): boolean {
  return !/^│ … *│$/mu.test(screen);
}

async function share(pid: number): Promise<number> {
  const [begunMs, before] = [performance.now(), cpuTime(pid)];
  await pause(REST_MS);
  return (100 * (cpuTime(pid).allMs - before.allMs)) / (performance.now() - begunMs);
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024) / 1e6;
}
