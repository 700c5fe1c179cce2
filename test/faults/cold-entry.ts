/** A row of a cold log as the history has it; both stores name their columns alike. */
import type { SeenEntry } from '../sim/history.ts';

interface Act {
  readonly users?: readonly string[];
  readonly title?: string;
}

export function entryOf(row: Record<string, unknown>, id: string): SeenEntry {
  const act = typeof row['act'] === 'string' ? (JSON.parse(row['act']) as Act) : {};
  const body = row['body'] instanceof Uint8Array ? row['body'] : new Uint8Array(0);
  return {
    conversation: String(row['conversation']),
    position: Number(row['position']),
    order: Number(row['order']),
    id,
    user: String(row['user']),
    device: String(row['device']),
    number: Number(row['number']),
    acceptedAt: Number(row['accepted_at']),
    kind: String(row['kind']),
    body: Buffer.from(body).toString('utf8'),
    users: act.users ?? [],
    title: act.title ?? '',
  };
}
