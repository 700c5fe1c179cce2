/** Reads a whole log off the store's file while no server runs: the product has no say in it. */
import { DatabaseSync } from 'node:sqlite';
import { readUuid } from '../../core/wire/uuid.ts';
import type { Drained } from '../sim/history.ts';
import { entryOf } from './cold-entry.ts';

const ENTRIES = `
  SELECT c.name AS conversation, e.position, e."order", e.id, d.user, d.name AS device, e.number,
         e.accepted_at, e.kind, e.body, e.act
    FROM entry e
    JOIN conversation c ON c.id = e.conversation
    JOIN device d ON d.id = e.device
   ORDER BY c.name, e.position`;

/** Throws if SQLite finds the file damaged. */
export function readColdSqlite(file: string): Drained {
  const db = new DatabaseSync(file);
  try {
    const sound: unknown = db.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
    if (sound !== 'ok') throw new Error(`${file} is damaged: ${String(sound)}`);
    const log = db.prepare("SELECT value FROM meta WHERE key = 'log'").get()?.['value'];
    const rows = db.prepare(ENTRIES).all();
    const entries = rows.map((row) => entryOf(row, readUuid(row['id'] as Uint8Array, 0)));
    return { type: 'drained', log: String(log), last: true, entries };
  } finally {
    db.close();
  }
}
