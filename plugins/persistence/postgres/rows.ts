/** Rows of the log as entries. */
import type { Entry } from 'im-kernel/contract';

type Absent = null;

/** The columns that every reading of the log selects, under these names. */
export const COLUMNS = `e.position, e."order", e.id, d."user", d.name AS device, e.number,
       e.sent_at AS "sentAt", e.accepted_at AS "acceptedAt", e.kind, e.media_type AS "mediaType",
       e.act`;

export interface EntryRow extends Omit<Entry, 'conversation' | 'mediaType' | 'body'> {
  readonly mediaType: string | Absent;
  readonly act: string | Absent;
  readonly body?: Buffer | Absent;
}

export function toEntry(conversation: string, row: EntryRow): Entry {
  const { mediaType, act, body, ...rest } = row;
  return {
    conversation,
    ...rest,
    ...(mediaType !== null && { mediaType }),
    ...(body !== null && body !== undefined && { body: new Uint8Array(body) }),
    ...(act !== null && (JSON.parse(act) as Pick<Entry, 'users' | 'title' | 'open'>)),
  };
}
