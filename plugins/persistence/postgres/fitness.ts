/** Whether a server, as it answers on a connection, may hold the log. */
import { ImError } from 'im-kernel/contract';

export interface ServerState {
  readonly version: number;
  readonly recovering: boolean;
  readonly readOnly: string;
  readonly encoding: string;
  readonly fsync: string;
  readonly fullPageWrites: string;
  readonly synchronousCommit: string;
}

export const SERVER_STATE = `
  SELECT current_setting('server_version_num')::int AS version,
         pg_is_in_recovery() AS recovering,
         current_setting('transaction_read_only') AS "readOnly",
         current_setting('server_encoding') AS encoding,
         current_setting('fsync') AS fsync,
         current_setting('full_page_writes') AS "fullPageWrites",
         current_setting('synchronous_commit') AS "synchronousCommit"`;

/** PostgreSQL 14. */
const OLDEST = 140_000;

/** Throws IM_STORE_UNFIT on a server that cannot hold the log at all. */
export function mustBeFit(state: ServerState, database: string): void {
  const why = unfitness(state);
  if (why !== undefined) {
    throw new ImError('IM_STORE_UNFIT', { database, setting: 'url', why });
  }
}

function unfitness(state: ServerState): string | undefined {
  if (state.version < OLDEST) {
    return `it is PostgreSQL ${Math.floor(state.version / 10_000)}, and 14 is the oldest that will do`;
  }
  if (state.recovering) return 'it is a standby, and takes no writes';
  if (state.readOnly === 'on') return 'it is read-only for this user';
  return state.encoding === 'UTF8' ? undefined : `its encoding is ${state.encoding}, not UTF8`;
}

/** The settings by which an acknowledged commit can get lost in a crash; empty: it is safe. */
export function dangers(state: ServerState): readonly string[] {
  const found: string[] = [];
  if (state.fsync !== 'on') found.push(`fsync is ${state.fsync}`);
  if (state.fullPageWrites !== 'on') found.push(`full_page_writes is ${state.fullPageWrites}`);
  // local, remote_write, on and remote_apply all wait for this server's own disk.
  if (state.synchronousCommit === 'off') found.push('synchronous_commit is off');
  return found;
}
