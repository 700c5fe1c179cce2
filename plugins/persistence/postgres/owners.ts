/** What is said and asked of who owns what, one autocommit statement each: see migration 4. */
import { must } from 'im-kernel/contract';
import type { LivingNode, NodeLife, OwnershipRecord, ShardOwner, Take } from 'im-kernel/contract';
import type { Connection } from './connection.ts';

type Absent = null;

interface ShardRow {
  readonly shard: number;
  readonly epoch: number;
  readonly node: string | Absent;
  readonly life: string | Absent;
}

interface Standing {
  readonly now: number;
  readonly nodes: readonly LivingNode[];
  readonly shards: readonly ShardRow[];
}

function toOwner({ shard, epoch, node, life }: ShardRow): ShardOwner {
  const owner = node === null || life === null ? undefined : { node, life };
  return { shard, epoch, owner };
}

function toRecord({ now, nodes, shards }: Standing): OwnershipRecord {
  return { now, nodes, shards: shards.map(toOwner) };
}

const BEAT = { name: 'beat', text: 'SELECT beat($1, $2, $3) AS standing' };

/** Makes the connection the life's lifeline, too. */
export async function beat(
  connection: Connection,
  { node, life }: NodeLife,
  leaseMs: number,
  limitMs: number,
): Promise<OwnershipRecord | 'taken'> {
  const values = [node, life, Math.ceil(leaseMs)];
  const [row] = await connection.rows<{ standing: Standing | Absent }>(
    { ...BEAT, values },
    limitMs,
  );
  return row!.standing === null ? 'taken' : toRecord(row!.standing);
}

const HOLD = { name: 'hold', text: 'SELECT hold($1, $2)' };

/** Makes the connection the life's lifeline, if that has a lease. */
export async function hold(connection: Connection, { node, life }: NodeLife): Promise<void> {
  await connection.rows({ ...HOLD, values: [node, life] });
}

const LOOK = { name: 'look', text: 'SELECT look() AS standing' };

export async function look(
  connection: Connection,
  limitMs: number | undefined,
): Promise<OwnershipRecord> {
  const [row] = await connection.rows<{ standing: Standing }>(LOOK, limitMs);
  return toRecord(row!.standing);
}

const LEAVE = { name: 'leave', text: 'SELECT leave($1, $2)' };

export async function leave(
  connection: Connection,
  { node, life }: NodeLife,
  limitMs: number | undefined,
): Promise<void> {
  await connection.rows({ ...LEAVE, values: [node, life] }, limitMs);
}

const TAKE = {
  name: 'take',
  text: 'SELECT shard, epoch, node, life FROM take($1, $2, $3, $4, $5)',
};

/** How the shards stand afterwards, in the sequence of `takes`. */
export async function take(
  connection: Connection,
  { node, life }: NodeLife,
  takes: readonly Take[],
  force: boolean,
): Promise<readonly ShardOwner[]> {
  const shards = takes.map(({ shard }) => shard);
  const epochs = takes.map(({ epoch }) => epoch);
  const values = [node, life, shards, epochs, force];
  const rows = await connection.rows<ShardRow>({ ...TAKE, values });
  const found = new Map(rows.map((row) => [row.shard, toOwner(row)]));
  return shards.map((shard) => {
    const owner = found.get(shard);
    must(owner !== undefined, `there is no shard ${shard}`);
    return owner;
  });
}
