/**
 * A PostgreSQL for one rig, and what befalls it. It is always one of the rig's own: the server that
 * IM_TEST_PG_URL names is not ours to kill.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { PostgresServer, queryAt } from '../postgres-server/server.ts';
import { readColdPostgres } from './cold-postgres.ts';
import type { Findings } from './fault-rig.ts';
import type { Ground } from './ground.ts';
import { allGone, freeze, signal } from './processes.ts';
import type { StageStore } from './stage-store.ts';
import { onStage, type Stage } from './stage.ts';
import { undoneAtExit } from './undone.ts';

/** Small, so that the database is often between two files of its log when something happens. */
const WAL_FILE_MIB = 1;
const BACK_MS = 20_000;
const BACK_EVERY_MS = 50;
/** Else each recovery syncs a thousand files, one after the other, however busy the disk is. */
const SYNC_AT_ONCE = 'recovery_init_sync_method=syncfs';
/** Then several commits are under way when something happens. */
const LIMITS = { lanes: 4 };
/** Short waits, so that the server gives up, and goes on, within a round. */
const WAITS = { wait: '500ms', statementTimeout: '1s', lockTimeout: '1s', connectTimeout: '1s' };

export interface DatabaseParts {
  /** Where its files are; default: the ground. */
  readonly folder?: string;
  /** The path of a plugin to use in place of `postgres`. */
  readonly use?: string;
  /** Other settings of the plugin. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Where the server dials it; default: on loopback. */
  readonly host?: string;
  /** From the database's port to the one that the server dials. */
  readonly via?: (port: number) => number;
}

export class FaultDatabase {
  readonly #server: PostgresServer;
  readonly #undone = undoneAtExit(() => this.#strike());

  private constructor(server: PostgresServer) {
    this.#server = server;
  }

  /** In a new folder under `parent`, to which everybody may pass; `host`: listens there, too. */
  static async in(parent: string, host?: string): Promise<FaultDatabase> {
    const settings = [SYNC_AT_ONCE];
    return new FaultDatabase(
      await PostgresServer.make({
        parent,
        walFileMiB: WAL_FILE_MIB,
        settings,
        ...(host && { host }),
      }),
    );
  }

  get running(): boolean {
    return this.#server.pids().length > 0;
  }

  store({ use = 'postgres', settings, host, via = (port) => port }: DatabaseParts): StageStore {
    const url = new URL(this.#server.url('postgres'));
    if (host !== undefined) url.hostname = host;
    url.port = String(via(this.#server.port));
    return {
      settings: { use, file: undefined, url: url.href, ...WAITS, ...settings },
      readLog: async () => {
        if (!this.running) await this.start();
        return await readColdPostgres(this.#server.url('postgres'));
      },
    };
  }

  /** Runs statements past the product, each on its own; the last one's rows. */
  query(...texts: readonly string[]): Promise<unknown[]> {
    return queryAt(this.#server.url('postgres'), ...texts);
  }

  set(setting: string, value: string): Promise<void> {
    return this.#server.set(setting, value);
  }

  /** Resolves when it lets one in, after its recovery. Rejects if it ends meanwhile. */
  start(): Promise<void> {
    return this.#server.start();
  }

  /** Resolves when it lets one in; if it is gone, or goes, it is started, as an operator does. */
  async comeBack(): Promise<void> {
    const endMs = performance.now() + BACK_MS;
    for (;;) {
      try {
        if (!this.running) await this.start();
        await this.query('SELECT');
        return;
      } catch (error) {
        if (performance.now() > endMs) throw error;
        await pause(BACK_EVERY_MS);
      }
    }
  }

  /** What `pg_ctl stop -m immediate` does: every process of it leaves at once. */
  async endAtOnce(): Promise<void> {
    await this.#server.stop('immediate');
  }

  /** Its first process alone; the others notice. */
  async killFirst(): Promise<void> {
    await this.#server.stop('kill');
  }

  /** One process that serves the product; the first then ends all others, and recovers. */
  async killBackend(): Promise<void> {
    const [row] = await this.query(
      `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'im %' AND query ~ 'append'
        ORDER BY state = 'active' DESC LIMIT 1`,
    );
    signal((row as { pid: number }).pid, 'SIGKILL');
  }

  /** When it resolves, no process of it does anything more. */
  async freeze(): Promise<void> {
    const [first] = this.#server.pids();
    if (first === undefined) return;
    // Then no others come.
    await freeze(first);
    await Promise.all(this.#server.pids().map(freeze));
  }

  /** SIGKILL to all of it, even while it stands still. */
  async kill(): Promise<void> {
    const pids = this.#strike();
    await this.#server.stop('kill');
    await allGone(pids);
  }

  async clear(): Promise<void> {
    await this.kill();
    await this.#server.remove();
    this.#undone();
  }

  #strike(): readonly number[] {
    const pids = this.#server.pids();
    for (const pid of pids) signal(pid, 'SIGKILL');
    return pids;
  }
}

/** A stage over a database of its own; the stage is gone before the database goes. */
export async function onDatabase(
  ground: Ground,
  parts: DatabaseParts,
  play: (stage: Stage, database: FaultDatabase) => Promise<void>,
): Promise<Findings> {
  const database = await FaultDatabase.in(parts.folder ?? ground.folder);
  try {
    const store = (): StageStore => database.store(parts);
    return await onStage({ ground, store, limits: LIMITS }, (stage) => play(stage, database));
  } finally {
    await database.clear();
  }
}

/** Why there is none here. */
export function missingDatabase(): string | undefined {
  return process.env['IM_WITHOUT_POSTGRES'] === '1' ? 'IM_WITHOUT_POSTGRES=1 says so' : undefined;
}
