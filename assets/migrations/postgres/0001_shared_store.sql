-- The shared store of one profile. Run by whoever may create roles and schemas: `store init --sql`
-- prints it for a database administrator, with the names filled in for @schema@, @owner@, @poller@,
-- @desk@, @viewer@ and @channel@. One transaction.
--
-- Everything that speaks of a person is sealed before it comes here (columns of type bytea): two
-- bytes with the number of the key, then the sealed text. The keys are never here.
-- All writes are functions, so that a client that stops never holds rows between two statements.
-- Each locks in the order lease, session by id, feed: none waits for another in a circle.

DO $$
DECLARE
  role name;
BEGIN
  FOREACH role IN ARRAY ARRAY['@owner_name@', '@poller_name@', '@desk_name@', '@viewer_name@'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role) THEN
      EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role);
    END IF;
  END LOOP;
END $$;
GRANT @owner@ TO CURRENT_USER;

CREATE SCHEMA @schema@ AUTHORIZATION @owner@;
SET LOCAL ROLE @owner@;
SET LOCAL search_path = pg_catalog, pg_temp;
-- A function may be executed by PUBLIC unless that is taken away before it is there.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE @schema@.meta (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  schema integer NOT NULL,
  -- Programs that know only an older number are refused.
  min_client integer NOT NULL,
  store uuid NOT NULL DEFAULT gen_random_uuid(),
  sdk_id uuid,
  max_rps double precision CHECK (max_rps > 0)
);
INSERT INTO @schema@.meta (schema, min_client) VALUES (1, 1);

-- Taken under the lock of the feed alone, so that versions appear in the order of commits.
CREATE SEQUENCE @schema@.feed;

CREATE TABLE @schema@.lease (
  shard smallint PRIMARY KEY CHECK (shard BETWEEN 0 AND 15),
  holder uuid,
  epoch bigint NOT NULL DEFAULT 0,
  term uuid NOT NULL DEFAULT gen_random_uuid(),
  expires_at timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);
INSERT INTO @schema@.lease (shard) SELECT generate_series(0, 15);

CREATE TABLE @schema@.member (
  id uuid PRIMARY KEY,
  operator name NOT NULL,
  role text NOT NULL CHECK (role IN ('poller', 'desk')),
  host text NOT NULL CHECK (length(host) <= 255),
  program text NOT NULL CHECK (length(program) <= 255),
  seen_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE @schema@.throttle (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  slowed_until timestamptz,
  share double precision NOT NULL DEFAULT 1 CHECK (share > 0 AND share <= 1),
  refused_since timestamptz,
  reason text
);
INSERT INTO @schema@.throttle DEFAULT VALUES;

CREATE TABLE @schema@.keyring (
  kid integer NOT NULL,
  recipient text NOT NULL,
  wrapped bytea NOT NULL,
  signature bytea NOT NULL,
  made_by name NOT NULL DEFAULT session_user,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (kid, recipient)
);

CREATE TABLE @schema@.session (
  id uuid PRIMARY KEY,
  shard smallint NOT NULL
    GENERATED ALWAYS AS ((get_byte(sha256(uuid_send(id)), 0) >> 4)::smallint) STORED,
  added_no bigint GENERATED ALWAYS AS IDENTITY,
  version bigint NOT NULL,
  epoch bigint NOT NULL DEFAULT 0,
  answered_at timestamptz,
  brief bytea CHECK (length(brief) <= 65536),
  brief_made_by smallint NOT NULL DEFAULT 0,
  reference bytea CHECK (length(reference) <= 4096),
  tags bytea[] NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 256 AND pg_column_size(tags) <= 65536),
  deadline timestamptz,
  -- In microseconds.
  resources_ttl bigint,
  note bytea CHECK (length(note) <= 65536),
  note_version bigint NOT NULL DEFAULT 0,
  pinned boolean NOT NULL DEFAULT false,
  archived_at timestamptz,
  acknowledged bytea CHECK (length(acknowledged) <= 65536),
  snoozed_until timestamptz,
  claimed_by name,
  claimed_until timestamptz,
  gone boolean NOT NULL DEFAULT false
) WITH (fillfactor = 80);
CREATE INDEX session_version ON @schema@.session (version, id);
CREATE INDEX session_shard ON @schema@.session (shard);

CREATE TABLE @schema@.answer (
  id uuid REFERENCES @schema@.session (id),
  part smallint CHECK (part BETWEEN 0 AND 2),
  epoch bigint NOT NULL,
  fetched_at timestamptz NOT NULL,
  body bytea NOT NULL CHECK (length(body) <= 16777216),
  PRIMARY KEY (id, part)
);
-- Sealed bytes do not become shorter.
ALTER TABLE @schema@.answer ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE @schema@.event (
  id uuid REFERENCES @schema@.session (id),
  number integer CHECK (number >= 0),
  body bytea NOT NULL CHECK (length(body) <= 65536),
  PRIMARY KEY (id, number)
);

-- What operators did. Lines are added, never changed.
CREATE TABLE @schema@.action (
  action uuid PRIMARY KEY,
  version bigint NOT NULL,
  id uuid REFERENCES @schema@.session (id),
  operator name NOT NULL DEFAULT session_user,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind text NOT NULL,
  body bytea NOT NULL CHECK (length(body) <= 65536)
);
CREATE INDEX action_version ON @schema@.action (version, action);
CREATE INDEX action_session ON @schema@.action (id, kind, version);

CREATE TABLE @schema@.asked (
  id uuid PRIMARY KEY REFERENCES @schema@.session (id),
  by name NOT NULL DEFAULT session_user,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What desks show now; lost in a crash of the server, and sent again within seconds.
CREATE UNLOGGED TABLE @schema@.focus (
  member uuid PRIMARY KEY,
  ids uuid[] NOT NULL CHECK (cardinality(ids) <= 64),
  at timestamptz NOT NULL
);

CREATE TABLE @schema@.personal (
  operator name NOT NULL DEFAULT session_user,
  key text NOT NULL CHECK (length(key) <= 64),
  value bytea NOT NULL CHECK (length(value) <= 65536),
  PRIMARY KEY (operator, key)
);
CREATE VIEW @schema@.own_personal WITH (security_barrier) AS
  SELECT key, value FROM @schema@.personal WHERE operator = session_user;

-- The next version. Until the transaction ends nobody else gets one: whoever reads by version
-- would miss what is committed later under a smaller number.
CREATE FUNCTION @schema@.next_version() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  version bigint;
BEGIN
  PERFORM pg_advisory_xact_lock('@schema@.feed'::regclass::oid::bigint); -- guard: order of commits
  version := nextval('@schema@.feed');
  -- The number alone: a payload has room for 8,000 bytes.
  PERFORM pg_notify('@channel@', version::text);
  RETURN version;
END $$;

CREATE FUNCTION @schema@.join_in(me uuid, role text, host text, program text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
BEGIN
  -- A desk that called itself a poller would take its share of the shards from those who ask.
  IF role = 'poller' AND NOT pg_has_role(session_user, '@poller_name@', 'USAGE') THEN
    RAISE insufficient_privilege USING MESSAGE = 'the role poller is not granted';
  END IF;
  DELETE FROM @schema@.member AS m WHERE m.seen_at < clock_timestamp() - interval '1 day';
  INSERT INTO @schema@.member AS m VALUES (me, session_user, role, host, program, clock_timestamp())
  ON CONFLICT (id) DO UPDATE
    SET role = excluded.role, host = excluded.host, program = excluded.program,
        seen_at = excluded.seen_at
    WHERE m.operator = session_user;
  IF NOT FOUND THEN
    RAISE insufficient_privilege USING MESSAGE = 'this member is another operator''s';
  END IF;
END $$;

-- Renews what is held and says what it is. Only the server's clock is compared.
CREATE FUNCTION @schema@.beat(
  me uuid, OUT now timestamptz, OUT shards smallint[], OUT epochs bigint[], OUT terms uuid[],
  OUT pollers integer, OUT slowed_until timestamptz, OUT share double precision,
  OUT refused_since timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
BEGIN
  UPDATE @schema@.member AS m SET seen_at = clock_timestamp()
    WHERE m.id = me AND m.operator = session_user;
  IF NOT FOUND THEN
    RAISE no_data_found USING MESSAGE = 'this member has not joined';
  END IF;
  WITH held AS (
    SELECT l.shard FROM @schema@.lease AS l
    WHERE l.holder = me AND l.expires_at > clock_timestamp()
      AND l.expires_at <= clock_timestamp() + interval '10 s'
    ORDER BY l.shard FOR UPDATE
  ), renewed AS (
    UPDATE @schema@.lease AS l SET expires_at = clock_timestamp() + interval '7 s'
    FROM held WHERE l.shard = held.shard RETURNING l.shard, l.epoch, l.term
  )
  SELECT coalesce(array_agg(r.shard ORDER BY r.shard), '{}'),
         coalesce(array_agg(r.epoch ORDER BY r.shard), '{}'),
         coalesce(array_agg(r.term ORDER BY r.shard), '{}')
    INTO shards, epochs, terms FROM renewed AS r;
  SELECT count(*) INTO pollers FROM @schema@.member AS m
    WHERE m.role = 'poller' AND m.seen_at > clock_timestamp() - interval '9 s';
  SELECT t.slowed_until, t.share, t.refused_since
    INTO slowed_until, share, refused_since FROM @schema@.throttle AS t;
  now := clock_timestamp();
END $$;

-- Takes free shards until `wanted` are held. Then as beat.
CREATE FUNCTION @schema@.take(
  me uuid, wanted integer, OUT now timestamptz, OUT shards smallint[], OUT epochs bigint[],
  OUT terms uuid[], OUT pollers integer, OUT slowed_until timestamptz, OUT share double precision,
  OUT refused_since timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
BEGIN
  WITH held AS (
    SELECT count(*) AS number FROM @schema@.lease AS l
    WHERE l.holder = me AND l.expires_at > clock_timestamp()
      AND l.expires_at <= clock_timestamp() + interval '10 s'
  ), free AS (
    SELECT l.shard FROM @schema@.lease AS l
    -- A lease that lies far ahead was written before the server's clock went back.
    WHERE l.expires_at <= clock_timestamp() OR l.expires_at > clock_timestamp() + interval '10 s'
    ORDER BY random() LIMIT greatest(wanted - (SELECT number FROM held), 0)
    FOR UPDATE SKIP LOCKED
  )
  UPDATE @schema@.lease AS l
    SET holder = me, epoch = l.epoch + 1, term = gen_random_uuid(),
        expires_at = clock_timestamp() + interval '7 s'
    FROM free WHERE l.shard = free.shard
      AND EXISTS (
        SELECT FROM @schema@.member AS m WHERE m.id = me AND m.operator = session_user
      );
  SELECT * INTO now, shards, epochs, terms, pollers, slowed_until, share, refused_since
    FROM @schema@.beat(me);
END $$;

CREATE FUNCTION @schema@.free(me uuid, shards smallint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
  WITH mine AS (
    SELECT l.shard FROM @schema@.lease AS l JOIN @schema@.member AS m ON m.id = l.holder
    WHERE l.holder = me AND m.operator = session_user AND l.shard = ANY (shards)
    ORDER BY l.shard FOR UPDATE OF l
  )
  UPDATE @schema@.lease AS l SET holder = NULL, expires_at = '-infinity'
    FROM mine WHERE l.shard = mine.shard;
$$;

-- Answers of shards that are no longer held are dropped. Says which sessions were written; the
-- version is NULL where none was.
CREATE FUNCTION @schema@.publish(
  me uuid, held_terms uuid[],
  ids uuid[], answered timestamptz[], briefs bytea[], made_by smallint[],
  answer_ids uuid[], answer_parts smallint[], answer_fetched timestamptz[], answer_bodies bytea[],
  event_ids uuid[], event_numbers integer[], event_bodies bytea[],
  OUT feed bigint, OUT written uuid[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
  held_shards smallint[];
  held_epochs bigint[];
BEGIN
  -- FOR SHARE holds off whoever takes the shard until this has been committed.
  SELECT array_agg(h.shard), array_agg(h.epoch) INTO held_shards, held_epochs FROM (
    SELECT l.shard, l.epoch FROM @schema@.lease AS l JOIN @schema@.member AS m ON m.id = l.holder
    WHERE l.holder = me AND m.operator = session_user AND l.term = ANY (held_terms)
      AND l.expires_at > clock_timestamp()
      AND l.expires_at <= clock_timestamp() + interval '10 s' -- guard: fence
    ORDER BY l.shard FOR SHARE OF l
  ) AS h;
  SELECT array_agg(w.id) INTO written FROM (
    SELECT s.id FROM @schema@.session AS s
    JOIN unnest(held_shards, held_epochs) AS h (shard, epoch) ON h.shard = s.shard
    JOIN unnest(ids, answered) AS n (id, answered_at) ON n.id = s.id
    WHERE NOT s.gone AND (
      s.epoch < h.epoch
      OR s.epoch = h.epoch AND coalesce(s.answered_at <= n.answered_at, true)
    )
    ORDER BY s.id FOR UPDATE OF s
  ) AS w;
  IF written IS NULL THEN
    written := '{}';
    RETURN;
  END IF;
  feed := @schema@.next_version();
  UPDATE @schema@.session AS s
    SET version = feed, epoch = h.epoch, answered_at = n.answered_at,
        brief = n.brief, brief_made_by = n.made_by
    FROM unnest(ids, answered, briefs, made_by) AS n (id, answered_at, brief, made_by),
         unnest(held_shards, held_epochs) AS h (shard, epoch)
    WHERE s.id = n.id AND s.id = ANY (written) AND h.shard = s.shard;
  INSERT INTO @schema@.answer AS a (id, part, epoch, fetched_at, body)
    SELECT n.id, n.part, s.epoch, n.fetched_at, n.body
    FROM unnest(answer_ids, answer_parts, answer_fetched, answer_bodies)
      AS n (id, part, fetched_at, body)
    JOIN @schema@.session AS s ON s.id = n.id
    WHERE n.id = ANY (written)
    ON CONFLICT (id, part) DO UPDATE
      SET epoch = excluded.epoch, fetched_at = excluded.fetched_at, body = excluded.body;
  INSERT INTO @schema@.event (id, number, body)
    SELECT n.id, n.number, n.body FROM unnest(event_ids, event_numbers, event_bodies)
      AS n (id, number, body)
    WHERE n.id = ANY (written)
    -- A batch that is sent again because its end was not heard.
    ON CONFLICT (id, number) DO NOTHING;
  DELETE FROM @schema@.asked AS q WHERE q.id = ANY (written);
END $$;

-- Known sessions get what is new of the entry; archived and forgotten ones come back.
CREATE FUNCTION @schema@.add(
  ids uuid[], refs bytea[], deadlines timestamptz[], ttls bigint[], tag_ids uuid[],
  new_tags bytea[]
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
  feed bigint;
  known bigint;
BEGIN
  SELECT count(*) INTO known FROM (
    SELECT FROM @schema@.session AS s WHERE s.id = ANY (ids) ORDER BY s.id FOR UPDATE
  ) AS k;
  feed := @schema@.next_version();
  -- What another added meanwhile is not locked, and to lock it now would be the wrong order.
  IF known <> (SELECT count(*) FROM @schema@.session AS s WHERE s.id = ANY (ids)) THEN
    RAISE serialization_failure USING MESSAGE = 'another operator added one of these sessions';
  END IF;
  INSERT INTO @schema@.session AS s (id, version, reference, deadline, resources_ttl, tags)
    SELECT n.id, feed, n.reference, n.deadline, n.ttl, coalesce(t.tags, '{}')
    FROM unnest(ids, refs, deadlines, ttls) WITH ORDINALITY
      AS n (id, reference, deadline, ttl, place)
    LEFT JOIN (
      SELECT u.id, array_agg(DISTINCT u.tag ORDER BY u.tag) AS tags
      FROM unnest(tag_ids, new_tags) AS u (id, tag) GROUP BY u.id
    ) AS t ON t.id = n.id
    ORDER BY n.place
    ON CONFLICT (id) DO UPDATE
      SET version = feed, archived_at = NULL, gone = false,
          reference = coalesce(excluded.reference, s.reference),
          deadline = coalesce(excluded.deadline, s.deadline),
          resources_ttl = coalesce(excluded.resources_ttl, s.resources_ttl),
          tags = ARRAY(
            SELECT t.tag FROM unnest(s.tags) AS t (tag)
            UNION SELECT t.tag FROM unnest(excluded.tags) AS t (tag) ORDER BY tag
          );
  RETURN feed;
END $$;

-- What an operator does, once: an action that is known does nothing again. `was` is the version of
-- the change of this kind that the operator saw; where another stands now, nothing is changed.
-- Says 'done', 'known' or 'conflict', and the version that stands.
CREATE FUNCTION @schema@.keep(
  new_action uuid, session_id uuid, new_kind text, line bytea, was bigint, value bytea,
  added bytea[], removed bytea[], flag boolean, until timestamptz,
  OUT said text, OUT stands bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
  feed bigint;
BEGIN
  IF new_kind = 'note' AND was IS NULL THEN
    RAISE null_value_not_allowed USING MESSAGE = 'a note needs the version that was seen';
  END IF;
  PERFORM FROM @schema@.session AS s WHERE s.id = session_id FOR UPDATE;
  IF NOT FOUND AND session_id IS NOT NULL THEN
    RAISE no_data_found USING MESSAGE = 'this session is not on the list';
  END IF;
  SELECT a.version INTO stands FROM @schema@.action AS a
    WHERE a.action = new_action AND a.operator = session_user;
  IF FOUND THEN -- guard: once
    said := 'known';
    RETURN;
  END IF;
  SELECT coalesce(max(a.version), 0) INTO stands FROM @schema@.action AS a
    WHERE a.id = session_id AND a.kind = new_kind;
  IF was <> stands THEN -- guard: conflict
    said := 'conflict';
    RETURN;
  END IF;
  feed := @schema@.next_version();
  INSERT INTO @schema@.action (action, version, id, kind, body)
    VALUES (new_action, feed, session_id, new_kind, line);
  said := 'done';
  stands := feed;
  CASE new_kind
    WHEN 'note' THEN
      UPDATE @schema@.session SET note = value, note_version = feed WHERE id = session_id;
    WHEN 'tags' THEN
      UPDATE @schema@.session AS s SET tags = ARRAY(
        SELECT t.tag FROM unnest(s.tags) AS t (tag) WHERE t.tag <> ALL (removed)
        UNION SELECT t.tag FROM unnest(added) AS t (tag) ORDER BY tag
      ) WHERE id = session_id;
    WHEN 'pinned' THEN
      UPDATE @schema@.session SET pinned = flag WHERE id = session_id;
    WHEN 'archived' THEN
      UPDATE @schema@.session SET archived_at = CASE WHEN flag THEN clock_timestamp() END
        WHERE id = session_id;
    WHEN 'acknowledged' THEN
      UPDATE @schema@.session SET acknowledged = value WHERE id = session_id;
    WHEN 'snoozed' THEN
      UPDATE @schema@.session SET snoozed_until = until WHERE id = session_id;
    WHEN 'claimed' THEN
      UPDATE @schema@.session
        SET claimed_by = CASE WHEN flag THEN session_user END,
            claimed_until = CASE WHEN flag THEN clock_timestamp() + interval '15 min' END
        -- It is shown and locks nothing; only who has it can end it early.
        WHERE id = session_id AND (flag OR claimed_by = session_user);
    WHEN 'removed' THEN
      DELETE FROM @schema@.answer WHERE id = session_id;
      DELETE FROM @schema@.event WHERE id = session_id;
      DELETE FROM @schema@.asked WHERE id = session_id;
      -- The row stays, so that every desk hears of it.
      UPDATE @schema@.session
        SET gone = true, brief = NULL, answered_at = NULL, reference = NULL, tags = '{}',
            deadline = NULL, resources_ttl = NULL,
            note = NULL, acknowledged = NULL, claimed_by = NULL,
            claimed_until = NULL, pinned = false, snoozed_until = NULL, archived_at = NULL
        WHERE id = session_id;
      -- Their lines may quote it; that something was done stays.
      UPDATE @schema@.action SET body = '' WHERE id = session_id AND action <> new_action;
    WHEN 'audit' THEN
      NULL;
    ELSE
      RAISE invalid_parameter_value USING MESSAGE = 'this kind of action is not known';
  END CASE;
  UPDATE @schema@.session SET version = feed WHERE id = session_id;
END $$;

CREATE FUNCTION @schema@.ask(ids uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
  INSERT INTO @schema@.asked (id)
    SELECT s.id FROM @schema@.session AS s WHERE s.id = ANY (ids) AND NOT s.gone ORDER BY s.id
    ON CONFLICT (id) DO NOTHING;
  SELECT pg_notify('@channel@', '0');
$$;

CREATE FUNCTION @schema@.focus(me uuid, visible uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
  INSERT INTO @schema@.focus AS f
    SELECT m.id, visible, clock_timestamp() FROM @schema@.member AS m
    WHERE m.id = me AND m.operator = session_user
    ON CONFLICT (member) DO UPDATE SET ids = excluded.ids, at = excluded.at;
$$;

CREATE FUNCTION @schema@.personal_set(new_key text, new_value bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
  INSERT INTO @schema@.personal AS p (key, value) VALUES (new_key, new_value)
    ON CONFLICT (operator, key) DO UPDATE SET value = excluded.value;
$$;

-- One poller was slowed or refused by Yoti: all go slower, or stop. `refused` NULL says nothing of it.
CREATE FUNCTION @schema@.slow(until timestamptz, new_share double precision, refused boolean)
RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
  UPDATE @schema@.throttle AS t SET
    share = CASE WHEN t.slowed_until > clock_timestamp()
      THEN least(t.share, new_share) ELSE coalesce(new_share, 1) END,
    slowed_until = greatest(t.slowed_until, until),
    refused_since = CASE refused WHEN true THEN coalesce(t.refused_since, clock_timestamp())
      WHEN false THEN NULL ELSE t.refused_since END;
  SELECT pg_notify('@channel@', '0');
$$;

GRANT USAGE ON SCHEMA @schema@ TO @poller@, @desk@, @viewer@;
GRANT SELECT ON @schema@.meta, @schema@.feed, @schema@.lease, @schema@.member, @schema@.throttle,
  @schema@.keyring, @schema@.session, @schema@.action, @schema@.own_personal
  TO @poller@, @desk@, @viewer@;
GRANT SELECT ON @schema@.answer, @schema@.event, @schema@.asked, @schema@.focus
  TO @poller@, @desk@;
GRANT EXECUTE ON FUNCTION
  @schema@.join_in, @schema@.beat, @schema@.add, @schema@.keep, @schema@.ask, @schema@.focus,
  @schema@.personal_set
  TO @poller@, @desk@;
GRANT EXECUTE ON FUNCTION @schema@.take, @schema@.free, @schema@.publish, @schema@.slow TO @poller@;
RESET ROLE;
