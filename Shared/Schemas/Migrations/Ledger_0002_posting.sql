-- The ledger is written by these functions alone. They run with the rights of the tables' owner; no role has others.
-- Lock order: accounts are opened in the order of their codes, payers' balances are locked in the order of their ids, and
-- nothing else is ever waited for. A transaction that calls more than one function locks all payers first: ledger.lock.

-- The ids of accounts in the order asked; those not there are opened.
CREATE FUNCTION ledger.accounts(p_codes text[]) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_ids bigint[];
    v_stranger text;
BEGIN
    FOR attempt IN 1..2 LOOP
        v_ids := ARRAY(SELECT (SELECT a.account_id FROM ledger.account a WHERE a.code = n.c)
                         FROM unnest(p_codes) WITH ORDINALITY AS n(c, o) ORDER BY n.o);
        IF array_position(v_ids, NULL) IS NULL THEN RETURN v_ids; END IF;
        SELECT split_part(c, ':', 2) INTO v_stranger
          FROM unnest(p_codes) AS c
         WHERE split_part(c, ':', 1) IN ('prepaid', 'user')
           AND NOT EXISTS (SELECT FROM registry.v1_partner p WHERE p.partner_id = split_part(c, ':', 2)) LIMIT 1;
        IF v_stranger IS NOT NULL THEN
            RAISE EXCEPTION 'there is no partner %', v_stranger
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'account_partner', TABLE = 'account', SCHEMA = 'ledger';
        END IF;
        WITH opened AS (
            INSERT INTO ledger.account (code, kind, partner_id, user_id)
            SELECT DISTINCT c, split_part(c, ':', 1),
                   CASE WHEN split_part(c, ':', 1) IN ('prepaid', 'user') THEN split_part(c, ':', 2) END,
                   CASE WHEN split_part(c, ':', 1) = 'user' THEN substr(c, 7 + length(split_part(c, ':', 2))) END
              FROM unnest(p_codes) AS c ORDER BY 1
            ON CONFLICT (code) DO NOTHING
            RETURNING account_id, kind, partner_id
        )
        INSERT INTO ledger.balance (account_id, balance_sun, credit_limit_sun)
        SELECT account_id, 0,
               CASE kind WHEN 'prepaid'
                         THEN (SELECT t.credit_limit_sun FROM registry.v1_partner_terms t WHERE t.partner_id = opened.partner_id)
                         WHEN 'user' THEN 0 END
          FROM opened;
    END LOOP;
    -- Another transaction has opened one, and this one's snapshot is older.
    RAISE EXCEPTION 'accounts could not be opened: %', p_codes USING ERRCODE = 'serialization_failure';
END $$;

-- Locks the payers among accounts, in the order of their ids.
CREATE FUNCTION ledger.lock_payers(p_accounts bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM ledger.balance b
      WHERE b.account_id = ANY(p_accounts) AND b.credit_limit_sun IS NOT NULL ORDER BY b.account_id FOR UPDATE;
END $$;

-- Locks whoever pays, or has paid, for what a transaction is about to do by several calls.
CREATE FUNCTION ledger.lock(p_payers text[], p_allocations uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.lock_payers(
        ledger.accounts(ARRAY(SELECT DISTINCT p FROM unnest(p_payers) AS p))
        || ARRAY(SELECT DISTINCT d.account_id FROM ledger.debit d WHERE d.allocation_id = ANY(p_allocations)));
END $$;

-- Moves balances by what was posted: of payers their row, of the house a row of turnover.
CREATE FUNCTION ledger.move(p_accounts bigint[], p_amounts bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    WITH moved AS (
        SELECT n.a AS account_id, sum(n.s)::bigint AS amount_sun
          FROM unnest(p_accounts, p_amounts) AS n(a, s) GROUP BY n.a HAVING sum(n.s) <> 0
    ), paid AS (
        UPDATE ledger.balance b SET balance_sun = b.balance_sun + m.amount_sun
          FROM moved m WHERE b.account_id = m.account_id AND b.credit_limit_sun IS NOT NULL
        RETURNING b.account_id
    )
    INSERT INTO ledger.turnover (account_id, amount_sun)
    SELECT m.account_id, m.amount_sun FROM moved m WHERE m.account_id NOT IN (SELECT p.account_id FROM paid p);
END $$;

-- Folds turnover into the house's balances whenever a call took a number that 2000 divides; one transaction at a time, the
-- others go on.
CREATE FUNCTION ledger.fold(p_first bigint, p_last bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (p_first - 1) / 2000 = p_last / 2000 OR NOT pg_try_advisory_xact_lock(1279607879, 1) THEN RETURN; END IF;
    WITH gone AS (
        DELETE FROM ledger.turnover RETURNING account_id, amount_sun
    )
    UPDATE ledger.balance b SET balance_sun = b.balance_sun + g.amount_sun
      FROM (SELECT account_id, sum(amount_sun)::bigint AS amount_sun FROM gone GROUP BY account_id) g
     WHERE b.account_id = g.account_id;
END $$;

-- Books entries of any kind but those of allocations. p_entry tells by its position which entry a posting belongs to.
-- An entry whose key is there already is left out: `already_booked`; with other postings than before it is refused.
-- An entry that moves a payer's balance is the partner's, named or not, so that it stands on the partner's statement; one
-- that moves balances of two partners is refused.
CREATE FUNCTION ledger.post(
    p_at timestamptz, p_key text[], p_kind text[], p_partner text[], p_actor text[], p_note text[],
    p_entry integer[], p_account text[], p_amount bigint[]
) RETURNS TABLE (ordinal integer, result text, entry_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_accounts bigint[];
    v_partner text[];
    v_booked integer[];
    v_first bigint;
    v_key text;
BEGIN
    IF p_kind && ARRAY['charge', 'refund', 'completion']
       OR EXISTS (SELECT FROM unnest(p_key) AS k WHERE k ~ '^(charge|refund|completion):') THEN
        RAISE EXCEPTION 'allocations are charged, refunded and completed by their own functions'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT k INTO v_key FROM unnest(p_key) AS k GROUP BY k HAVING count(*) > 1 LIMIT 1;
    IF v_key IS NOT NULL THEN
        RAISE EXCEPTION 'two entries of one call have the key %', v_key
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'entry_key', TABLE = 'entry', SCHEMA = 'ledger';
    END IF;
    v_accounts := ledger.accounts(p_account);
    v_partner := ARRAY(
        SELECT coalesce(n.p, (SELECT min(a.partner_id)
                                FROM unnest(p_entry, v_accounts) AS u(o, a_id) JOIN ledger.account a ON a.account_id = u.a_id
                               WHERE u.o = n.o))
          FROM unnest(p_partner) WITH ORDINALITY AS n(p, o) ORDER BY n.o);
    IF EXISTS (SELECT FROM unnest(p_entry, v_accounts) AS u(o, a_id) JOIN ledger.account a ON a.account_id = u.a_id
                WHERE a.partner_id <> v_partner[u.o]) THEN
        RAISE EXCEPTION 'an entry moves the balance of a partner that is not its own'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_of_one_partner', TABLE = 'entry', SCHEMA = 'ledger';
    END IF;
    PERFORM ledger.lock_payers(v_accounts);
    v_first := nextval('ledger.entry_id');
    WITH fresh AS (
        INSERT INTO ledger.entry (entry_id, key, kind, at, partner_id, actor, note)
        SELECT nextval('ledger.entry_id'), n.key, n.kind, p_at, n.partner, n.actor, n.note
          FROM unnest(p_key, p_kind, v_partner, p_actor, p_note) AS n(key, kind, partner, actor, note) ORDER BY n.key
        ON CONFLICT (key) DO NOTHING
        RETURNING key
    )
    SELECT coalesce(array_agg(n.o::integer), '{}') INTO v_booked
      FROM fresh f JOIN unnest(p_key) WITH ORDINALITY AS n(key, o) ON n.key = f.key;
    INSERT INTO ledger.posting (entry_id, account_id, amount_sun)
    SELECT e.entry_id, n.a, sum(n.s)::bigint
      FROM unnest(p_entry, v_accounts, p_amount) AS n(o, a, s) JOIN ledger.entry e ON e.key = p_key[n.o]
     WHERE n.o = ANY(v_booked) GROUP BY e.entry_id, n.a HAVING sum(n.s) <> 0;
    PERFORM ledger.move(array_agg(n.a), array_agg(n.s))
       FROM unnest(p_entry, v_accounts, p_amount) AS n(o, a, s) WHERE n.o = ANY(v_booked);
    SELECT p_key[n.o] INTO v_key
      FROM (SELECT u.o, u.a, sum(u.s) AS s FROM unnest(p_entry, v_accounts, p_amount) AS u(o, a, s) GROUP BY u.o, u.a) n
      JOIN ledger.entry e ON e.key = p_key[n.o]
      LEFT JOIN ledger.posting p ON p.entry_id = e.entry_id AND p.account_id = n.a
     WHERE n.o <> ALL(v_booked) AND coalesce(p.amount_sun, 0) <> n.s LIMIT 1;
    IF v_key IS NOT NULL THEN
        RAISE EXCEPTION 'the key % was used before for another entry', v_key
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'entry_key', TABLE = 'entry', SCHEMA = 'ledger';
    END IF;
    PERFORM ledger.fold(v_first, currval('ledger.entry_id'));
    RETURN QUERY
    SELECT n.o::integer, CASE WHEN n.o = ANY(v_booked) THEN 'booked' ELSE 'already_booked' END, e.entry_id
      FROM unnest(p_key) WITH ORDINALITY AS n(key, o) JOIN ledger.entry e ON e.key = n.key ORDER BY n.o;
END $$;

-- Books a deposit on a partner's prepaid balance or on a user's; with an amount below zero, what is taken back of one.
CREATE FUNCTION ledger.credit(
    p_at timestamptz, p_key text, p_partner text, p_user text, p_amount bigint, p_funds text, p_actor text, p_note text
) RETURNS TABLE (result text, entry_id bigint, balance_sun bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_code text := ledger.payer(p_partner, p_user);
    v_result text;
    v_entry bigint;
BEGIN
    IF p_amount = 0 THEN
        RAISE EXCEPTION 'an amount of zero is no deposit' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT p.result, p.entry_id INTO v_result, v_entry
      FROM ledger.post(p_at, ARRAY[p_key], ARRAY[CASE WHEN p_amount > 0 THEN 'credit' ELSE 'debit' END], ARRAY[p_partner],
                       ARRAY[p_actor], ARRAY[p_note], ARRAY[1, 1], ARRAY[v_code, 'funds:' || p_funds],
                       ARRAY[p_amount, -p_amount]) AS p;
    -- In a statement of its own, which sees what was posted.
    RETURN QUERY SELECT v_result, v_entry, b.balance_sun FROM ledger.v1_balance b WHERE b.code = v_code;
END $$;

-- The account that pays: the user's if one is named, else the partner's.
CREATE FUNCTION ledger.payer(p_partner text, p_user text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN p_user IS NULL THEN 'prepaid:' || p_partner ELSE 'user:' || p_partner || ':' || p_user END;

-- How far a partner's balance may go below zero. Refused while it is further below than that.
CREATE FUNCTION ledger.set_credit_limit(p_partner text, p_limit_sun bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account bigint := (ledger.accounts(ARRAY['prepaid:' || p_partner]))[1];
BEGIN
    UPDATE ledger.balance SET credit_limit_sun = p_limit_sun WHERE account_id = v_account;
END $$;

-- Whoever opens an account makes others wait who want to open the same one: those that everyone's entries meet are opened
-- here. A supplier's are opened by its first order.
DO $$
BEGIN
    PERFORM ledger.accounts(ARRAY['bandwidth', 'activation', 'margin', 'fee', 'refund', 'energy:own_stake', 'energy:standing',
                                  'energy:burn', 'cost:burn', 'cost:bandwidth', 'cost:activation', 'funds:chain',
                                  'funds:deposits', 'funds:purchasing']);
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
