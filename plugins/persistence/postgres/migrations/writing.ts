/** Migration 2: what writes. Each function is called in one autocommit statement of its own. */

export const WRITING = `
CREATE FUNCTION append(
  part_shards int[], part_epochs bigint[],
  conversation_names text[], conversation_shards int[],
  sender_users text[], sender_devices text[],
  texts text[], bodies bytea,
  parts int[], conversations int[], positions bigint[], orders bigint[], ids uuid[],
  senders int[], numbers bigint[], sent bigint[], accepted bigint[],
  kinds int[], media_types int[], acts int[], body_starts int[], body_lengths int[],
  changes jsonb
) RETURNS text[] LANGUAGE plpgsql AS $append$
DECLARE
  count     int := cardinality(part_shards);
  first     int := 1;
  final     int;
  careful   boolean;
  outcomes  text[] := '{}';
  held      boolean[];
  ids_of_senders       bigint[];
  ids_of_conversations bigint[];
  lasts     bigint[];
  change    record;
BEGIN
  -- The fence. A takeover under way is waited for, and then the row is read anew. One append of a
  -- shard at a time until it is committed, whoever sends it: so entry.seq rises as commits do.
  WITH fence AS MATERIALIZED (
    SELECT s.shard, s.epoch FROM shard s WHERE s.shard = ANY (part_shards)
     ORDER BY s.shard FOR NO KEY UPDATE
  )
  SELECT array_agg(coalesce(f.epoch = p.epoch AND f.epoch > 0, false) ORDER BY p.at) INTO held
    FROM unnest(part_shards, part_epochs) WITH ORDINALITY AS p (shard, epoch, at)
    LEFT JOIN fence f ON f.shard = p.shard;
  IF NOT true = ANY (held) THEN
    RETURN array_fill('fenced'::text, ARRAY[count]);
  END IF;
  ids_of_senders := device_ids(sender_users, sender_devices);

  -- All parts at once and hopefully; if one is stale, all of them again, one by one.
  careful := NOT true = ALL (held);
  WHILE first <= count LOOP
    IF NOT held[first] THEN
      outcomes := outcomes || 'fenced'::text;
      first := first + 1;
      CONTINUE;
    END IF;
    final := CASE WHEN careful THEN first ELSE count END;
    BEGIN
      SELECT array_agg(k.id ORDER BY c.at) INTO ids_of_conversations
        FROM unnest(conversation_names) WITH ORDINALITY AS c (name, at)
        LEFT JOIN conversation k ON k.name = c.name;
      IF array_position(ids_of_conversations, NULL) IS NOT NULL THEN
        INSERT INTO conversation (name, shard)
        SELECT c.name, c.shard
          FROM unnest(conversation_names, conversation_shards) WITH ORDINALITY
            AS c (name, shard, at)
         WHERE ids_of_conversations[c.at] IS NULL AND c.shard = ANY (part_shards[first:final])
            ON CONFLICT DO NOTHING;
        SELECT array_agg(k.id ORDER BY c.at) INTO ids_of_conversations
          FROM unnest(conversation_names) WITH ORDINALITY AS c (name, at)
          LEFT JOIN conversation k ON k.name = c.name;
      END IF;

      SELECT array_agg(coalesce((SELECT e.position FROM entry e WHERE e.conversation = c.id
                                  ORDER BY e.position DESC LIMIT 1), 0) ORDER BY c.at) INTO lasts
        FROM unnest(ids_of_conversations) WITH ORDINALITY AS c (id, at);
      PERFORM FROM (
        SELECT e.position,
               lasts[e.conversation]
                 + row_number() OVER (PARTITION BY e.conversation ORDER BY e.at) AS next
          FROM unnest(parts, conversations, positions) WITH ORDINALITY
            AS e (part, conversation, position, at)
         WHERE e.part BETWEEN first AND final
      ) e WHERE e.position <> e.next;
      IF FOUND THEN
        RAISE unique_violation;
      END IF;

      -- Arrays are unnested in their sequence, and entry.seq counts along.
      INSERT INTO entry (conversation, position, "order", device, number, sent_at, accepted_at,
                         shard, id, kind, media_type, act, body)
      SELECT ids_of_conversations[e.conversation], e.position, e."order",
             ids_of_senders[e.sender], e.number, e.sent, e.accepted,
             part_shards[e.part], e.id,
             texts[e.kind], texts[e.media_type], texts[e.act],
             CASE WHEN e.length >= 0 THEN substring(bodies FROM e.start + 1 FOR e.length) END
        FROM unnest(parts, conversations, positions, orders, ids, senders, numbers, sent,
                    accepted, kinds, media_types, acts, body_starts, body_lengths)
          AS e (part, conversation, position, "order", id, sender, number, sent,
                accepted, kind, media_type, act, start, length)
       WHERE e.part BETWEEN first AND final;

      IF changes IS NOT NULL THEN
        FOR change IN
          SELECT c.* FROM jsonb_to_recordset(changes)
              AS c (part int, conversation int, title text, open boolean,
                    members jsonb, friends jsonb)
           WHERE c.part BETWEEN first AND final
        LOOP
          PERFORM apply_change(ids_of_conversations[change.conversation], change.title,
                               change.open, change.members, change.friends);
        END LOOP;
      END IF;
      outcomes := outcomes || array_fill('kept'::text, ARRAY[final - first + 1]);
      first := final + 1;
    EXCEPTION WHEN unique_violation THEN
      IF final > first THEN
        careful := true;
      ELSE
        outcomes := outcomes || 'stale'::text;
        first := first + 1;
      END IF;
    END;
  END LOOP;
  RETURN outcomes;
END
$append$;
COMMENT ON FUNCTION append IS
  'Writes parts of batches. Per part, whole or not at all: kept, stale (a position or number is '
  'taken) or fenced (the epoch is not the shard''s).';

CREATE FUNCTION last_of(wanted bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN coalesce((SELECT e.position FROM entry e WHERE e.conversation = wanted
                    ORDER BY e.position DESC LIMIT 1), 0);
END
$$;
COMMENT ON FUNCTION last_of IS 'The last position of a conversation; 0: none.';

CREATE FUNCTION device_ids(users text[], names text[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  found_ids bigint[];
BEGIN
  FOR attempt IN 1..2 LOOP
    SELECT array_agg(d.id ORDER BY s.at) INTO found_ids
      FROM unnest(users, names) WITH ORDINALITY AS s ("user", name, at)
      LEFT JOIN device d ON d."user" = s."user" AND d.name = s.name;
    EXIT WHEN array_position(found_ids, NULL) IS NULL;
    -- In one order for everybody: two that add the same devices wait and do not deadlock.
    INSERT INTO device ("user", name)
    SELECT s."user", s.name FROM unnest(users, names) WITH ORDINALITY AS s ("user", name, at)
     WHERE found_ids[s.at] IS NULL ORDER BY s."user" COLLATE "C", s.name COLLATE "C"
        ON CONFLICT DO NOTHING;
  END LOOP;
  RETURN found_ids;
END
$$;
COMMENT ON FUNCTION device_ids IS 'The devices'' numbers; those that have none get one.';

CREATE FUNCTION apply_change(
  wanted bigint, new_title text, new_open boolean, members jsonb, friends jsonb
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  full_name text;
BEGIN
  UPDATE conversation c
     SET title = coalesce(new_title, c.title), open = coalesce(new_open, c.open)
   WHERE c.id = wanted AND (new_title IS NOT NULL OR new_open IS NOT NULL);
  IF members IS NOT NULL THEN
    SELECT c.name INTO full_name FROM conversation c WHERE c.id = wanted;
    INSERT INTO stay ("user", conversation, first, last, role)
    SELECT m."user", full_name, m."from", m."to", m.role
      FROM jsonb_to_recordset(members) AS m ("user" text, "from" bigint, "to" bigint, role text)
        ON CONFLICT ("user", conversation, first)
        DO UPDATE SET last = excluded.last, role = excluded.role;
  END IF;
  IF friends IS NOT NULL THEN
    DELETE FROM friend f
     USING jsonb_to_recordset(friends) AS n ("user" text, other text, state text)
     WHERE n.state IS NULL AND f."user" = n."user" AND f.other = n.other;
    INSERT INTO friend ("user", other, state)
    SELECT n."user", n.other, n.state
      FROM jsonb_to_recordset(friends) AS n ("user" text, other text, state text)
     WHERE n.state IS NOT NULL
        ON CONFLICT ("user", other) DO UPDATE SET state = excluded.state;
  END IF;
END
$$;
COMMENT ON FUNCTION apply_change IS 'What a batch changes of a conversation besides its entries.';

CREATE FUNCTION save_progress(
  cursor_conversations text[], cursor_users text[], cursor_devices text[], cursors bigint[],
  mark_conversations text[], mark_users text[], marks_received bigint[], marks_read bigint[],
  seen_users text[], seen_times bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  ids bigint[];
BEGIN
  IF cardinality(cursors) > 0 THEN
    ids := device_ids(cursor_users, cursor_devices);
    INSERT INTO cursor AS k (conversation, device, cursor, start)
    SELECT x.conversation, x.device, max(x.cursor), 0
      FROM (SELECT c.id AS conversation, ids[m.at] AS device,
                   least(m.cursor, last_of(c.id)) AS cursor
              FROM unnest(cursor_conversations, cursors) WITH ORDINALITY
                AS m (conversation, cursor, at)
              JOIN conversation c ON c.name = m.conversation) x
     WHERE x.cursor > 0 GROUP BY x.conversation, x.device ORDER BY x.conversation, x.device
        ON CONFLICT (conversation, device) DO UPDATE SET cursor = excluded.cursor
     WHERE k.cursor < excluded.cursor;
  END IF;
  IF cardinality(marks_read) > 0 THEN
    INSERT INTO mark AS k (conversation, "user", received, read)
    SELECT x.conversation, x."user", max(x.received), max(x.read)
      FROM (SELECT c.id AS conversation, m."user", least(m.received, last_of(c.id)) AS received,
                   least(m.read, last_of(c.id)) AS read
              FROM unnest(mark_conversations, mark_users, marks_received, marks_read)
                AS m (conversation, "user", received, read)
              JOIN conversation c ON c.name = m.conversation) x
     WHERE x.received > 0 OR x.read > 0
     GROUP BY x.conversation, x."user" ORDER BY x.conversation, x."user" COLLATE "C"
        ON CONFLICT (conversation, "user")
        DO UPDATE SET received = greatest(k.received, excluded.received),
                      read = greatest(k.read, excluded.read)
     WHERE k.received < excluded.received OR k.read < excluded.read;
  END IF;
  INSERT INTO seen AS k ("user", at)
  SELECT s."user", max(s.at) FROM unnest(seen_users, seen_times) AS s ("user", at)
   WHERE s.at > 0 GROUP BY s."user" ORDER BY s."user" COLLATE "C"
      ON CONFLICT ("user") DO UPDATE SET at = excluded.at WHERE k.at < excluded.at;
END
$$;
COMMENT ON FUNCTION save_progress IS
  'Cursors, marks and times last seen; the larger value wins, none passes its conversation''s last.';

CREATE FUNCTION register_device(who text, which text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  made bigint;
BEGIN
  PERFORM device_ids(ARRAY[who], ARRAY[which]);
  UPDATE device d SET registered = true
   WHERE d."user" = who AND d.name = which AND NOT d.registered RETURNING d.id INTO made;
  IF made IS NULL THEN
    RETURN false;
  END IF;
  INSERT INTO cursor AS k (conversation, device, cursor, start)
  SELECT DISTINCT c.id, made, m.received, m.received
    FROM stay s
    JOIN conversation c ON c.name = s.conversation
    JOIN mark m ON m.conversation = c.id AND m."user" = s."user"
   WHERE s."user" = who AND m.received > 0 ORDER BY c.id
      ON CONFLICT (conversation, device)
      DO UPDATE SET start = excluded.start, cursor = greatest(k.cursor, excluded.cursor);
  RETURN true;
END
$$;
COMMENT ON FUNCTION register_device IS
  'Makes a device known; the first time it starts at its user''s received marks.';

CREATE FUNCTION take_shards(taker text, wanted int[]) RETURNS SETOF shard LANGUAGE plpgsql AS $$
BEGIN
  -- In the sequence in which appends lock them, so that neither deadlocks the other.
  PERFORM FROM shard s WHERE s.shard = ANY (wanted) ORDER BY s.shard FOR NO KEY UPDATE;
  RETURN QUERY UPDATE shard s SET epoch = s.epoch + 1, node = taker
                WHERE s.shard = ANY (wanted) RETURNING s.*;
END
$$;
COMMENT ON FUNCTION take_shards IS 'Takes shards for a node: each epoch rises by one.';
`;
