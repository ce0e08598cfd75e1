-- Changes are announced in the order of their entries, by a cursor: an entry takes its number under the lock of the revision,
-- which is held until the change is committed, so that no lower number can appear later.
CREATE OR REPLACE FUNCTION registry.record(p_at timestamptz, p_actor text, p_action text, p_subject text, p_detail jsonb)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE registry.revision SET revision = revision + 1;
    INSERT INTO registry.audit_log (at, actor, action, subject, detail) VALUES (p_at, p_actor, p_action, p_subject, p_detail);
$$;

-- What changed in the registry itself; money that people book and messages they move are not of it.
CREATE VIEW registry.v1_change AS
SELECT entry_id, at, actor, action, subject, detail FROM registry.audit_log
 WHERE action ~ '^(partner|wallet|pool|supplier|house)\.' AND action <> 'partner.credit';
