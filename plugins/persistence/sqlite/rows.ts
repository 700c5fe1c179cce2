/** Rows of the log as entries. */
import type { Entry } from 'im-kernel/contract';
import { readId } from './packing.ts';

type Absent = null;

/** The columns that every reading of the log selects, in this sequence. */
export type Row = readonly [
  position: number,
  order: number,
  id: Uint8Array,
  user: string,
  device: string,
  number: number,
  sentAt: number,
  acceptedAt: number,
  kind: string,
  mediaType: string | Absent,
  act: string | Absent,
  body: Uint8Array | Absent,
];

/** Where the body stands in a row. */
export const BODY = 11;

export function optional(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function toEntry(conversation: string, row: Row): Entry {
  const [position, order, id, user, device, number, sentAt, acceptedAt, kind] = row;
  const [mediaType, act, body] = [row[9], row[10], row[11]];
  return {
    conversation,
    position,
    order,
    id: readId(id),
    user,
    device,
    number,
    sentAt,
    acceptedAt,
    kind,
    ...(mediaType !== null && { mediaType }),
    ...(body !== null && { body }),
    ...(act !== null && (JSON.parse(act) as Pick<Entry, 'users' | 'title' | 'open'>)),
  };
}
