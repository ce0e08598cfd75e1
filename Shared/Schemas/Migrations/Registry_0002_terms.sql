-- What a partner has agreed to pay. Without a row, or where a column is NULL, the house's own terms hold.

CREATE TABLE registry.house_terms (
    singleton       boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    margin_permille integer NOT NULL CHECK (margin_permille BETWEEN 0 AND 10000),
    -- At most what a message can carry.
    fee_sun         bigint NOT NULL CHECK (fee_sun BETWEEN 0 AND 9007199254740991),
    charge_rule     text NOT NULL CHECK (charge_rule IN ('if_not_reused', 'always', 'never')),
    payer           text NOT NULL CHECK (payer IN ('partner', 'user'))
);
INSERT INTO registry.house_terms (margin_permille, fee_sun, charge_rule, payer) VALUES (0, 0, 'if_not_reused', 'partner');

CREATE TABLE registry.partner_terms (
    partner_id       text PRIMARY KEY REFERENCES registry.partner,
    margin_permille  integer CHECK (margin_permille BETWEEN 0 AND 10000),
    fee_sun          bigint CHECK (fee_sun BETWEEN 0 AND 9007199254740991),
    charge_rule      text CHECK (charge_rule IN ('if_not_reused', 'always', 'never')),
    payer            text CHECK (payer IN ('partner', 'user')),
    -- How far below zero the prepaid balance may go. The ledger keeps to it by a constraint of its own.
    credit_limit_sun bigint NOT NULL DEFAULT 0 CHECK (credit_limit_sun BETWEEN 0 AND 1000000000000000000)
);

CREATE VIEW registry.v1_partner_terms AS
SELECT p.partner_id, coalesce(t.margin_permille, h.margin_permille) AS margin_permille,
       coalesce(t.fee_sun, h.fee_sun) AS fee_sun, coalesce(t.charge_rule, h.charge_rule) AS charge_rule,
       coalesce(t.payer, h.payer) AS payer, coalesce(t.credit_limit_sun, 0) AS credit_limit_sun
  FROM registry.partner p CROSS JOIN registry.house_terms h LEFT JOIN registry.partner_terms t USING (partner_id);

CREATE FUNCTION registry.check_terms_changes(p_changes jsonb) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    unknown text;
BEGIN
    SELECT k INTO unknown FROM jsonb_object_keys(p_changes) AS k
     WHERE k NOT IN ('margin_permille', 'fee_sun', 'charge_rule', 'payer', 'credit_limit_sun') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'terms have no %', unknown USING ERRCODE = 'check_violation';
    END IF;
END $$;

-- Changes what is named; null means as the house again, and no credit. The rest stays as it was. These functions run with
-- the rights of the tables' owner; no role has others.
CREATE FUNCTION registry.set_partner_terms(p_at timestamptz, p_actor text, p_partner text, p_changes jsonb)
RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM registry.check_terms_changes(p_changes);
    INSERT INTO registry.partner_terms (partner_id) VALUES (p_partner) ON CONFLICT DO NOTHING;
    UPDATE registry.partner_terms AS t
       SET (margin_permille, fee_sun, charge_rule, payer, credit_limit_sun) =
           (SELECT r.margin_permille, r.fee_sun, r.charge_rule, r.payer, coalesce(r.credit_limit_sun, 0)
              FROM jsonb_populate_record(t, p_changes) AS r)
     WHERE partner_id = p_partner;
    IF p_changes ? 'credit_limit_sun' THEN
        PERFORM ledger.set_credit_limit(p_partner, coalesce((p_changes ->> 'credit_limit_sun')::bigint, 0));
    END IF;
    PERFORM registry.record(p_at, p_actor, 'partner.terms', p_partner, p_changes);
END $$;

CREATE FUNCTION registry.set_house_terms(p_at timestamptz, p_actor text, p_changes jsonb)
RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM registry.check_terms_changes(p_changes);
    IF p_changes ? 'credit_limit_sun' THEN
        RAISE EXCEPTION 'credit is given to partners, not to the house' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE registry.house_terms AS t
       SET (margin_permille, fee_sun, charge_rule, payer) =
           (SELECT r.margin_permille, r.fee_sun, r.charge_rule, r.payer FROM jsonb_populate_record(t, p_changes) AS r);
    PERFORM registry.record(p_at, p_actor, 'house.terms', 'house', p_changes);
END $$;
