/** Every question of the contract, one statement each: a statement sees whole batches only. */
import type {
  ConversationLine,
  ConversationRecord,
  Cursor,
  Entry,
  FriendLine,
  Friendship,
  Marks,
  Membership,
  Range,
  SenderKey,
} from 'im-kernel/contract';
import type { Connection } from './connection.ts';
import { friendshipFrom, pairOf } from './friends.ts';
import { COLUMNS, toEntry, type EntryRow } from './rows.ts';

/** Above every position. */
const NO_END = 2 ** 48;

const FROM_LOG = 'FROM entry e JOIN device d ON d.id = e.device';
const IN_CONVERSATION = 'e.conversation = (SELECT id FROM conversation WHERE name = $1)';

function rangeText(direction: string): string {
  return `SELECT ${COLUMNS}, e.body ${FROM_LOG}
           WHERE ${IN_CONVERSATION} AND e.position > $2 AND e.position < $3
           ORDER BY e.position ${direction} LIMIT $4`;
}
const FIRST = { name: 'first', text: rangeText('') };
const LAST = { name: 'last', text: rangeText('DESC') };

/** The length of a body is known without reading it: what is beyond the bound is left alone. */
function withinText(direction: string): string {
  const order = `ORDER BY r.position ${direction}`;
  return `SELECT * FROM (
            SELECT r.*, row_number() OVER (${order}) AS nth,
                   sum(coalesce(octet_length(r.body), 0)) OVER (${order}) AS bytes
              FROM (${rangeText(direction)}) r) w
           WHERE w.nth = 1 OR w.bytes <= $5
           ORDER BY w.position ${direction}`;
}
const FIRST_WITHIN = { name: 'first-within', text: withinText('') };
const LAST_WITHIN = { name: 'last-within', text: withinText('DESC') };

/** PostgreSQL refuses a limit below 0. */
function bound(limit: number): number {
  return Math.max(0, limit);
}

export async function readConversation(
  connection: Connection,
  conversation: string,
  { after, before = NO_END, limit, bodyMaxBytes, take }: Range,
): Promise<readonly Entry[]> {
  const within = bodyMaxBytes !== undefined;
  const values = [conversation, after, before, bound(limit), ...(within ? [bodyMaxBytes] : [])];
  const statement = within
    ? { first: FIRST_WITHIN, last: LAST_WITHIN }[take]
    : { first: FIRST, last: LAST }[take];
  const rows = await connection.rows<EntryRow>({ ...statement, values });
  if (take === 'last') rows.reverse();
  return rows.map((row) => toEntry(conversation, row));
}

const LOAD = {
  name: 'load',
  text: `
  SELECT e.position, e."order", e.accepted_at AS "acceptedAt", c.title, c.open,
         (SELECT f.state FROM friend f WHERE f."user" = $2 AND f.other = $3) AS friend,
         (SELECT json_agg(json_build_object(
                   'user', s."user", 'from', s.first, 'to', s.last, 'role', s.role)
                   ORDER BY s.first, s."user")
            FROM stay s WHERE s.conversation = $1) AS stays,
         (SELECT json_agg(json_build_object(
                   'user', m."user", 'received', m.received, 'read', m.read))
            FROM mark m WHERE m.conversation = c.id) AS marks
    FROM conversation c
    JOIN LATERAL (SELECT l.position, l."order", l.accepted_at FROM entry l
                   WHERE l.conversation = c.id ORDER BY l.position DESC LIMIT 1) e ON true
   WHERE c.name = $1`,
};

type Absent = null;

interface LoadRow {
  readonly position: number;
  readonly order: number;
  readonly acceptedAt: number;
  readonly title: string | Absent;
  readonly open: boolean;
  readonly friend: FriendLine['state'] | Absent;
  readonly stays: readonly (Omit<Membership, 'to'> & { to: number | Absent })[] | Absent;
  readonly marks: readonly (Marks & { readonly user: string })[] | Absent;
}

export async function loadConversation(
  connection: Connection,
  conversation: string,
): Promise<ConversationRecord | undefined> {
  const pair = pairOf(conversation);
  const values = [conversation, ...(pair ?? [undefined, undefined])];
  const [row] = await connection.rows<LoadRow>({ ...LOAD, values });
  if (row === undefined) return undefined;
  const { position, order, acceptedAt, title, open, friend, stays, marks } = row;
  const friendship: Friendship = pair
    ? friendshipFrom(pair, friend ?? undefined)
    : { state: 'none' };
  return {
    conversation,
    position,
    order,
    acceptedAt,
    title: title ?? undefined,
    open,
    friendship,
    members: (stays ?? []).map(({ to, ...stay }) => ({ ...stay, ...(to !== null && { to }) })),
    marks: new Map((marks ?? []).map(({ user, received, read }) => [user, { received, read }])),
  };
}

const NEWEST = {
  name: 'newest',
  text: `
  SELECT k.at::int AS at, k.conversation AS name, e.*
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY
      AS k (conversation, "user", device, at)
    JOIN conversation c ON c.name = k.conversation
    JOIN device i ON i."user" = k."user" AND i.name = k.device
    JOIN LATERAL (SELECT ${COLUMNS} ${FROM_LOG}
                   WHERE e.conversation = c.id AND e.device = i.id
                   ORDER BY e.number DESC LIMIT 1) e ON true`,
};

export async function lastEntries(
  connection: Connection,
  keys: readonly SenderKey[],
): Promise<readonly (Entry | undefined)[]> {
  const answer = Array.from<Entry | undefined>({ length: keys.length });
  const values = [
    keys.map(({ conversation }) => conversation),
    keys.map(({ user }) => user),
    keys.map(({ device }) => device),
  ];
  const rows = await connection.rows<EntryRow & { at: number; name: string }>({
    ...NEWEST,
    values,
  });
  for (const { at, name, ...row } of rows) answer[at - 1] = toEntry(name, row);
  return answer;
}

const NUMBERED = {
  name: 'numbered',
  text: `SELECT ${COLUMNS} ${FROM_LOG}
          WHERE ${IN_CONVERSATION} AND e.number = $4
            AND e.device = (SELECT id FROM device WHERE "user" = $2 AND name = $3)`,
};

export async function findEntry(
  connection: Connection,
  { conversation, user, device }: SenderKey,
  number: number,
): Promise<Entry | undefined> {
  const values = [conversation, user, device, number];
  const [row] = await connection.rows<EntryRow>({ ...NUMBERED, values });
  return row && toEntry(conversation, row);
}

const CURSOR = {
  name: 'cursor',
  text: `SELECT k.cursor, k.start FROM cursor k
          WHERE k.conversation = (SELECT id FROM conversation WHERE name = $1)
            AND k.device = (SELECT id FROM device WHERE "user" = $2 AND name = $3)`,
};

export async function loadCursor(
  connection: Connection,
  conversation: string,
  user: string,
  device: string,
): Promise<Cursor> {
  const values = [conversation, user, device];
  const [row] = await connection.rows<Cursor>({ ...CURSOR, values });
  return row ?? { cursor: 0, start: 0 };
}

const BACKLOG = {
  name: 'backlog',
  text: `
  SELECT s.conversation
    FROM (SELECT y.conversation, bool_or(y.last IS NULL) AS still, max(y.last) AS last
            FROM stay y WHERE y."user" = $1 AND y.conversation > $3
           GROUP BY y.conversation) s
    JOIN conversation c ON c.name = s.conversation
   WHERE CASE WHEN s.still THEN last_of(c.id) ELSE s.last END
         > coalesce((SELECT k.cursor FROM cursor k
                      WHERE k.conversation = c.id
                        AND k.device = (SELECT id FROM device WHERE "user" = $1 AND name = $2)), 0)
   ORDER BY s.conversation LIMIT $4`,
};

export async function backlog(
  connection: Connection,
  user: string,
  device: string,
  afterName: string,
  limit: number,
): Promise<readonly string[]> {
  const values = [user, device, afterName, bound(limit)];
  const rows = await connection.rows<{ conversation: string }>({ ...BACKLOG, values });
  return rows.map(({ conversation }) => conversation);
}

const CONVERSATIONS = {
  name: 'conversations',
  text: `
  SELECT s.conversation, last_of(c.id) AS last, s.first AS "from", c.title,
         coalesce(m.received, 0) AS received, coalesce(m.read, 0) AS read
    FROM stay s
    JOIN conversation c ON c.name = s.conversation
    LEFT JOIN mark m ON m.conversation = c.id AND m."user" = s."user"
   WHERE s."user" = $1 AND s.conversation > $2 AND s.last IS NULL
   ORDER BY s.conversation LIMIT $3`,
};

type LineRow = Omit<ConversationLine, 'title'> & { readonly title: string | Absent };

export async function conversationsOf(
  connection: Connection,
  user: string,
  afterName: string,
  limit: number,
): Promise<readonly ConversationLine[]> {
  const values = [user, afterName, bound(limit)];
  const rows = await connection.rows<LineRow>({ ...CONVERSATIONS, values });
  return rows.map(({ title, ...line }) => ({ ...line, title: title ?? undefined }));
}

const FRIENDS = {
  name: 'friends',
  text: `SELECT other AS "user", state FROM friend
          WHERE "user" = $1 AND other > $2 ORDER BY other LIMIT $3`,
};

export function friendsOf(
  connection: Connection,
  user: string,
  afterName: string,
  limit: number,
): Promise<readonly FriendLine[]> {
  return connection.rows<FriendLine>({ ...FRIENDS, values: [user, afterName, bound(limit)] });
}

const SEEN = {
  name: 'seen',
  text: `SELECT coalesce(s.at, 0) AS at
           FROM unnest($1::text[]) WITH ORDINALITY AS u ("user", nth)
           LEFT JOIN seen s ON s."user" = u."user" ORDER BY u.nth`,
};

export async function lastSeen(
  connection: Connection,
  users: readonly string[],
): Promise<readonly number[]> {
  const rows = await connection.rows<{ at: number }>({ ...SEEN, values: [users] });
  return rows.map(({ at }) => at);
}
