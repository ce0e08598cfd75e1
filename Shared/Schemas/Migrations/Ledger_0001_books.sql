-- Double entry in sun. An amount above zero credits the account, one below debits it, and every entry sums to zero: what
-- the house owes (balances) and earns stands above zero, what it has (funds) and spends (costs) below.
-- Entries, postings, debits and conclusions are append-only for every role, the owner of the tables included.

-- Accounts are named by codes:
--   prepaid:<partner>          what a partner has paid in advance; may go below zero by its credit limit
--   user:<partner>:<user>      the same of a user of the partner, without credit
--   energy:<source>            income from energy at its price, by where the energy came from
--   bandwidth, activation      income from what was passed on
--   margin, fee                revenue
--   refund                     what was given back of all of these
--   cost:<what>                what a supplier charged, or the house burnt
--   funds:<where>              TRX of the house: taken deposits, what a supplier holds, the purchasing wallet
CREATE TABLE ledger.account (
    account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code       text NOT NULL UNIQUE CHECK (length(code) <= 200),
    kind       text NOT NULL CHECK (kind IN ('prepaid', 'user', 'energy', 'bandwidth', 'activation', 'margin', 'fee',
                                             'refund', 'cost', 'funds')),
    partner_id text,
    user_id    text,
    CHECK ((kind IN ('prepaid', 'user')) = (partner_id IS NOT NULL)),
    CHECK ((kind = 'user') = (user_id IS NOT NULL))
);

-- Of payers the balance itself, changed under its row's lock. Of the house's accounts, which everyone's entries meet,
-- what was folded in of ledger.turnover: nobody waits for their rows.
CREATE TABLE ledger.balance (
    account_id       bigint PRIMARY KEY REFERENCES ledger.account,
    balance_sun      bigint NOT NULL,
    -- NULL: an account of the house, which may have any balance.
    credit_limit_sun bigint CHECK (credit_limit_sun >= 0),
    CONSTRAINT balance_above_limit CHECK (balance_sun >= -credit_limit_sun)
) WITH (fillfactor = 50);

-- What entries moved on the house's accounts since the last fold: a row per account and call.
CREATE TABLE ledger.turnover (
    account_id bigint NOT NULL,
    amount_sun bigint NOT NULL
);

CREATE SEQUENCE ledger.entry_id;

CREATE TABLE ledger.entry (
    entry_id      bigint PRIMARY KEY,
    -- What it books, once: `charge:<allocation>:<round>`, a deposit's transaction, an order's key.
    key           text NOT NULL CONSTRAINT entry_key UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
    kind          text NOT NULL CHECK (kind IN ('charge', 'refund', 'completion', 'credit', 'debit', 'purchase',
                                                'purchase_refund', 'transfer')),
    at            timestamptz NOT NULL,
    partner_id    text,
    withdrawal_id text,
    actor         text,
    note          text
);
CREATE INDEX entry_of_partner ON ledger.entry (partner_id, at) WHERE partner_id IS NOT NULL;

CREATE TABLE ledger.posting (
    entry_id   bigint NOT NULL,
    account_id bigint NOT NULL,
    amount_sun bigint NOT NULL CHECK (amount_sun <> 0),
    PRIMARY KEY (entry_id, account_id)
);

-- What an allocation was charged. After a refund it may be charged again: the next round.
CREATE TABLE ledger.debit (
    allocation_id  uuid NOT NULL,
    round          smallint NOT NULL CHECK (round > 0),
    entry_id       bigint NOT NULL,
    -- Who pays.
    account_id     bigint NOT NULL,
    source         text NOT NULL,
    energy         bigint NOT NULL CHECK (energy >= 0),
    -- Millionths of a sun per energy.
    energy_price   bigint NOT NULL CHECK (energy_price >= 0),
    energy_sun     bigint NOT NULL CHECK (energy_sun >= 0),
    bandwidth_sun  bigint NOT NULL CHECK (bandwidth_sun >= 0),
    activation_sun bigint NOT NULL CHECK (activation_sun >= 0),
    margin_sun     bigint NOT NULL CHECK (margin_sun >= 0),
    fee_sun        bigint NOT NULL CHECK (fee_sun >= 0),
    total_sun      bigint NOT NULL,
    baseline_sun   bigint NOT NULL,
    PRIMARY KEY (allocation_id, round),
    CHECK (total_sun = energy_sun + bandwidth_sun + activation_sun + margin_sun + fee_sun)
);
CREATE INDEX debit_of_entry ON ledger.debit (entry_id);

-- How a debit ended: its primary key is what makes it end once.
CREATE TABLE ledger.conclusion (
    allocation_id uuid NOT NULL,
    round         smallint NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('completed', 'refunded')),
    refunded_sun  bigint NOT NULL CHECK (refunded_sun >= 0),
    -- NULL where no money moved.
    entry_id      bigint,
    at            timestamptz NOT NULL,
    reason        text,
    -- What the transfer used, of a completed one.
    energy_used   bigint,
    PRIMARY KEY (allocation_id, round),
    FOREIGN KEY (allocation_id, round) REFERENCES ledger.debit,
    CHECK (kind = 'refunded' OR refunded_sun = 0)
);

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger.% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.posting
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.debit
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.conclusion
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON ledger.balance
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- The postings that one statement brings must sum to zero for each entry, so the functions bring all of an entry in one.
-- What the owner of the tables adds to an entry later is held to the same and otherwise not noticed: no function does.
CREATE FUNCTION ledger.check_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM inserted GROUP BY entry_id HAVING sum(amount_sun) <> 0) THEN
        RAISE EXCEPTION 'the postings of an entry do not sum to zero'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances', TABLE = 'posting', SCHEMA = 'ledger';
    END IF;
    IF EXISTS (SELECT FROM (SELECT DISTINCT entry_id FROM inserted) i
                 LEFT JOIN LATERAL (SELECT true AS found FROM ledger.entry e WHERE e.entry_id = i.entry_id LIMIT 1) e ON true
                WHERE e.found IS NULL)
       OR EXISTS (SELECT FROM (SELECT DISTINCT account_id FROM inserted) i
                    LEFT JOIN LATERAL (SELECT true AS found FROM ledger.balance b WHERE b.account_id = i.account_id LIMIT 1) b
                           ON true
                   WHERE b.found IS NULL) THEN
        RAISE EXCEPTION 'a posting names an entry or an account that is not there'
            USING ERRCODE = 'foreign_key_violation', TABLE = 'posting', SCHEMA = 'ledger';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER balanced AFTER INSERT ON ledger.posting REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_postings();

-- What others may read.
CREATE VIEW ledger.v1_balance AS
SELECT a.account_id, a.code, a.kind, a.partner_id, a.user_id,
       (b.balance_sun + CASE WHEN b.credit_limit_sun IS NULL
                             THEN coalesce((SELECT sum(t.amount_sun) FROM ledger.turnover t WHERE t.account_id = a.account_id), 0)
                             ELSE 0 END)::bigint AS balance_sun,
       b.credit_limit_sun
  FROM ledger.account a JOIN ledger.balance b USING (account_id);

CREATE VIEW ledger.v1_posting AS
SELECT e.entry_id, e.key, e.kind, e.at, e.partner_id, e.withdrawal_id, e.actor, e.note, a.code AS account, a.kind AS account_kind,
       p.amount_sun
  FROM ledger.entry e JOIN ledger.posting p USING (entry_id) JOIN ledger.account a USING (account_id);

CREATE VIEW ledger.v1_debit AS
SELECT d.allocation_id, d.round, d.entry_id, e.partner_id, e.withdrawal_id, e.at AS charged_at, a.code AS payer, d.source, d.energy,
       d.energy_price, d.energy_sun, d.bandwidth_sun, d.activation_sun, d.margin_sun, d.fee_sun, d.total_sun, d.baseline_sun,
       c.kind AS conclusion, c.refunded_sun, c.at AS concluded_at, c.reason, c.energy_used
  FROM ledger.debit d JOIN ledger.entry e USING (entry_id) JOIN ledger.account a USING (account_id)
  LEFT JOIN ledger.conclusion c USING (allocation_id, round);
