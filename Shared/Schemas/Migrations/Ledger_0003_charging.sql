-- Allocations: charged when promised, then either completed or refunded, once. All functions take any number at once.

-- Debits the payers of allocations. Each answer is one of
--   charged           debited now;
--   already_charged   a debit stands, open or completed: its figures are returned, nothing is debited;
--   insufficient      the balance would fall below its limit: nothing is debited, others of the batch may still be charged.
-- The balance is the payer's after all of the batch.
-- Whoever charges an allocation at the same moment to another payer is not waited for by the payers' locks: one of the two
-- fails with serialization_failure, and is told already_charged when it tries again.
CREATE FUNCTION ledger.charge(
    p_at timestamptz, p_allocation uuid[], p_partner text[], p_withdrawal text[], p_user text[], p_source text[],
    p_energy bigint[], p_price bigint[], p_energy_sun bigint[], p_bandwidth_sun bigint[], p_activation_sun bigint[],
    p_margin_sun bigint[], p_fee_sun bigint[], p_baseline_sun bigint[]
) RETURNS TABLE (
    ordinal integer, result text, balance_sun bigint, source text, energy bigint, energy_price bigint, energy_sun bigint,
    bandwidth_sun bigint, activation_sun bigint, margin_sun bigint, fee_sun bigint, total_sun bigint, baseline_sun bigint
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_count integer := cardinality(p_allocation);
    -- In one call, which opens what is not there in one order: payers, income, and the house's.
    v_accounts bigint[] := ledger.accounts(
        ARRAY(SELECT ledger.payer(n.p, n.u) FROM unnest(p_partner, p_user) WITH ORDINALITY AS n(p, u, o) ORDER BY n.o)
        || ARRAY(SELECT 'energy:' || n.s FROM unnest(p_source) WITH ORDINALITY AS n(s, o) ORDER BY n.o)
        || ARRAY['bandwidth', 'activation', 'margin', 'fee']);
    v_payer bigint[] := v_accounts[1 : v_count];
    v_income bigint[] := v_accounts[v_count + 1 : 2 * v_count];
    v_house bigint[] := v_accounts[2 * v_count + 1 :];
    v_total bigint[] := ARRAY(
        SELECT n.e + n.b + n.a + n.m + n.f
          FROM unnest(p_energy_sun, p_bandwidth_sun, p_activation_sun, p_margin_sun, p_fee_sun) WITH ORDINALITY
               AS n(e, b, a, m, f, o) ORDER BY n.o);
    v_standing uuid[];
    v_taken integer[];
    v_poor bigint[];
    v_first bigint := nextval('ledger.entry_id');
    v_current bigint;
    v_room numeric;
    v_row record;
BEGIN
    PERFORM ledger.lock_payers(v_payer);
    -- Read after the locks, so that what another transaction has charged meanwhile is seen.
    v_standing := ARRAY(
        SELECT d.allocation_id FROM ledger.debit d LEFT JOIN ledger.conclusion c USING (allocation_id, round)
         WHERE d.allocation_id = ANY(p_allocation) AND c.kind IS DISTINCT FROM 'refunded');
    v_taken := ARRAY(
        SELECT min(n.o)::integer FROM unnest(p_allocation) WITH ORDINALITY AS n(a, o)
         WHERE n.a <> ALL(v_standing) GROUP BY n.a);

    v_poor := ARRAY(
        SELECT b.account_id
          FROM (SELECT v_payer[o] AS account_id, sum(v_total[o]) AS total FROM unnest(v_taken) AS o GROUP BY 1) n
          JOIN ledger.balance b USING (account_id)
         WHERE b.balance_sun - n.total < -b.credit_limit_sun::numeric);
    IF v_poor <> '{}' THEN
        -- In the order given: what does not fit is left out, and what is smaller behind it may fit.
        FOR v_row IN SELECT o, v_payer[o] AS account, v_total[o] AS total FROM unnest(v_taken) AS o
                      WHERE v_payer[o] = ANY(v_poor) ORDER BY 2, 1 LOOP
            IF v_row.account IS DISTINCT FROM v_current THEN
                v_current := v_row.account;
                SELECT b.balance_sun::numeric + b.credit_limit_sun INTO v_room
                  FROM ledger.balance b WHERE b.account_id = v_current;
            END IF;
            IF v_row.total <= v_room THEN
                v_room := v_room - v_row.total;
            ELSE
                v_taken := array_remove(v_taken, v_row.o);
            END IF;
        END LOOP;
    END IF;

    WITH item AS MATERIALIZED (
        SELECT o, nextval('ledger.entry_id') AS entry_id,
               1 + coalesce((SELECT max(d.round) FROM ledger.debit d WHERE d.allocation_id = p_allocation[o]), 0) AS round
          FROM (SELECT u.o FROM unnest(v_taken) AS u(o) ORDER BY u.o) AS ordered
    ), entered AS (
        INSERT INTO ledger.entry (entry_id, key, kind, at, partner_id, withdrawal_id)
        SELECT i.entry_id, 'charge:' || p_allocation[i.o] || ':' || i.round, 'charge', p_at, p_partner[i.o], p_withdrawal[i.o]
          FROM item i ORDER BY p_allocation[i.o]
        ON CONFLICT (key) DO NOTHING
        RETURNING entry_id
    ), posted AS (
        INSERT INTO ledger.posting (entry_id, account_id, amount_sun)
        SELECT i.entry_id, n.a, n.s
          FROM item i JOIN entered USING (entry_id)
          CROSS JOIN LATERAL (VALUES (v_payer[i.o], -v_total[i.o]), (v_income[i.o], p_energy_sun[i.o]),
                   (v_house[1], p_bandwidth_sun[i.o]), (v_house[2], p_activation_sun[i.o]), (v_house[3], p_margin_sun[i.o]),
                   (v_house[4], p_fee_sun[i.o])) AS n(a, s)
         WHERE n.s <> 0
        RETURNING account_id, amount_sun
    ), debited AS (
        INSERT INTO ledger.debit (allocation_id, round, entry_id, account_id, source, energy, energy_price, energy_sun,
                                  bandwidth_sun, activation_sun, margin_sun, fee_sun, total_sun, baseline_sun)
        SELECT p_allocation[i.o], i.round, i.entry_id, v_payer[i.o], p_source[i.o], p_energy[i.o], p_price[i.o],
               p_energy_sun[i.o], p_bandwidth_sun[i.o], p_activation_sun[i.o], p_margin_sun[i.o], p_fee_sun[i.o],
               v_total[i.o], p_baseline_sun[i.o]
          FROM item i JOIN entered USING (entry_id)
    )
    SELECT array_agg(p.account_id) AS accounts, array_agg(p.amount_sun) AS amounts, (SELECT count(*) FROM entered) AS entries
      INTO v_row FROM posted p;
    IF v_row.entries <> cardinality(v_taken) THEN
        RAISE EXCEPTION 'an allocation was charged to another payer at the same moment' USING ERRCODE = 'serialization_failure';
    END IF;
    PERFORM ledger.move(v_row.accounts, v_row.amounts);
    PERFORM ledger.fold(v_first, currval('ledger.entry_id'));

    RETURN QUERY
    SELECT n.o::integer,
           CASE WHEN n.o = ANY(v_taken) THEN 'charged' WHEN d.total_sun IS NULL THEN 'insufficient' ELSE 'already_charged' END,
           b.balance_sun, d.source, d.energy, d.energy_price, d.energy_sun, d.bandwidth_sun, d.activation_sun, d.margin_sun,
           d.fee_sun, d.total_sun, d.baseline_sun
      FROM unnest(p_allocation) WITH ORDINALITY AS n(a, o)
      JOIN ledger.balance b ON b.account_id = v_payer[n.o]
      LEFT JOIN LATERAL (
               SELECT d.* FROM ledger.debit d LEFT JOIN ledger.conclusion c USING (allocation_id, round)
                WHERE d.allocation_id = n.a AND c.kind IS DISTINCT FROM 'refunded' LIMIT 1) d ON true
     ORDER BY n.o;
END $$;

-- What the house paid on chain is nothing or more.
CREATE FUNCTION ledger.check_costs(p_costs bigint[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(p_costs) AS c WHERE c < 0 OR c IS NULL) THEN
        RAISE EXCEPTION 'what the house paid on chain is below zero'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cost_not_negative', TABLE = 'posting', SCHEMA = 'ledger';
    END IF;
END $$;

-- Gives back what allocations were charged: all of it where p_refund_sun is NULL, else that much (which may be nothing).
-- Books what the house itself paid on chain for them all the same (zero where the partner's wallet did).
-- Answers: refunded, already_refunded, already_completed, not_charged.
CREATE FUNCTION ledger.refund(
    p_at timestamptz, p_allocation uuid[], p_refund_sun bigint[], p_reason text[], p_burn_sun bigint[],
    p_bandwidth_sun bigint[], p_activation_sun bigint[]
) RETURNS TABLE (ordinal integer, result text, refunded_sun bigint, balance_sun bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_house bigint[] := ledger.accounts(ARRAY['refund', 'cost:burn', 'cost:bandwidth', 'cost:activation', 'funds:chain']);
    v_taken integer[];
    v_first bigint := nextval('ledger.entry_id');
    v_row record;
BEGIN
    PERFORM ledger.check_costs(p_burn_sun || p_bandwidth_sun || p_activation_sun);
    PERFORM ledger.lock_payers(
        ARRAY(SELECT DISTINCT d.account_id FROM ledger.debit d WHERE d.allocation_id = ANY(p_allocation)));
    -- The conclusion's key decides who is the one to refund, or to complete.
    WITH item AS MATERIALIZED (
        SELECT n.o, d.allocation_id, d.round, coalesce(p_refund_sun[n.o], d.total_sun) AS amount,
               CASE WHEN coalesce(p_refund_sun[n.o], d.total_sun) <> 0 OR p_burn_sun[n.o] <> 0 OR p_bandwidth_sun[n.o] <> 0
                         OR p_activation_sun[n.o] <> 0
                    THEN nextval('ledger.entry_id') END AS entry_id
          FROM (SELECT a, min(o)::integer AS o FROM unnest(p_allocation) WITH ORDINALITY AS u(a, o) GROUP BY a) n
          CROSS JOIN LATERAL (SELECT d.allocation_id, d.round, d.total_sun FROM ledger.debit d
                               WHERE d.allocation_id = n.a ORDER BY d.round DESC LIMIT 1) d
         WHERE NOT EXISTS (SELECT FROM ledger.conclusion c WHERE c.allocation_id = d.allocation_id AND c.round = d.round)
         ORDER BY d.allocation_id
    ), concluded AS (
        INSERT INTO ledger.conclusion (allocation_id, round, kind, refunded_sun, entry_id, at, reason)
        SELECT i.allocation_id, i.round, 'refunded', i.amount, i.entry_id, p_at, p_reason[i.o] FROM item i
        ON CONFLICT (allocation_id, round) DO NOTHING
        RETURNING allocation_id
    )
    SELECT coalesce(array_agg(i.o), '{}') INTO v_taken FROM concluded c JOIN item i USING (allocation_id);
    IF EXISTS (SELECT FROM unnest(v_taken) AS o
                 JOIN ledger.conclusion c ON c.allocation_id = p_allocation[o] AND c.kind = 'refunded'
                 JOIN ledger.debit d USING (allocation_id, round) WHERE c.refunded_sun > d.total_sun) THEN
        RAISE EXCEPTION 'a refund is larger than what was charged'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_within_debit', TABLE = 'conclusion', SCHEMA = 'ledger';
    END IF;
    WITH item AS MATERIALIZED (
        SELECT o, c.entry_id, c.allocation_id, c.round, c.refunded_sun, d.account_id, e.partner_id, e.withdrawal_id, c.reason
          FROM unnest(v_taken) AS o
          CROSS JOIN LATERAL (SELECT c.* FROM ledger.conclusion c WHERE c.allocation_id = p_allocation[o]
                               ORDER BY c.round DESC LIMIT 1) c
          JOIN ledger.debit d USING (allocation_id, round) JOIN ledger.entry e ON e.entry_id = d.entry_id
         WHERE c.entry_id IS NOT NULL
    ), entered AS (
        INSERT INTO ledger.entry (entry_id, key, kind, at, partner_id, withdrawal_id, note)
        SELECT i.entry_id, 'refund:' || i.allocation_id || ':' || i.round, 'refund', p_at, i.partner_id, i.withdrawal_id, i.reason
          FROM item i
    ), posted AS (
        INSERT INTO ledger.posting (entry_id, account_id, amount_sun)
        SELECT i.entry_id, n.a, n.s
          FROM item i CROSS JOIN LATERAL (VALUES (i.account_id, i.refunded_sun), (v_house[1], -i.refunded_sun),
                   (v_house[2], -p_burn_sun[i.o]), (v_house[3], -p_bandwidth_sun[i.o]), (v_house[4], -p_activation_sun[i.o]),
                   (v_house[5], p_burn_sun[i.o] + p_bandwidth_sun[i.o] + p_activation_sun[i.o])) AS n(a, s)
         WHERE n.s <> 0
        RETURNING account_id, amount_sun
    )
    SELECT array_agg(p.account_id) AS accounts, array_agg(p.amount_sun) AS amounts INTO v_row FROM posted p;
    PERFORM ledger.move(v_row.accounts, v_row.amounts);
    PERFORM ledger.fold(v_first, currval('ledger.entry_id'));

    RETURN QUERY
    SELECT n.o::integer,
           CASE WHEN d.round IS NULL THEN 'not_charged' WHEN n.o = ANY(v_taken) THEN 'refunded'
                WHEN c.kind = 'completed' THEN 'already_completed' ELSE 'already_refunded' END,
           c.refunded_sun, b.balance_sun
      FROM unnest(p_allocation) WITH ORDINALITY AS n(a, o)
      LEFT JOIN LATERAL (SELECT d.* FROM ledger.debit d WHERE d.allocation_id = n.a ORDER BY d.round DESC LIMIT 1) d ON true
      LEFT JOIN ledger.conclusion c ON c.allocation_id = d.allocation_id AND c.round = d.round
      LEFT JOIN ledger.balance b ON b.account_id = d.account_id
     ORDER BY n.o;
END $$;

-- Ends debits as earned, and books what the house itself paid on chain for them (zero where the partner's wallet did).
-- Answers: completed, already_completed, already_refunded, not_charged.
CREATE FUNCTION ledger.complete(
    p_at timestamptz, p_allocation uuid[], p_energy_used bigint[], p_burn_sun bigint[], p_bandwidth_sun bigint[],
    p_activation_sun bigint[]
) RETURNS TABLE (ordinal integer, result text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_costs bigint[];
    v_taken integer[];
    v_first bigint := nextval('ledger.entry_id');
    v_row record;
BEGIN
    PERFORM ledger.check_costs(p_burn_sun || p_bandwidth_sun || p_activation_sun);
    WITH item AS MATERIALIZED (
        SELECT n.o, d.allocation_id, d.round,
               CASE WHEN p_burn_sun[n.o] <> 0 OR p_bandwidth_sun[n.o] <> 0 OR p_activation_sun[n.o] <> 0
                    THEN nextval('ledger.entry_id') END AS entry_id
          FROM (SELECT a, min(o)::integer AS o FROM unnest(p_allocation) WITH ORDINALITY AS u(a, o) GROUP BY a) n
          CROSS JOIN LATERAL (SELECT d.allocation_id, d.round FROM ledger.debit d
                               WHERE d.allocation_id = n.a ORDER BY d.round DESC LIMIT 1) d
         WHERE NOT EXISTS (SELECT FROM ledger.conclusion c WHERE c.allocation_id = d.allocation_id AND c.round = d.round)
         ORDER BY d.allocation_id
    ), concluded AS (
        INSERT INTO ledger.conclusion (allocation_id, round, kind, refunded_sun, entry_id, at, energy_used)
        SELECT i.allocation_id, i.round, 'completed', 0, i.entry_id, p_at, p_energy_used[i.o] FROM item i
        ON CONFLICT (allocation_id, round) DO NOTHING
        RETURNING allocation_id
    )
    SELECT coalesce(array_agg(i.o), '{}') AS taken, coalesce(bool_or(i.entry_id IS NOT NULL), false) AS costs INTO v_row
      FROM concluded c JOIN item i USING (allocation_id);
    v_taken := v_row.taken;
    IF v_row.costs THEN
        v_costs := ledger.accounts(ARRAY['cost:burn', 'cost:bandwidth', 'cost:activation', 'funds:chain']);
        WITH item AS MATERIALIZED (
            SELECT o, c.entry_id, c.allocation_id, c.round, e.partner_id, e.withdrawal_id
              FROM unnest(v_taken) AS o
              CROSS JOIN LATERAL (SELECT c.* FROM ledger.conclusion c WHERE c.allocation_id = p_allocation[o]
                                   ORDER BY c.round DESC LIMIT 1) c
              JOIN ledger.debit d USING (allocation_id, round) JOIN ledger.entry e ON e.entry_id = d.entry_id
             WHERE c.entry_id IS NOT NULL
        ), entered AS (
            INSERT INTO ledger.entry (entry_id, key, kind, at, partner_id, withdrawal_id)
            SELECT i.entry_id, 'completion:' || i.allocation_id || ':' || i.round, 'completion', p_at, i.partner_id,
                   i.withdrawal_id
              FROM item i
        ), posted AS (
            INSERT INTO ledger.posting (entry_id, account_id, amount_sun)
            SELECT i.entry_id, n.a, n.s
              FROM item i CROSS JOIN LATERAL (VALUES (v_costs[1], -p_burn_sun[i.o]), (v_costs[2], -p_bandwidth_sun[i.o]),
                       (v_costs[3], -p_activation_sun[i.o]),
                       (v_costs[4], p_burn_sun[i.o] + p_bandwidth_sun[i.o] + p_activation_sun[i.o])) AS n(a, s)
             WHERE n.s <> 0
            RETURNING account_id, amount_sun
        )
        SELECT array_agg(p.account_id) AS accounts, array_agg(p.amount_sun) AS amounts INTO v_row FROM posted p;
        PERFORM ledger.move(v_row.accounts, v_row.amounts);
    END IF;
    PERFORM ledger.fold(v_first, currval('ledger.entry_id'));

    RETURN QUERY
    SELECT n.o::integer,
           CASE WHEN d.round IS NULL THEN 'not_charged' WHEN n.o = ANY(v_taken) THEN 'completed'
                WHEN c.kind = 'refunded' THEN 'already_refunded' ELSE 'already_completed' END
      FROM unnest(p_allocation) WITH ORDINALITY AS n(a, o)
      LEFT JOIN LATERAL (SELECT d.* FROM ledger.debit d WHERE d.allocation_id = n.a ORDER BY d.round DESC LIMIT 1) d ON true
      LEFT JOIN ledger.conclusion c ON c.allocation_id = d.allocation_id AND c.round = d.round
     ORDER BY n.o;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
