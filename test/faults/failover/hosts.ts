/**
 * Hosts of their own for two nodes: network namespaces behind a router, which is one too. The store
 * and the clients stay where the rig runs, each at an address of its own behind the same router. A
 * cut is a rule of the router that drops what one host sends to another, without a word to either.
 */
import { existsSync } from 'node:fs';
import { missingProgram, missingRoot, sh } from '../shell.ts';
import { undoneAtExit } from '../undone.ts';
import type { Place } from './pair-node.ts';

export const HOSTS = ['im-a', 'im-b', 'store', 'clients'] as const;
export type Host = (typeof HOSTS)[number];

/** What the first sends to the second. */
export type Way = readonly [from: Host, to: Host];

/** The last number of each address; the router has the first of each of the three networks. */
const ENDS: Readonly<Record<Host, number>> = { 'im-a': 2, 'im-b': 6, store: 10, clients: 11 };
const NAMESPACE = /^imfault(\d+)-/;
/** A router that asks whether it may answer the sender would make each cut one of both ways. */
const ROUTES = [
  'echo 1 > /proc/sys/net/ipv4/ip_forward',
  'echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter',
  'echo 0 > /proc/sys/net/ipv4/conf/default/rp_filter',
].join(' && ');

let made = 0;

/** Of rigs that were killed before they could remove them. */
function removeLeftovers(): void {
  for (const line of sh('ip', 'netns', 'list').split('\n')) {
    const [name = ''] = line.split(' ');
    const owner = NAMESPACE.exec(name)?.[1];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) sh('ip', 'netns', 'del', name);
  }
}

export class Hosts {
  /** Of 198.18.0.0/15, which is for tests. */
  readonly #network: string;
  readonly #name: string;
  readonly #namespaces: string[] = [];
  readonly #undone = undoneAtExit(() => this.#remove());
  #rules: readonly (readonly string[])[] = [];

  /** Throws if they cannot be made. */
  constructor() {
    removeLeftovers();
    made += 1;
    this.#network = `198.18.${(process.pid + made) % 256}`;
    this.#name = `imfault${process.pid}-${made}`;
    try {
      this.#makeRouter();
      this.#makeHost('im-a', 1);
      this.#makeHost('im-b', 5);
    } catch (error) {
      this.clear();
      throw error;
    }
  }

  addressOf(host: Host): string {
    return `${this.#network}.${ENDS[host]}`;
  }

  /** What a program is run by to run on a host. */
  runBy(host: Host): readonly string[] {
    const name = `${this.#name}-${host}`;
    return this.#namespaces.includes(name) ? ['ip', 'netns', 'exec', name] : [];
  }

  placeOf(host: Host): Place {
    return { host: this.addressOf(host), runBy: this.runBy(host) };
  }

  /** From now on nothing that goes one of these ways arrives. */
  cut(ways: readonly Way[]): void {
    this.#rules = ways.map(([from, to]) => {
      return ['from', this.addressOf(from), 'to', this.addressOf(to), 'blackhole'];
    });
    for (const rule of this.#rules) sh('ip', '-n', this.#router, 'rule', 'add', ...rule);
  }

  heal(): void {
    for (const rule of this.#rules) sh('ip', '-n', this.#router, 'rule', 'del', ...rule);
    this.#rules = [];
  }

  clear(): void {
    this.#remove();
    this.#undone();
  }

  get #router(): string {
    return `${this.#name}-router`;
  }

  /** With the link to where the rig runs. */
  #makeRouter(): void {
    const device = `imf${process.pid}x${made}`;
    this.#makeNamespace(this.#router);
    sh('ip', 'netns', 'exec', this.#router, 'sh', '-c', ROUTES);
    sh('ip', 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'rig', 'netns', this.#router);
    sh('ip', '-n', this.#router, 'addr', 'add', `${this.#network}.9/29`, 'dev', 'rig');
    sh('ip', '-n', this.#router, 'link', 'set', 'rig', 'up');
    for (const host of ['store', 'clients'] as const)
      sh('ip', 'addr', 'add', `${this.addressOf(host)}/29`, 'dev', device);
    sh('ip', 'link', 'set', device, 'up');
    const via = ['via', `${this.#network}.9`, 'src', this.addressOf('clients')];
    sh('ip', 'route', 'add', `${this.#network}.0/24`, ...via);
  }

  #makeHost(host: Host, gateway: number): void {
    const name = `${this.#name}-${host}`;
    const via = `${this.#network}.${gateway}`;
    const peer = ['peer', 'name', 'wire', 'netns', name];
    this.#makeNamespace(name);
    sh('ip', '-n', this.#router, 'link', 'add', host, 'type', 'veth', ...peer);
    sh('ip', '-n', this.#router, 'addr', 'add', `${via}/30`, 'dev', host);
    sh('ip', '-n', this.#router, 'link', 'set', host, 'up');
    sh('ip', '-n', name, 'addr', 'add', `${this.addressOf(host)}/30`, 'dev', 'wire');
    sh('ip', '-n', name, 'link', 'set', 'wire', 'up');
    sh('ip', '-n', name, 'route', 'add', 'default', 'via', via);
  }

  #makeNamespace(name: string): void {
    sh('ip', 'netns', 'add', name);
    this.#namespaces.push(name);
    sh('ip', '-n', name, 'link', 'set', 'lo', 'up');
  }

  /** Links and routes go with the namespace of their other end. */
  #remove(): void {
    for (const name of this.#namespaces.splice(0)) sh('ip', 'netns', 'del', name);
  }
}

export function missingHosts(): string | undefined {
  const plain = missingRoot() ?? missingProgram('ip');
  if (plain !== undefined) return plain;
  try {
    const hosts = new Hosts();
    try {
      hosts.cut([['im-a', 'im-b']]);
    } finally {
      hosts.clear();
    }
    return undefined;
  } catch (error) {
    return `no hosts can be made: ${error instanceof Error ? error.message : String(error)}`;
  }
}
