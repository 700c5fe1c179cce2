/** Which host reaches which: each sends a datagram to each, and it is seen which arrive. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { leftAfter, until } from '../until.ts';
import { HOSTS, type Host, type Hosts, type Way } from './hosts.ts';

const POSTED = join(import.meta.dirname, 'posted.ts');
const PORT = 9_009;
const LISTENS_MS = 10_000;
/** On a busy machine, among hosts that are one. */
const ARRIVES_MS = 1_000;

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
    for (const way of WAYS) {
      const [from, to] = way;
      this.#desks.get(from)?.stdin.write(`${this.#hosts.addressOf(to)} ${wordOf(way)}\n`);
    }
    const silent = (): readonly string[] =>
      WAYS.filter((way) => !this.#heard.has(wordOf(way))).map(named);
    // What is cut gets all of that time to arrive all the same.
    const goal = cut.length === 0 ? 0 : -1;
    await leftAfter(ARRIVES_MS, () => (silent().length <= goal ? undefined : 'some'));
    const [found, meant] = [silent().join(' '), WAYS.map(named).filter(among(cut)).join(' ')];
    return found === meant ? undefined : `cut are ${found || 'none'}, not ${meant || 'none'}`;
  }

  close(): void {
    for (const desk of this.#desks.values()) desk.kill('SIGKILL');
  }
}

function among(ways: readonly Way[]): (name: string) => boolean {
  const names = new Set(ways.map(named));
  return (name) => names.has(name);
}
