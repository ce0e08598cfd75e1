-- Who sells energy, in which order they are asked, and by what policy sources are chosen for a partner. The functions run
-- with the rights of the tables' owner; no role has others.

-- Settings hold no secret, only where one is found: every key that speaks of one names an environment variable (`…_env`)
-- or a file (`…_file`). One level deep, so that this can be checked.
CREATE FUNCTION registry.is_supplier_settings(p_settings jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_typeof(p_settings) = 'object' AND octet_length(p_settings::text) <= 4096 AND NOT EXISTS (
        SELECT 1 FROM jsonb_each(CASE WHEN jsonb_typeof(p_settings) = 'object' THEN p_settings ELSE '{}' END) AS s(k, v)
         WHERE k !~ '^[a-z][a-z0-9_]{0,63}$'
            OR jsonb_typeof(v) NOT IN ('string', 'number', 'boolean')
            OR (k ~ '(key|secret|token|password|credential)' AND k !~ '_(env|file)$')
            OR (k ~ '_env$' AND v #>> '{}' !~ '^[A-Z][A-Z0-9_]{0,127}$')
            OR (k ~ '_file$' AND v #>> '{}' !~ '^/[^[:cntrl:]]{1,250}$')
            OR (k ~ '_url$' AND v #>> '{}' !~ '^https?://[^/@?#[:space:]]+(/[^@?#[:space:]]*)?$'))
$$;

CREATE TABLE registry.supplier (
    supplier_id       text PRIMARY KEY CHECK (supplier_id ~ '^[a-z0-9_-]{1,32}$'),
    -- Which adapter speaks to it.
    kind              text NOT NULL CHECK (kind ~ '^[a-z0-9_-]{1,32}$'),
    -- 1 is asked first. All together a permutation of 1 … n, at the end of every transaction.
    rank              integer NOT NULL CHECK (rank >= 1),
    state             text NOT NULL CHECK (state IN ('active', 'disabled', 'maintenance')),
    -- When maintenance ends by itself; NULL: when somebody ends it.
    maintenance_until timestamptz CHECK (maintenance_until IS NULL OR state = 'maintenance'),
    settings          jsonb NOT NULL CHECK (registry.is_supplier_settings(settings)),
    created_at        timestamptz NOT NULL,
    CONSTRAINT supplier_rank UNIQUE (rank) DEFERRABLE INITIALLY DEFERRED
);

-- Runs at the end of a transaction, with the rights of whoever made the change: its own are the owner's.
CREATE FUNCTION registry.check_supplier_ranks() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM registry.supplier HAVING count(*) <> max(rank) OR count(*) <> count(DISTINCT rank)) THEN
        RAISE EXCEPTION 'the ranks of suppliers are no longer 1 to n' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER supplier_ranks AFTER INSERT OR UPDATE OR DELETE ON registry.supplier
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registry.check_supplier_ranks();

-- Puts a supplier at a rank, or behind all others, and moves those behind it. Every function takes the table's lock first:
-- two at a time would each count without the other.
CREATE FUNCTION registry.add_supplier(
    p_at timestamptz, p_actor text, p_supplier text, p_kind text, p_rank integer, p_settings jsonb
) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    place integer;
BEGIN
    -- Before the row's own check, whose message would repeat what must not be there.
    IF NOT coalesce(registry.is_supplier_settings(p_settings), false) THEN
        RAISE EXCEPTION 'these settings are malformed or hold a secret' USING ERRCODE = 'check_violation';
    END IF;
    LOCK TABLE registry.supplier IN SHARE ROW EXCLUSIVE MODE;
    SELECT least(greatest(coalesce(p_rank, count(*) + 1), 1), count(*) + 1) INTO place FROM registry.supplier;
    UPDATE registry.supplier SET rank = rank + 1 WHERE rank >= place;
    INSERT INTO registry.supplier (supplier_id, kind, rank, state, settings, created_at)
    VALUES (p_supplier, p_kind, place, 'active', p_settings, p_at);
    PERFORM registry.record(p_at, p_actor, 'supplier.add', p_supplier,
        jsonb_build_object('kind', p_kind, 'rank', place, 'settings', p_settings));
    RETURN place;
END $$;

-- Moves a supplier to a rank, at most the last one. Returns the rank it had, NULL when there is no such supplier.
CREATE FUNCTION registry.rank_supplier(p_at timestamptz, p_actor text, p_supplier text, p_rank integer)
RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    earlier integer;
    place   integer;
BEGIN
    LOCK TABLE registry.supplier IN SHARE ROW EXCLUSIVE MODE;
    SELECT rank INTO earlier FROM registry.supplier WHERE supplier_id = p_supplier;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT least(greatest(p_rank, 1), count(*)) INTO place FROM registry.supplier;
    UPDATE registry.supplier
       SET rank = CASE WHEN supplier_id = p_supplier THEN place WHEN earlier < place THEN rank - 1 ELSE rank + 1 END
     WHERE rank BETWEEN least(earlier, place) AND greatest(earlier, place);
    PERFORM registry.record(p_at, p_actor, 'supplier.rank', p_supplier, jsonb_build_object('from', earlier, 'to', place));
    RETURN earlier;
END $$;

CREATE FUNCTION registry.set_supplier_state(
    p_at timestamptz, p_actor text, p_supplier text, p_state text, p_until timestamptz
) RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    earlier text;
BEGIN
    LOCK TABLE registry.supplier IN SHARE ROW EXCLUSIVE MODE;
    SELECT state INTO earlier FROM registry.supplier WHERE supplier_id = p_supplier;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE registry.supplier SET state = p_state, maintenance_until = p_until WHERE supplier_id = p_supplier;
    PERFORM registry.record(p_at, p_actor, 'supplier.' || p_state, p_supplier,
        jsonb_strip_nulls(jsonb_build_object('from', earlier, 'until', p_until)));
    RETURN true;
END $$;

-- Changes the settings that are named; null takes one away.
CREATE FUNCTION registry.set_supplier_settings(p_at timestamptz, p_actor text, p_supplier text, p_changes jsonb)
RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT coalesce(registry.is_supplier_settings(jsonb_strip_nulls(p_changes)), false) THEN
        RAISE EXCEPTION 'these settings are malformed or hold a secret' USING ERRCODE = 'check_violation';
    END IF;
    LOCK TABLE registry.supplier IN SHARE ROW EXCLUSIVE MODE;
    UPDATE registry.supplier SET settings = jsonb_strip_nulls(settings || p_changes) WHERE supplier_id = p_supplier;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM registry.record(p_at, p_actor, 'supplier.settings', p_supplier, p_changes);
    RETURN true;
END $$;

-- How sources are chosen where a partner has no policy of its own.
CREATE TABLE registry.house_policy (
    singleton          boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    source_order       text NOT NULL CHECK (source_order IN ('priority', 'cheapest')),
    -- In millionths of a sun per energy; NULL: no cap but burning.
    maximum_price      bigint CHECK (maximum_price > 0),
    may_exceed_burning boolean NOT NULL,
    reserve_permille   integer NOT NULL CHECK (reserve_permille BETWEEN 0 AND 1000),
    burns_remainder    boolean NOT NULL,
    partner_fallback   boolean NOT NULL,
    block_limit        integer NOT NULL CHECK (block_limit BETWEEN 1 AND 200),
    may_overlap        boolean NOT NULL
);
INSERT INTO registry.house_policy
       (source_order, may_exceed_burning, reserve_permille, burns_remainder, partner_fallback, block_limit, may_overlap)
VALUES ('priority', false, 200, true, false, 50, true);

-- What a partner wants otherwise; NULL: as the house.
CREATE TABLE registry.partner_policy (
    partner_id         text PRIMARY KEY REFERENCES registry.partner,
    source_order       text CHECK (source_order IN ('priority', 'cheapest')),
    maximum_price      bigint CHECK (maximum_price > 0),
    may_exceed_burning boolean,
    reserve_permille   integer CHECK (reserve_permille BETWEEN 0 AND 1000),
    burns_remainder    boolean,
    partner_fallback   boolean,
    block_limit        integer CHECK (block_limit BETWEEN 1 AND 200),
    may_overlap        boolean
);

CREATE FUNCTION registry.check_policy_changes(p_changes jsonb) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    unknown text;
BEGIN
    SELECT k INTO unknown FROM jsonb_object_keys(p_changes) AS k
     WHERE k NOT IN ('source_order', 'maximum_price', 'may_exceed_burning', 'reserve_permille', 'burns_remainder',
                     'partner_fallback', 'block_limit', 'may_overlap') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a policy has no %', unknown USING ERRCODE = 'check_violation';
    END IF;
END $$;

-- Changes what is named; null means as the house again. The rest stays as it was.
CREATE FUNCTION registry.set_partner_policy(p_at timestamptz, p_actor text, p_partner text, p_changes jsonb)
RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM registry.check_policy_changes(p_changes);
    INSERT INTO registry.partner_policy (partner_id) VALUES (p_partner) ON CONFLICT DO NOTHING;
    UPDATE registry.partner_policy AS t
       SET (source_order, maximum_price, may_exceed_burning, reserve_permille, burns_remainder, partner_fallback,
            block_limit, may_overlap) =
           (SELECT r.source_order, r.maximum_price, r.may_exceed_burning, r.reserve_permille, r.burns_remainder,
                   r.partner_fallback, r.block_limit, r.may_overlap
              FROM jsonb_populate_record(t, p_changes) AS r)
     WHERE partner_id = p_partner;
    PERFORM registry.record(p_at, p_actor, 'partner.policy', p_partner, p_changes);
END $$;

CREATE FUNCTION registry.set_house_policy(p_at timestamptz, p_actor text, p_changes jsonb)
RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM registry.check_policy_changes(p_changes);
    UPDATE registry.house_policy AS t
       SET (source_order, maximum_price, may_exceed_burning, reserve_permille, burns_remainder, partner_fallback,
            block_limit, may_overlap) =
           (SELECT r.source_order, r.maximum_price, r.may_exceed_burning, r.reserve_permille, r.burns_remainder,
                   r.partner_fallback, r.block_limit, r.may_overlap
              FROM jsonb_populate_record(t, p_changes) AS r);
    PERFORM registry.record(p_at, p_actor, 'house.policy', 'house', p_changes);
END $$;

CREATE VIEW registry.v1_supplier AS
SELECT supplier_id, kind, rank, state, maintenance_until, settings FROM registry.supplier;

CREATE VIEW registry.v1_house_policy AS
SELECT source_order, maximum_price, may_exceed_burning, reserve_permille, burns_remainder, partner_fallback, block_limit,
       may_overlap
  FROM registry.house_policy;

-- Of every partner, what holds for it.
CREATE VIEW registry.v1_policy AS
SELECT p.partner_id, coalesce(t.source_order, h.source_order) AS source_order,
       coalesce(t.maximum_price, h.maximum_price) AS maximum_price,
       coalesce(t.may_exceed_burning, h.may_exceed_burning) AS may_exceed_burning,
       coalesce(t.reserve_permille, h.reserve_permille) AS reserve_permille,
       coalesce(t.burns_remainder, h.burns_remainder) AS burns_remainder,
       coalesce(t.partner_fallback, h.partner_fallback) AS partner_fallback,
       coalesce(t.block_limit, h.block_limit) AS block_limit, coalesce(t.may_overlap, h.may_overlap) AS may_overlap
  FROM registry.partner p CROSS JOIN registry.house_policy h LEFT JOIN registry.partner_policy t USING (partner_id);
