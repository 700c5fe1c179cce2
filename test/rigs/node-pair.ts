/** Two real nodes on one store, and the verbs of whoever operates them. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from 'im-kernel/kit';
import type { ClusterStatus } from '../../core/admin/operator.ts';
import { ServerProcess, type Differences } from '../scenes/server-process.ts';
import { Typed } from './typed.ts';

const UNTIL_MS = 30_000;

interface Said {
  readonly code: string;
  readonly out: string;
  readonly err: string;
}

export interface PairDifferences {
  /** Of both; default: one file of sqlite. */
  readonly persistence?: Readonly<Record<string, unknown>>;
  readonly failover?: string;
  /** Blocks of one of them that differ from the other's. */
  readonly a?: Differences;
  readonly b?: Differences;
}

export class NodePair {
  readonly folder = mkdtempSync(join(tmpdir(), 'im-pair-'));
  readonly a: ServerProcess;
  readonly b: ServerProcess;
  readonly #common: PairDifferences;
  readonly #typed: Typed[] = [];

  constructor(differences: PairDifferences = {}) {
    this.#common = differences;
    this.a = this.node('im-a', 1, differences.a);
    this.b = this.node('im-b', 2, differences.b);
  }

  /** One more like the two, in a folder of its own. */
  node(name: string, priority: number, more: Differences = {}, folder = name): ServerProcess {
    const own = join(this.folder, folder);
    mkdirSync(own);
    const { persistence, failover = 'standby' } = this.#common;
    return new ServerProcess(own, '../auth.key', {
      persistence: persistence ?? { use: 'sqlite', file: '../im.db' },
      failover: { use: failover, priority },
      ...more,
      node: { name, ...more['node'] },
      cluster: { name: 'demo', beat: '200ms', lease: '3s', ...more['cluster'] },
    });
  }

  /** Both, the first one active. */
  async start(): Promise<void> {
    await this.a.start();
    await this.b.start();
    await this.until(({ nodes }) => nodes.length === 2, 'both are there');
  }

  /** Begins `im` with the file of a node. */
  type(words: string, of = this.b): Typed {
    const typed = new Typed(`npx im ${words} --config ${of.configFile}`, this.folder);
    this.#typed.push(typed);
    return typed;
  }

  /** Runs `im` with the file of a node, to its end. */
  async im(words: string, of = this.b): Promise<Said> {
    const typed = this.type(words, of);
    const code = await typed.end();
    return { code, out: typed.out, err: typed.err };
  }

  async status(): Promise<ClusterStatus> {
    const { out, err } = await this.im('status --json');
    if (out === '') throw new Error(err);
    return JSON.parse(out) as ClusterStatus;
  }

  /** Resolves to the status that is as it should be. */
  async until(
    isSo: (status: ClusterStatus) => boolean,
    what: string,
    limitMs = UNTIL_MS,
  ): Promise<ClusterStatus> {
    let last = await this.status();
    const look = async (): Promise<boolean> => isSo(last) || isSo((last = await this.status()));
    await until(look, what, limitMs).catch((cause: unknown) => {
      throw new Error(`${String(cause)}\n${JSON.stringify(last, undefined, 2)}`, { cause });
    });
    return last;
  }

  async clear(): Promise<void> {
    for (const one of this.#typed) await one.signal('SIGKILL');
    for (const one of [this.a, this.b]) await one.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
