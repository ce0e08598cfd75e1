-- The registry is changed by its functions alone, each of which leaves an entry in the audit log: they run with the rights of
-- the tables' owner, and no role has others.
ALTER FUNCTION registry.record(timestamptz, text, text, text, jsonb)
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION registry.add_partner(timestamptz, text, text, text, text[])
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION registry.pause_partner(timestamptz, text, text, boolean)
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION registry.add_hot_wallet(timestamptz, text, bytea, text, text)
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION registry.add_pool(timestamptz, text, text, bytea, integer, text)
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

-- A deposit that a person books, or takes back: ledger.credit, and once it is booked an entry in the audit log.
CREATE FUNCTION registry.credit(
    p_at timestamptz, p_actor text, p_key text, p_partner text, p_user text, p_amount bigint, p_funds text, p_note text
) RETURNS TABLE (result text, entry_id bigint, balance_sun bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT c.result, c.entry_id, c.balance_sun INTO result, entry_id, balance_sun
      FROM ledger.credit(p_at, p_key, p_partner, p_user, p_amount, p_funds, p_actor, p_note) AS c;
    IF result = 'booked' THEN
        PERFORM registry.record(p_at, p_actor, CASE WHEN p_user IS NULL THEN 'partner.credit' ELSE 'user.credit' END,
            ledger.payer(p_partner, p_user),
            jsonb_build_object('amount_sun', p_amount, 'key', p_key, 'note', p_note, 'entry', entry_id));
    END IF;
    RETURN NEXT;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registry FROM PUBLIC;
