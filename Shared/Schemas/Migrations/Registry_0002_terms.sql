-- What a partner has agreed to pay. Without a row, or where a column is NULL, the house's own terms hold.

CREATE TABLE registry.house_terms (
    singleton       boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    margin_permille integer NOT NULL CHECK (margin_permille BETWEEN 0 AND 10000),
    fee_sun         bigint NOT NULL CHECK (fee_sun >= 0),
    charge_rule     text NOT NULL CHECK (charge_rule IN ('if_not_reused', 'always', 'never')),
    payer           text NOT NULL CHECK (payer IN ('partner', 'user'))
);
INSERT INTO registry.house_terms (margin_permille, fee_sun, charge_rule, payer) VALUES (0, 0, 'if_not_reused', 'partner');

CREATE TABLE registry.partner_terms (
    partner_id       text PRIMARY KEY REFERENCES registry.partner,
    margin_permille  integer CHECK (margin_permille BETWEEN 0 AND 10000),
    fee_sun          bigint CHECK (fee_sun >= 0),
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

-- Changes what is not NULL; the rest stays as it was.
CREATE FUNCTION registry.set_partner_terms(
    p_at timestamptz, p_actor text, p_partner text, p_margin_permille integer, p_fee_sun bigint, p_charge_rule text,
    p_payer text, p_credit_limit_sun bigint
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO registry.partner_terms AS t (partner_id, margin_permille, fee_sun, charge_rule, payer, credit_limit_sun)
    VALUES (p_partner, p_margin_permille, p_fee_sun, p_charge_rule, p_payer, coalesce(p_credit_limit_sun, 0))
    ON CONFLICT (partner_id) DO UPDATE
       SET margin_permille = coalesce(p_margin_permille, t.margin_permille), fee_sun = coalesce(p_fee_sun, t.fee_sun),
           charge_rule = coalesce(p_charge_rule, t.charge_rule), payer = coalesce(p_payer, t.payer),
           credit_limit_sun = coalesce(p_credit_limit_sun, t.credit_limit_sun);
    IF p_credit_limit_sun IS NOT NULL THEN PERFORM ledger.set_credit_limit(p_partner, p_credit_limit_sun); END IF;
    PERFORM registry.record(p_at, p_actor, 'partner.terms', p_partner, jsonb_strip_nulls(jsonb_build_object(
        'margin_permille', p_margin_permille, 'fee_sun', p_fee_sun, 'charge_rule', p_charge_rule, 'payer', p_payer,
        'credit_limit_sun', p_credit_limit_sun)));
END $$;

CREATE FUNCTION registry.set_house_terms(
    p_at timestamptz, p_actor text, p_margin_permille integer, p_fee_sun bigint, p_charge_rule text, p_payer text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE registry.house_terms
       SET margin_permille = coalesce(p_margin_permille, margin_permille), fee_sun = coalesce(p_fee_sun, fee_sun),
           charge_rule = coalesce(p_charge_rule, charge_rule), payer = coalesce(p_payer, payer);
    PERFORM registry.record(p_at, p_actor, 'house.terms', 'house', jsonb_strip_nulls(jsonb_build_object(
        'margin_permille', p_margin_permille, 'fee_sun', p_fee_sun, 'charge_rule', p_charge_rule, 'payer', p_payer)));
END $$;
