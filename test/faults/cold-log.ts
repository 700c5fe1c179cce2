/** Reads a whole log off the store's file while no server runs: the product has no say in it. */
import { DatabaseSync } from 'node:sqlite';
import { readUuid } from '../../core/wire/uuid.ts';
import type { Drained, SeenEntry } from '../sim/history.ts';

const ENTRIES = `
  SELECT c.name AS conversation, e.position, e."order", e.id, d.user, d.name AS device, e.number,
         e.accepted_at, e.kind, e.body, e.act
    FROM entry e
    JOIN conversation c ON c.id = e.conversation
    JOIN device d ON d.id = e.device
   ORDER BY c.name, e.position`;

interface Act {
  readonly users?: readonly string[];
  readonly title?: string;
}

function entryOf(row: Record<string, unknown>): SeenEntry {
  const act = typeof row['act'] === 'string' ? (JSON.parse(row['act']) as Act) : {};
  const body = row['body'] instanceof Uint8Array ? row['body'] : new Uint8Array(0);
  return {
    conversation: String(row['conversation']),
    position: Number(row['position']),
    order: Number(row['order']),
    id: readUuid(row['id'] as Uint8Array, 0),
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

/** Throws if SQLite finds the file damaged. */
export function readColdLog(file: string): Drained {
  const db = new DatabaseSync(file);
  try {
    const sound: unknown = db.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
    if (sound !== 'ok') throw new Error(`${file} is damaged: ${String(sound)}`);
    const log = db.prepare("SELECT value FROM meta WHERE key = 'log'").get()?.['value'];
    const entries = db.prepare(ENTRIES).all().map(entryOf);
    return { type: 'drained', log: String(log), last: true, entries };
  } finally {
    db.close();
  }
}
