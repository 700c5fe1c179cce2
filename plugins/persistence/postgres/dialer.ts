/** Opens connections that are fit for use: the right server, safe, and set up alike. */
import { readFile } from 'node:fs/promises';
import type { ClientConfig } from 'pg';
import { ImError, reasonOf, type Durability, type Host } from 'im-kernel/contract';
import { Connection } from './connection.ts';
import { dangers, mustBeFit, SERVER_STATE, type ServerState } from './fitness.ts';
import { nameOf, type Settings } from './settings.ts';

/**
 * Statements are made when the tables may still be empty, and kept for as long as the connection
 * lives: the planner must choose for the tables as they grow, which is by index, always.
 */
const PLANNING = `
  SET plan_cache_mode = force_generic_plan;
  SET enable_seqscan = off;
  SET enable_hashjoin = off;
  SET enable_mergejoin = off;
  SET jit = off;`;

/** What the server gets to end a statement by itself, before the connection is given up. */
const GRACE_MS = 2_000;

const LOG_NAME = `SELECT value FROM meta WHERE key = 'log'`;

/**
 * When the server takes this end for gone: what its session still holds, such as a lock of the
 * shard that was written last, would keep others from it for as long. (The system's own time is
 * two hours.)
 */
const GONE = { idleS: 5, everyS: 1, count: 5, unreadMs: 10_000 } as const;

export class Dialer {
  readonly database: string;
  readonly #settings: Settings;
  readonly #host: Host;
  #config: ClientConfig | undefined;
  #durability: Durability | undefined;
  #log: string | undefined;

  constructor(settings: Settings, host: Host) {
    this.#settings = settings;
    this.#host = host;
    this.database = nameOf(settings.url) ?? 'the database';
  }

  /** What the first connection found; every later one must be at least as safe. */
  get durability(): Durability {
    return this.#durability ?? 'disk';
  }

  /** From now on a database with another log is refused: a url can come to mean another one. */
  expectLog(log: string): void {
    this.#log = log;
  }

  /**
   * Rejects with an ImError, or with what the server or the socket said. Neither the dialling nor
   * an answer is waited for longer than `limitMs`.
   */
  async open(signal: AbortSignal, limitMs = Infinity): Promise<Connection> {
    this.#config ??= await this.#readConfig();
    const { connectTimeout, statementTimeout } = this.#settings;
    const dialing = {
      config: this.#config,
      clock: this.#host.clock,
      connectTimeoutMs: Math.min(connectTimeout, limitMs),
      answerTimeoutMs: Math.min(statementTimeout + GRACE_MS, limitMs),
    };
    const connection = await Connection.open(dialing, signal);
    try {
      await this.#prepare(connection);
      return connection;
    } catch (error) {
      connection.destroy(new Error('it is not fit for use'));
      await connection.closed;
      throw error;
    }
  }

  async #readConfig(): Promise<ClientConfig> {
    const { url, tls } = this.#settings;
    const config = { connectionString: url, application_name: `im ${this.#host.node}` };
    if (tls === undefined) return { ...config, ssl: false };
    if (tls.ca === undefined) return { ...config, ssl: { rejectUnauthorized: true } };
    try {
      return { ...config, ssl: { rejectUnauthorized: true, ca: await readFile(tls.ca, 'utf8') } };
    } catch (error) {
      const details = { instance: this.#host.name, setting: 'tls', why: reasonOf(error) };
      throw new ImError('IM_TLS_FILES', details);
    }
  }

  async #prepare(connection: Connection): Promise<void> {
    const [state] = await connection.rows<ServerState>({ text: SERVER_STATE });
    mustBeFit(state!, this.database);
    this.#weigh(state!);
    await connection.run(this.#session(state!));
    if (this.#log === undefined) return;
    const [found] = await connection.rows<{ value: string }>({ text: LOG_NAME });
    if (found?.value === this.#log) return;
    const why = `it holds another log than before (${found?.value}, not ${this.#log})`;
    throw new ImError('IM_STORE_UNFIT', { database: this.database, setting: 'url', why });
  }

  #weigh(state: ServerState): void {
    const found = dangers(state);
    if (found.length > 0 && (this.#settings.unsafe === 'refuse' || this.#durability === 'disk')) {
      const why = found.join(', ');
      throw new ImError('IM_STORE_UNSAFE', { database: this.database, setting: 'unsafe', why });
    }
    if (this.#durability !== undefined) return;
    this.#durability = found.length > 0 ? 'process' : 'disk';
    if (found.length > 0) {
      this.#host.log.warn(
        'the database does not sync: a crash of it can lose what was acknowledged',
        {
          database: this.database,
          why: found.join(', '),
        },
      );
    }
  }

  /** Pins synchronous_commit as it was found: what changes it for new sessions is seen by them. */
  #session({ synchronousCommit }: ServerState): string {
    const { schema, statementTimeout, lockTimeout } = this.#settings;
    return `
      SET search_path = "${schema}";
      SET synchronous_commit = '${synchronousCommit}';
      SET default_transaction_isolation = 'read committed';
      SET statement_timeout = ${statementTimeout};
      SET lock_timeout = ${lockTimeout};
      SET idle_in_transaction_session_timeout = ${statementTimeout};
      SET tcp_keepalives_idle = ${GONE.idleS};
      SET tcp_keepalives_interval = ${GONE.everyS};
      SET tcp_keepalives_count = ${GONE.count};
      SET tcp_user_timeout = ${GONE.unreadMs};
      SET client_min_messages = warning;
      SET bytea_output = hex;${PLANNING}`;
  }
}
