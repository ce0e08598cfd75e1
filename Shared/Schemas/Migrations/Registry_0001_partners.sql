-- Who may ask, for which wallets, and which pools serve them. Changed by people through audited functions only.

CREATE TABLE registry.partner (
    partner_id   text PRIMARY KEY CHECK (partner_id ~ '^[a-z0-9_-]{1,32}$'),
    display_name text NOT NULL,
    paused       boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL
);

-- A broker user may speak for the partners it is registered for, and for no others.
CREATE TABLE registry.broker_user (
    user_name  text NOT NULL CHECK (length(user_name) BETWEEN 1 AND 128),
    partner_id text NOT NULL REFERENCES registry.partner,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_name, partner_id)
);

CREATE TABLE registry.hot_wallet (
    address    bytea PRIMARY KEY CHECK (length(address) = 21),
    partner_id text NOT NULL REFERENCES registry.partner,
    label      text NOT NULL,
    disabled   boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL
);

-- A wallet of ours whose stake is delegated. Without a partner it belongs to the house and serves everyone.
CREATE TABLE registry.pool (
    pool_id       text PRIMARY KEY CHECK (pool_id ~ '^[a-z0-9_-]{1,32}$'),
    address       bytea NOT NULL UNIQUE CHECK (length(address) = 21),
    permission_id integer NOT NULL CHECK (permission_id BETWEEN 0 AND 9),
    partner_id    text REFERENCES registry.partner,
    rank          integer NOT NULL,
    disabled      boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL
);

CREATE TABLE registry.audit_log (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    actor    text NOT NULL,
    action   text NOT NULL,
    subject  text NOT NULL,
    detail   jsonb NOT NULL
);

CREATE FUNCTION registry.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON registry.audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION registry.refuse_change();

-- One row, moved by every change, so that readers notice one without comparing tables.
CREATE TABLE registry.revision (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    revision  bigint NOT NULL
);
INSERT INTO registry.revision (revision) VALUES (1);

CREATE FUNCTION registry.record(p_at timestamptz, p_actor text, p_action text, p_subject text, p_detail jsonb)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO registry.audit_log (at, actor, action, subject, detail) VALUES (p_at, p_actor, p_action, p_subject, p_detail);
    UPDATE registry.revision SET revision = revision + 1;
$$;

CREATE FUNCTION registry.add_partner(p_at timestamptz, p_actor text, p_partner text, p_name text, p_broker_users text[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO registry.partner (partner_id, display_name, created_at) VALUES (p_partner, p_name, p_at)
    ON CONFLICT (partner_id) DO UPDATE SET display_name = excluded.display_name;
    INSERT INTO registry.broker_user (user_name, partner_id, created_at)
    SELECT u, p_partner, p_at FROM unnest(p_broker_users) AS u ON CONFLICT DO NOTHING;
    PERFORM registry.record(p_at, p_actor, 'partner.add', p_partner, jsonb_build_object('name', p_name, 'broker_users', p_broker_users));
END $$;

CREATE FUNCTION registry.pause_partner(p_at timestamptz, p_actor text, p_partner text, p_paused boolean)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE registry.partner SET paused = p_paused WHERE partner_id = p_partner;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM registry.record(p_at, p_actor, CASE WHEN p_paused THEN 'partner.pause' ELSE 'partner.resume' END, p_partner, '{}');
    RETURN true;
END $$;

CREATE FUNCTION registry.add_hot_wallet(p_at timestamptz, p_actor text, p_address bytea, p_partner text, p_label text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO registry.hot_wallet (address, partner_id, label, created_at) VALUES (p_address, p_partner, p_label, p_at);
    PERFORM registry.record(p_at, p_actor, 'wallet.add', encode(p_address, 'hex'), jsonb_build_object('partner', p_partner, 'label', p_label));
END $$;

CREATE FUNCTION registry.add_pool(p_at timestamptz, p_actor text, p_pool text, p_address bytea, p_permission integer, p_partner text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO registry.pool (pool_id, address, permission_id, partner_id, rank, created_at)
    VALUES (p_pool, p_address, p_permission, p_partner, (SELECT coalesce(max(rank), 0) + 1 FROM registry.pool), p_at);
    PERFORM registry.record(p_at, p_actor, 'pool.add', p_pool, jsonb_build_object('address', encode(p_address, 'hex'), 'partner', p_partner));
END $$;

-- What other owners may read. Versioned: a column is added by a new view, never changed in an old one.
CREATE VIEW registry.v1_partner AS SELECT partner_id, display_name, paused FROM registry.partner;
CREATE VIEW registry.v1_broker_user AS SELECT user_name, partner_id FROM registry.broker_user;
CREATE VIEW registry.v1_hot_wallet AS SELECT address, partner_id, label, disabled FROM registry.hot_wallet;
CREATE VIEW registry.v1_pool AS SELECT pool_id, address, permission_id, partner_id, rank, disabled FROM registry.pool;
CREATE VIEW registry.v1_revision AS SELECT revision FROM registry.revision;
