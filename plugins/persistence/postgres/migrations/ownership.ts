/** Migration 4: who owns what, and who is there. */

export const OWNERSHIP = `
DROP FUNCTION take_shards;

ALTER TABLE shard ADD COLUMN life text;
UPDATE shard SET life = 'earlier' WHERE node IS NOT NULL;
COMMENT ON TABLE shard IS
  'Who took a shard last: the node, and which of its lives. The epoch rises by one whenever it is '
  'taken; 0: never. Every append locks this row and compares, so that a former owner can write '
  'nothing.';

CREATE TABLE lease (
  node    text        COLLATE "C" NOT NULL PRIMARY KEY,
  life    text        NOT NULL,
  ends_at timestamptz NOT NULL,
  length  interval    NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE lease IS
  'Nodes that have beaten and have not left, the newest life of each. Apart from the table shard, '
  'so that beats and appends do not wait for each other.';
COMMENT ON COLUMN lease.ends_at IS
  'When another node may take its shards; by this server''s clock alone.';
COMMENT ON COLUMN lease.length IS 'How long it ran when it was renewed.';

CREATE FUNCTION remaining(given lease) RETURNS interval LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN remains > given.length * 1.5 THEN interval '0' ELSE remains END
    FROM (SELECT given.ends_at - clock_timestamp() AS remains) AS counted
$$;
COMMENT ON FUNCTION remaining IS
  'What is left of a lease. One with far more left than it ever had is over: this server''s clock '
  'was set back, and a holder that is no more would keep its shards for as long.';

CREATE UNLOGGED TABLE lifeline (
  node       text        COLLATE "C" NOT NULL PRIMARY KEY,
  life       text        NOT NULL,
  lock       bigint      NOT NULL,
  started_at timestamptz NOT NULL
);
COMMENT ON TABLE lifeline IS
  'Lives that hold an advisory lock for as long as their connection stands. A free lock tells that '
  'a life has ended, unless this server has ended meanwhile: after an orderly end its start is '
  'another one, and after a crash this table is empty.';
COMMENT ON COLUMN lifeline.started_at IS 'When the server started that the lock was taken on.';

CREATE FUNCTION holders(wanted bigint) RETURNS SETOF integer LANGUAGE sql AS $$
  SELECT k.pid FROM pg_locks k
   WHERE k.locktype = 'advisory' AND k.objsubid = 1 AND k.granted
     AND k.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
     AND (k.classid::bigint << 32 | k.objid::bigint) = wanted
$$;
COMMENT ON FUNCTION holders IS 'The processes that hold an advisory lock.';

CREATE FUNCTION gone(wanted text, wanted_life text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM lifeline l
     WHERE l.node = wanted AND l.life = wanted_life
       AND l.started_at = pg_postmaster_start_time()
       AND NOT EXISTS (SELECT FROM holders(l.lock)));
END
$$;
COMMENT ON FUNCTION gone IS
  'Whether a life has surely ended: its lock was held on this run of the server, and is free.';

CREATE FUNCTION hold(holder text, holder_life text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  wanted bigint;
BEGIN
  PERFORM FROM lease l WHERE l.node = holder AND l.life = holder_life;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT hashtextextended(holder_life, hashtextextended(m.value, 0)) INTO wanted
    FROM meta m WHERE m.key = 'log';
  IF pg_backend_pid() IN (SELECT holders(wanted)) THEN
    RETURN;
  END IF;
  -- Shared: an older connection of this life may not have ended yet. Taken before the row can be
  -- seen; if a stranger has it, there is no row, and the lease alone tells.
  IF pg_try_advisory_lock_shared(wanted) THEN
    INSERT INTO lifeline AS l (node, life, lock, started_at)
    VALUES (holder, holder_life, wanted, pg_postmaster_start_time())
        ON CONFLICT (node) DO UPDATE
       SET life = excluded.life, lock = excluded.lock, started_at = excluded.started_at;
  END IF;
END
$$;
COMMENT ON FUNCTION hold IS 'Makes this connection the lifeline of a life that has a lease.';

CREATE FUNCTION look() RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT json_build_object(
    'now', floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint,
    'nodes', (SELECT coalesce(json_agg(json_build_object(
        'node', l.node, 'life', l.life, 'gone', gone(l.node, l.life),
        'leaseLeftMs', ceil(extract(epoch FROM remaining(l)) * 1000)::bigint
      ) ORDER BY l.node), '[]') FROM lease l),
    'shards', (SELECT coalesce(json_agg(json_build_object(
        'shard', s.shard, 'epoch', s.epoch, 'node', s.node, 'life', s.life
      ) ORDER BY s.shard), '[]') FROM shard s)));
END
$$;
COMMENT ON FUNCTION look IS 'How all stands, in one piece.';

CREATE FUNCTION beat(beating text, beating_life text, lease_ms bigint)
RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO lease AS l (node, life, ends_at, length)
  VALUES (beating, beating_life, clock_timestamp() + lease_ms * interval '1 ms',
          lease_ms * interval '1 ms')
      ON CONFLICT (node) DO UPDATE
     SET life = excluded.life, ends_at = clock_timestamp() + excluded.length,
         length = excluded.length
   WHERE l.life = excluded.life OR remaining(l) <= interval '0' OR gone(l.node, l.life);
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  PERFORM hold(beating, beating_life);
  RETURN look();
END
$$;
COMMENT ON FUNCTION beat IS
  'Renews a lease and answers how all stands; nothing while another life of the node has one.';

CREATE FUNCTION leave(leaver text, leaver_life text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM lease l WHERE l.node = leaver AND l.life = leaver_life;
  DELETE FROM lifeline l WHERE l.node = leaver AND l.life = leaver_life;
END
$$;
COMMENT ON FUNCTION leave IS 'Ends a life: its lease is over.';

CREATE FUNCTION take(
  taker text, taker_life text, wanted int[], believed bigint[], by_force boolean
) RETURNS SETOF shard LANGUAGE plpgsql AS $$
DECLARE
  held text[];
BEGIN
  -- In the sequence in which appends lock them, so that neither deadlocks the other. Appends under
  -- way are waited for; the leases are looked at after that, and not locked: beats do not wait.
  PERFORM FROM shard s WHERE s.shard = ANY (wanted) ORDER BY s.shard FOR NO KEY UPDATE;
  held := ARRAY(SELECT l.life FROM lease l
                 WHERE NOT by_force AND l.node <> taker AND remaining(l) > interval '0'
                   AND NOT gone(l.node, l.life));
  PERFORM FROM unnest(wanted, believed) AS w (shard, epoch)
     LEFT JOIN shard s ON s.shard = w.shard
    WHERE (s.epoch = w.epoch AND (s.life IS NULL OR s.node = taker OR s.life <> ALL (held))
        OR s.epoch = w.epoch + 1 AND s.node = taker AND s.life = taker_life) IS NOT TRUE;
  IF NOT FOUND THEN
    UPDATE shard s SET epoch = s.epoch + 1, node = taker, life = taker_life
      FROM unnest(wanted, believed) AS w (shard, epoch)
     WHERE s.shard = w.shard AND s.epoch = w.epoch;
  END IF;
  RETURN QUERY SELECT s.* FROM shard s WHERE s.shard = ANY (wanted);
END
$$;
COMMENT ON FUNCTION take IS
  'Takes shards for a life, all or none: each epoch rises by one. Of an epoch that is not believed, '
  'and of an owner whose lease runs, none.';
`;
