/** What is written, one autocommit statement each. */
import type { AppendOutcome, CursorMove, Progress, ShardAppend } from 'im-kernel/contract';
import type { Connection } from './connection.ts';
import { APPEND, pack } from './packing.ts';

/** An outcome for each part. */
export async function append(
  connection: Connection,
  parts: readonly ShardAppend[],
): Promise<readonly AppendOutcome[]> {
  const [row] = await connection.rows<{ outcomes: AppendOutcome[] }>({
    ...APPEND,
    values: pack(parts),
  });
  return row!.outcomes;
}

const SAVE = {
  name: 'save',
  text: 'SELECT save_progress($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
};

export async function saveProgress(
  connection: Connection,
  { cursors, marks, seen }: Progress,
): Promise<void> {
  const column = <K extends keyof CursorMove>(key: K) => cursors.map((move) => move[key]);
  const values = [
    column('conversation'),
    column('user'),
    column('device'),
    column('cursor'),
    marks.map(({ conversation }) => conversation),
    marks.map(({ user }) => user),
    marks.map((mark) => mark.marks.received),
    marks.map((mark) => mark.marks.read),
    seen.map(({ user }) => user),
    seen.map(({ at }) => at),
  ];
  await connection.rows({ ...SAVE, values });
}

const REGISTER = { name: 'register', text: 'SELECT register_device($1, $2) AS first' };

/** True if the device was not registered before. */
export async function registerDevice(
  connection: Connection,
  user: string,
  device: string,
): Promise<boolean> {
  const [row] = await connection.rows<{ first: boolean }>({ ...REGISTER, values: [user, device] });
  return row!.first;
}
