/** Migration 1: the tables. People query them, so each says what it holds. */

export const LOG = `
CREATE TABLE meta (
  key   text NOT NULL PRIMARY KEY,
  value text NOT NULL
);
COMMENT ON TABLE meta IS
  'log: the log''s name, a UUID. shards: the number of shards, fixed when the tables were made.';

CREATE TABLE shard (
  shard integer NOT NULL PRIMARY KEY,
  epoch bigint  NOT NULL DEFAULT 0,
  node  text
) WITH (fillfactor = 50);
COMMENT ON TABLE shard IS
  'Who took a shard last. The epoch rises by one whenever it is taken; 0: never. Every append '
  'locks this row and compares, so that a former owner can write nothing.';

CREATE TABLE conversation (
  id    bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name  text    COLLATE "C" NOT NULL UNIQUE,
  shard integer NOT NULL,
  title text,
  open  boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE conversation IS 'Every conversation that has an entry; title and open: a group''s.';

CREATE TABLE device (
  id         bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "user"     text    COLLATE "C" NOT NULL,
  name       text    COLLATE "C" NOT NULL,
  registered boolean NOT NULL DEFAULT false,
  UNIQUE ("user", name)
);
COMMENT ON TABLE device IS
  'Every device that sent, received or said hello; registered: it said hello.';

CREATE TABLE entry (
  seq          bigint  GENERATED ALWAYS AS IDENTITY,
  conversation bigint NOT NULL,
  position     bigint NOT NULL,
  "order"      bigint NOT NULL,
  device       bigint NOT NULL,
  number       bigint NOT NULL,
  sent_at      bigint NOT NULL,
  accepted_at  bigint NOT NULL,
  shard        integer NOT NULL,
  id           uuid   NOT NULL,
  kind         text   NOT NULL,
  media_type   text,
  act          text,
  body         bytea,
  PRIMARY KEY (conversation, position),
  UNIQUE (conversation, device, number)
) PARTITION BY HASH (conversation);
CREATE INDEX entry_shard ON entry (shard, seq);
COMMENT ON TABLE entry IS
  'The log; rows are only ever added. The view "log" shows it with names and texts. Both unique '
  'keys are promises: no position and no number of a device is ever used twice in a conversation.';
COMMENT ON COLUMN entry.seq IS
  'Rises along each shard''s log, with gaps. Given while the shard''s row is locked, so that no '
  'row of the shard is ever committed below one that could be seen.';
COMMENT ON COLUMN entry.shard IS 'The conversation''s, for those who read the log by shard.';
COMMENT ON COLUMN entry.position IS '1, 2, 3 ... in its conversation, without a gap.';
COMMENT ON COLUMN entry."order" IS 'What readers sort by.';
COMMENT ON COLUMN entry.device IS 'Who sent it.';
COMMENT ON COLUMN entry.number IS 'The command''s number, per device and conversation.';
COMMENT ON COLUMN entry.sent_at IS 'The sender''s wall clock, ms since 1970.';
COMMENT ON COLUMN entry.accepted_at IS 'The owner''s wall clock, ms since 1970.';
COMMENT ON COLUMN entry.id IS 'The command''s id.';
COMMENT ON COLUMN entry.kind IS 'message, expired, or the act, such as group.add.';
COMMENT ON COLUMN entry.media_type IS 'Of a message; empty: text/plain.';
COMMENT ON COLUMN entry.act IS 'A JSON object of users, title and open, where an act has them.';

DO $make$
BEGIN
  FOR part IN 0..7 LOOP
    EXECUTE format(
      'CREATE TABLE entry_%s PARTITION OF entry FOR VALUES WITH (MODULUS 8, REMAINDER %s)',
      part, part);
  END LOOP;
END
$make$;

CREATE TABLE stay (
  "user"       text   COLLATE "C" NOT NULL,
  conversation text   COLLATE "C" NOT NULL,
  first        bigint NOT NULL,
  last         bigint,
  role         text   NOT NULL,
  PRIMARY KEY ("user", conversation, first)
);
CREATE INDEX stay_conversation ON stay (conversation, first);
COMMENT ON TABLE stay IS
  'Stays of users in conversations, from position first to last (empty: still a member).';

CREATE TABLE friend (
  "user" text COLLATE "C" NOT NULL,
  other  text COLLATE "C" NOT NULL,
  state  text NOT NULL,
  PRIMARY KEY ("user", other)
);
COMMENT ON TABLE friend IS
  'Friends and open requests, a row for each side: friend, requested (by user), asked (by other).';

CREATE TABLE cursor (
  conversation bigint NOT NULL,
  device       bigint NOT NULL,
  cursor       bigint NOT NULL,
  start        bigint NOT NULL,
  PRIMARY KEY (conversation, device)
) WITH (fillfactor = 70);
COMMENT ON TABLE cursor IS
  'How far a device has received; up to start, where it began, is history to it.';

CREATE TABLE mark (
  conversation bigint NOT NULL,
  "user"       text   COLLATE "C" NOT NULL,
  received     bigint NOT NULL,
  read         bigint NOT NULL,
  PRIMARY KEY (conversation, "user")
) WITH (fillfactor = 70);
COMMENT ON TABLE mark IS
  'How far a user has received and read, the highest of the user''s devices.';

CREATE TABLE seen (
  "user" text   COLLATE "C" NOT NULL PRIMARY KEY,
  at     bigint NOT NULL
) WITH (fillfactor = 70);
COMMENT ON TABLE seen IS 'When a user was last seen coming or going, ms since 1970.';

CREATE TABLE register (
  key   text COLLATE "C" NOT NULL PRIMARY KEY,
  value text NOT NULL
);
COMMENT ON TABLE register IS 'The durable memory that the kernel lends to plugins.';

CREATE FUNCTION body_text(body bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN convert_from(body, 'UTF8');
EXCEPTION WHEN others THEN
  RETURN encode(body, 'escape');
END
$$;
COMMENT ON FUNCTION body_text IS
  'A body as text; with escapes where it holds what a text of PostgreSQL cannot, such as NUL.';

CREATE VIEW log AS
  SELECT c.name AS conversation, e.position, e."order", d."user" AS "from", d.name AS device,
         e.number, e.kind, e.media_type,
         CASE WHEN coalesce(e.media_type, 'text/plain') LIKE 'text/%'
              THEN body_text(e.body) END AS text,
         e.act, length(e.body) AS body_bytes,
         to_timestamp(e.accepted_at / 1000.0) AS accepted, e.id
    FROM entry e
    JOIN conversation c ON c.id = e.conversation
    JOIN device d ON d.id = e.device;
COMMENT ON VIEW log IS 'For people: the log with names, texts and readable times.';
`;
