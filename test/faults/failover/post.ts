/** Which host reaches which: each sends datagrams to each, and it is seen which arrive. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../until.ts';
import { HOSTS, type Host, type Hosts, type Way } from './hosts.ts';

const POSTED = join(import.meta.dirname, 'posted.ts');
const PORT = 9_009;
const LISTENS_MS = 10_000;
/** What is cut gets all of that time to arrive all the same. */
const CUT_MS = 1_000;
/** A datagram may be lost on a busy machine, too: it is sent again and again. */
const AGAIN_MS = 100;
/** On a busy machine, among hosts that are one. */
const ARRIVES_MS = 10_000;

/** The store and the clients are on one machine: no wire is between them. */
const WAYS: readonly Way[] = HOSTS.flatMap((from) =>
  HOSTS.filter((to) => to !== from && [from, to].some((host) => host.startsWith('im-'))).map(
    (to): Way => [from, to],
  ),
);

const named = ([from, to]: Way): string => `${from}>${to}`;

export class Post {
  readonly #hosts: Hosts;
  readonly #desks = new Map<Host, ChildProcessByStdio<Writable, Readable, null>>();
  readonly #heard = new Set<string>();
  #round = 0;

  constructor(hosts: Hosts) {
    this.#hosts = hosts;
  }

  async open(): Promise<void> {
    for (const host of HOSTS) {
      const own = [process.execPath, POSTED, this.#hosts.addressOf(host), String(PORT)];
      const [program = '', ...args] = [...this.#hosts.runBy(host), ...own];
      const desk = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      this.#desks.set(host, desk);
      createInterface(desk.stdout).on('line', (line) => {
        this.#heard.add(line === 'listening' ? host : line);
      });
    }
    await until('a post on every host', LISTENS_MS, () =>
      HOSTS.every((host) => this.#heard.has(host)),
    );
  }

  /** What is not as it would be with just these ways cut, in words; undefined: nothing. */
  async wrong(cut: readonly Way[]): Promise<string | undefined> {
    this.#round += 1;
    const wordOf = (way: Way): string => `${this.#round}:${named(way)}`;
    const silent = (): readonly Way[] => WAYS.filter((way) => !this.#heard.has(wordOf(way)));
    const meant = WAYS.map(named).filter(among(cut));
    const [beganMs, leastMs] = [performance.now(), cut.length === 0 ? 0 : CUT_MS];
    for (let left = silent(); ; left = silent()) {
      const passedMs = performance.now() - beganMs;
      const found = left.map(named);
      if (found.length < meant.length || passedMs > ARRIVES_MS) {
        return `cut are ${found.join(' ') || 'none'}, not ${meant.join(' ') || 'none'}`;
      }
      if (passedMs > leastMs && found.join(' ') === meant.join(' ')) return undefined;
      for (const way of left) this.#send(way, wordOf(way));
      await pause(AGAIN_MS);
    }
  }

  close(): void {
    for (const desk of this.#desks.values()) desk.kill('SIGKILL');
  }

  #send([from, to]: Way, word: string): void {
    this.#desks.get(from)?.stdin.write(`${this.#hosts.addressOf(to)} ${word}\n`);
  }
}

function among(ways: readonly Way[]): (name: string) => boolean {
  const names = new Set(ways.map(named));
  return (name) => names.has(name);
}
