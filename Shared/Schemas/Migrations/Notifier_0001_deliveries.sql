-- Who is told of what, what is still to be delivered, and what became of it.

-- Where events go. `target` is what people may see of it; everything secret (address, token, signing secrets, own headers)
-- is in `sealed`, encrypted with a key that the database does not have.
CREATE TABLE notifier.endpoint (
    endpoint_id     uuid PRIMARY KEY,
    name            text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9_-]{1,64}$'),
    -- NULL: operations, who may hear of everything.
    partner_id      text,
    channel         text NOT NULL CHECK (channel IN ('webhook', 'slack', 'discord', 'telegram', 'email')),
    target          text NOT NULL CHECK (length(target) BETWEEN 1 AND 2048),
    sealed          bytea NOT NULL,
    language        text NOT NULL CHECK (language IN ('ko', 'en')),
    -- What it wants to hear, and when: at least one rule (`RoutingRule`).
    rules           jsonb NOT NULL CHECK (jsonb_typeof(rules) = 'array' AND jsonb_array_length(rules) BETWEEN 1 AND 32),
    -- Requests a minute and at once, at most.
    rate_per_minute integer NOT NULL CHECK (rate_per_minute BETWEEN 1 AND 600000),
    in_flight       integer NOT NULL CHECK (in_flight BETWEEN 1 AND 64),
    -- Which replica sends: each shard has one owner at a time.
    shard           smallint NOT NULL CHECK (shard BETWEEN 0 AND 31),
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
    -- By people, or by what the receiver answered.
    disabled_reason text,
    disabled_at     timestamptz CHECK ((state = 'disabled') = (disabled_at IS NOT NULL)),
    created_at      timestamptz NOT NULL
);

-- How it does: written with the attempts.
CREATE TABLE notifier.health (
    endpoint_id     uuid PRIMARY KEY REFERENCES notifier.endpoint ON DELETE CASCADE,
    -- Of failures without a success between them.
    failures        integer NOT NULL DEFAULT 0,
    failing_since   timestamptz CHECK ((failing_since IS NULL) = (failures = 0)),
    last_success_at timestamptz,
    last_failure_at timestamptz,
    last_error      text
) WITH (fillfactor = 60);

-- One row, moved by every change of endpoints.
CREATE TABLE notifier.revision (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    revision  bigint NOT NULL
);
INSERT INTO notifier.revision (revision) VALUES (1);

-- What was heard and somebody is to be told of. A message is told once (inbox), so its id needs no key across partitions.
CREATE TABLE notifier.event (
    event_id       text NOT NULL CHECK (length(event_id) BETWEEN 1 AND 64),
    -- When it was stored: finds the partition.
    stored_at      timestamptz NOT NULL,
    -- Without version, and as it came: withdrawal.ready, withdrawal.ready.v1.
    type           text NOT NULL,
    wire_type      text NOT NULL,
    partner_id     text,
    -- partner:withdrawal
    correlation_id text,
    severity       text CHECK (severity IN ('info', 'warning', 'critical')),
    occurred_at    timestamptz NOT NULL,
    traceparent    text,
    -- The body as it came: JSON, byte by byte.
    body           text NOT NULL,
    PRIMARY KEY (stored_at, event_id)
) PARTITION BY RANGE (stored_at);

-- What is to be delivered: small, for whatever ends leaves it.
CREATE TABLE notifier.pending (
    delivery_id     uuid PRIMARY KEY,
    endpoint_id     uuid NOT NULL REFERENCES notifier.endpoint,
    shard           smallint NOT NULL,
    event_id        text NOT NULL,
    event_stored_at timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,
    -- All attempts so far, and those since it was made or replayed, by which the next wait is chosen.
    attempts        integer NOT NULL DEFAULT 0,
    tries           integer NOT NULL DEFAULT 0,
    origin          text NOT NULL CHECK (origin IN ('event', 'replay', 'command'))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
CREATE INDEX pending_due ON notifier.pending (endpoint_id, due_at, delivery_id);
CREATE INDEX pending_shard ON notifier.pending (shard, due_at);

-- What has ended.
CREATE TABLE notifier.finished (
    delivery_id     uuid NOT NULL,
    finished_at     timestamptz NOT NULL,
    endpoint_id     uuid NOT NULL,
    event_id        text NOT NULL,
    event_stored_at timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    attempts        integer NOT NULL,
    outcome         text NOT NULL CHECK (outcome IN ('delivered', 'dead', 'cancelled')),
    reason          text,
    PRIMARY KEY (finished_at, delivery_id)
) PARTITION BY RANGE (finished_at);
CREATE INDEX finished_endpoint ON notifier.finished (endpoint_id, finished_at);
CREATE INDEX finished_delivery ON notifier.finished (delivery_id);
CREATE INDEX finished_event ON notifier.finished (event_id);

-- Every attempt, whatever came of it.
CREATE TABLE notifier.attempt (
    delivery_id uuid NOT NULL,
    started_at  timestamptz NOT NULL,
    endpoint_id uuid NOT NULL,
    number      integer NOT NULL,
    latency_ms  integer NOT NULL,
    -- delivered, or why not: timed_out, unreachable, refused_address, status, tls, too_large …
    outcome     text NOT NULL,
    status      integer,
    -- The address that was connected to.
    address     text,
    -- In words, and the first kilobyte of the answer.
    detail      text,
    answer      text
) PARTITION BY RANGE (started_at);
CREATE INDEX attempt_delivery ON notifier.attempt (delivery_id, started_at);

-- For what falls into no day that was made in time.
CREATE TABLE notifier.event_other PARTITION OF notifier.event DEFAULT;
CREATE TABLE notifier.finished_other PARTITION OF notifier.finished DEFAULT;
CREATE TABLE notifier.attempt_other PARTITION OF notifier.attempt DEFAULT;

-- Makes the partitions of the days from yesterday to the day after tomorrow, and drops those that ended before `p_keep_from`.
-- Runs with the rights of the tables' owner. A day of which rows are in the default partition already gets none. One table a
-- transaction: others lock several of them, in orders of their own.
CREATE FUNCTION notifier.keep_partitions(parent text, p_now timestamptz, p_keep_from timestamptz) RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changes integer := 0;
    key     text;
    day     date;
    part    text;
    is_used boolean;
BEGIN
    IF parent NOT IN ('event', 'finished', 'attempt') THEN
        RAISE EXCEPTION 'notifier.% has no partitions', parent USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('notifier.keep_partitions'));
    key := CASE parent WHEN 'event' THEN 'stored_at' WHEN 'finished' THEN 'finished_at' ELSE 'started_at' END;
    FOR day IN SELECT d::date FROM generate_series((p_now AT TIME ZONE 'UTC')::date - 1,
                                                   (p_now AT TIME ZONE 'UTC')::date + 2, interval '1 day') AS d LOOP
        part := parent || to_char(day, '"_"YYYYMMDD');
        CONTINUE WHEN to_regclass('notifier.' || part) IS NOT NULL;
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM notifier.%I WHERE %I >= $1 AND %I < $2)', parent || '_other', key, key)
           INTO is_used USING day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC';
        CONTINUE WHEN is_used;
        EXECUTE format('CREATE TABLE notifier.%I PARTITION OF notifier.%I FOR VALUES FROM (%L) TO (%L)', part, parent,
                       day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
        changes := changes + 1;
    END LOOP;
    FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                 WHERE i.inhparent = ('notifier.' || parent)::regclass AND c.relname ~ '_[0-9]{8}$'
                   AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= (p_keep_from AT TIME ZONE 'UTC')::date LOOP
        EXECUTE format('DROP TABLE notifier.%I', part);
        changes := changes + 1;
    END LOOP;
    EXECUTE format('DELETE FROM notifier.%I WHERE %I < $1', parent || '_other', key) USING p_keep_from;
    RETURN changes;
END $$;

-- What people change goes through these; each leaves an entry in the audit log.

CREATE FUNCTION notifier.add_endpoint(
    p_at timestamptz, p_actor text, p_endpoint uuid, p_name text, p_partner text, p_channel text, p_target text,
    p_sealed bytea, p_language text, p_rules jsonb, p_rate_per_minute integer, p_in_flight integer
) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_partner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM registry.partner WHERE partner_id = p_partner) THEN
        RAISE EXCEPTION 'there is no partner %', p_partner USING ERRCODE = 'foreign_key_violation';
    END IF;
    INSERT INTO notifier.endpoint (endpoint_id, name, partner_id, channel, target, sealed, language, rules, rate_per_minute,
                                   in_flight, shard, created_at)
    VALUES (p_endpoint, p_name, p_partner, p_channel, p_target, p_sealed, p_language, p_rules, p_rate_per_minute,
            p_in_flight, get_byte(uuid_send(p_endpoint), 15) & 31, p_at);
    UPDATE notifier.revision SET revision = revision + 1;
    PERFORM registry.record(p_at, p_actor, 'endpoint.add', p_name, jsonb_strip_nulls(jsonb_build_object(
        'channel', p_channel, 'partner', p_partner, 'target', p_target)));
END $$;

-- New secrets or headers, as they are sealed; `p_what` says which.
CREATE FUNCTION notifier.reseal_endpoint(p_at timestamptz, p_actor text, p_name text, p_before bytea, p_sealed bytea, p_what text)
RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Two at a time must not undo each other.
    UPDATE notifier.endpoint SET sealed = p_sealed WHERE name = p_name AND sealed = p_before;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE notifier.revision SET revision = revision + 1;
    PERFORM registry.record(p_at, p_actor, 'endpoint.' || p_what, p_name, '{}');
    RETURN true;
END $$;

-- Other rules. With `p_before`, only if they are those: two at a time must not undo each other.
CREATE FUNCTION notifier.set_endpoint_rules(p_at timestamptz, p_actor text, p_name text, p_before jsonb, p_rules jsonb)
RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE notifier.endpoint SET rules = p_rules WHERE name = p_name AND (p_before IS NULL OR rules = p_before);
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE notifier.revision SET revision = revision + 1;
    PERFORM registry.record(p_at, p_actor, 'endpoint.rules', p_name, jsonb_build_object('rules', p_rules));
    RETURN true;
END $$;

-- Its open deliveries stay where they are: they go on when it is enabled, or are cancelled by the notifier.
CREATE FUNCTION notifier.set_endpoint_state(p_at timestamptz, p_actor text, p_name text, p_enabled boolean, p_reason text)
RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changed uuid;
BEGIN
    UPDATE notifier.endpoint
       SET state = CASE WHEN p_enabled THEN 'active' ELSE 'disabled' END,
           disabled_reason = CASE WHEN p_enabled THEN NULL ELSE p_reason END,
           disabled_at = CASE WHEN p_enabled THEN NULL ELSE p_at END
     WHERE name = p_name RETURNING endpoint_id INTO changed;
    IF NOT FOUND THEN RETURN false; END IF;
    IF p_enabled THEN
        UPDATE notifier.health SET failures = 0, failing_since = NULL WHERE endpoint_id = changed;
    END IF;
    UPDATE notifier.revision SET revision = revision + 1;
    PERFORM registry.record(p_at, p_actor, CASE WHEN p_enabled THEN 'endpoint.enable' ELSE 'endpoint.disable' END, p_name,
        jsonb_strip_nulls(jsonb_build_object('reason', p_reason)));
    RETURN true;
END $$;

-- Delivers ended deliveries again, with the same webhook-id and the waits from the beginning. Those whose endpoint is
-- disabled, or whose event is no longer kept, are left out. Returns how many.
CREATE FUNCTION notifier.replay(p_at timestamptz, p_actor text, p_deliveries uuid[]) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    replayed integer;
BEGIN
    WITH taken AS (
        DELETE FROM notifier.finished AS f
         USING notifier.endpoint AS e
         WHERE f.delivery_id = ANY (p_deliveries) AND e.endpoint_id = f.endpoint_id AND e.state = 'active'
           AND EXISTS (SELECT 1 FROM notifier.event AS v
                        WHERE v.stored_at = f.event_stored_at AND v.event_id = f.event_id)
        RETURNING f.delivery_id, f.endpoint_id, e.shard, f.event_id, f.event_stored_at, f.created_at, f.attempts
    )
    INSERT INTO notifier.pending (delivery_id, endpoint_id, shard, event_id, event_stored_at, created_at, due_at, attempts,
                                  tries, origin)
    SELECT delivery_id, endpoint_id, shard, event_id, event_stored_at, created_at, p_at, attempts, 0, 'replay' FROM taken
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS replayed = ROW_COUNT;
    PERFORM registry.record(p_at, p_actor, 'deliveries.replay', 'deliveries', jsonb_build_object('count', replayed));
    RETURN replayed;
END $$;

-- What people and other services may read.

CREATE VIEW notifier.v1_endpoint AS
SELECT e.endpoint_id, e.name, e.partner_id, e.channel, e.target, e.language, e.rules, e.rate_per_minute, e.in_flight, e.state,
       e.disabled_reason, e.disabled_at, e.created_at, coalesce(h.failures, 0) AS failures, h.failing_since,
       h.last_success_at, h.last_failure_at, h.last_error
  FROM notifier.endpoint AS e LEFT JOIN notifier.health AS h USING (endpoint_id);

-- Apart, so that the newest are found by an index; a union of the two is sorted as a whole.
CREATE VIEW notifier.v1_pending AS
SELECT p.delivery_id, p.endpoint_id, e.name AS endpoint, e.channel, e.partner_id, p.event_id, p.event_stored_at, p.created_at,
       p.due_at, NULL::timestamptz AS finished_at, p.attempts, 'pending'::text AS state, NULL::text AS reason
  FROM notifier.pending AS p JOIN notifier.endpoint AS e USING (endpoint_id);

CREATE VIEW notifier.v1_finished AS
SELECT f.delivery_id, f.endpoint_id, e.name AS endpoint, e.channel, e.partner_id, f.event_id, f.event_stored_at, f.created_at,
       NULL::timestamptz AS due_at, f.finished_at, f.attempts, f.outcome AS state, f.reason
  FROM notifier.finished AS f JOIN notifier.endpoint AS e USING (endpoint_id);

CREATE VIEW notifier.v1_delivery AS
SELECT * FROM notifier.v1_pending UNION ALL SELECT * FROM notifier.v1_finished;

CREATE VIEW notifier.v1_event AS
SELECT event_id, stored_at, type, wire_type, partner_id, correlation_id, severity, occurred_at, traceparent, body
  FROM notifier.event;

CREATE VIEW notifier.v1_attempt AS
SELECT delivery_id, endpoint_id, number, started_at, latency_ms, outcome, status, address, detail, answer
  FROM notifier.attempt;
