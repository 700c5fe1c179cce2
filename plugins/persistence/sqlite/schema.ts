/**
 * The file's tables. People query this file, so every table says what it holds. All times are wall
 * clock ms. A change of the schema is one more migration at the end; none is ever edited.
 */

/** Marks the file as ours in its header ("imkn"). */
export const APPLICATION_ID = 0x696d6b6e;

const FIRST = `
-- 'log': the log's name, a UUID. 'shards': the number of shards, fixed when the file was made.
CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who owns a shard. The epoch rises by one whenever the shard is taken.
CREATE TABLE shard (
  shard INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL,
  node  TEXT NOT NULL
) STRICT;

-- Every conversation that has an entry. title and open are a group's.
CREATE TABLE conversation (
  id    INTEGER PRIMARY KEY,
  name  TEXT NOT NULL UNIQUE,
  shard INTEGER NOT NULL,
  title TEXT,
  open  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Every device that sent, received or said hello; registered: it said hello.
CREATE TABLE device (
  id         INTEGER PRIMARY KEY,
  user       TEXT NOT NULL,
  name       TEXT NOT NULL,
  registered INTEGER NOT NULL DEFAULT 0,
  UNIQUE (user, name)
) STRICT;

-- The log. Rows are only ever added, at the end; the view "log" shows them with names.
-- id: the command's UUID, 16 octets. act: a JSON object of users, title and open, where given.
CREATE TABLE entry (
  seq          INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL,
  position     INTEGER NOT NULL,
  "order"      INTEGER NOT NULL,
  id           BLOB NOT NULL,
  device       INTEGER NOT NULL,
  number       INTEGER NOT NULL,
  sent_at      INTEGER NOT NULL,
  accepted_at  INTEGER NOT NULL,
  kind         TEXT NOT NULL,
  media_type   TEXT,
  body         BLOB,
  act          TEXT
) STRICT;
CREATE UNIQUE INDEX entry_position ON entry (conversation, position);
-- No device's number is ever used twice in a conversation: this index is what says so.
CREATE UNIQUE INDEX entry_number ON entry (conversation, device, number);

-- Stays of users in conversations: from position first to position last (empty: still a member).
CREATE TABLE stay (
  user         TEXT NOT NULL,
  conversation TEXT NOT NULL,
  first        INTEGER NOT NULL,
  last         INTEGER,
  role         TEXT NOT NULL,
  PRIMARY KEY (user, conversation, first)
) STRICT, WITHOUT ROWID;
CREATE INDEX stay_conversation ON stay (conversation, first);

-- Friends and open requests, one row for each side. state: friend, requested (by user), asked.
CREATE TABLE friend (
  user  TEXT NOT NULL,
  other TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (user, other)
) STRICT, WITHOUT ROWID;

-- How far a device has received; up to start, where it began, is history to it.
CREATE TABLE cursor (
  conversation INTEGER NOT NULL,
  device       INTEGER NOT NULL,
  cursor       INTEGER NOT NULL,
  start        INTEGER NOT NULL,
  PRIMARY KEY (conversation, device)
) STRICT, WITHOUT ROWID;

-- How far a user has received and read, the highest of the user's devices.
CREATE TABLE mark (
  conversation INTEGER NOT NULL,
  user         TEXT NOT NULL,
  received     INTEGER NOT NULL,
  read         INTEGER NOT NULL,
  PRIMARY KEY (conversation, user)
) STRICT, WITHOUT ROWID;

-- When a user was last seen coming or going.
CREATE TABLE seen (
  user TEXT NOT NULL PRIMARY KEY,
  at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The durable memory that the kernel lends to plugins.
CREATE TABLE register (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- For people: the log with names, texts and readable times.
CREATE VIEW log AS
  SELECT c.name AS conversation, e.position, e."order", d.user AS "from", d.name AS device,
         e.number, e.kind, e.media_type,
         CASE WHEN coalesce(e.media_type, 'text/plain') LIKE 'text/%'
              THEN CAST(e.body AS TEXT) END AS text,
         e.act, length(e.body) AS body_bytes,
         datetime(e.accepted_at / 1000, 'unixepoch') AS accepted, hex(e.id) AS id
    FROM entry e
    JOIN conversation c ON c.id = e.conversation
    JOIN device d ON d.id = e.device;
`;

/** '-': taken by a version that knew no lives. */
const SECOND = `
ALTER TABLE shard ADD COLUMN life TEXT NOT NULL DEFAULT '-';
`;

/** Migration n takes a file from schema n to n + 1. */
export const MIGRATIONS: readonly string[] = [FIRST, SECOND];
