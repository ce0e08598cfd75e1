-- Batches: how far each has come, the price that its members share, and which changes of the registry were announced.

-- One row a batch that was ever seen, changed by one statement a transaction, in the order of its key. A proposed row carries
-- differences, so that nothing here may be checked to be above zero; the audit compares it with the withdrawals.
CREATE TABLE allocator.batch (
    partner_id      text NOT NULL,
    batch_id        text NOT NULL,
    -- The largest `batch_size` that a member named.
    size            integer,
    members         integer NOT NULL,
    -- Members without outcome.
    open            integer NOT NULL,
    -- Requests that turned out wrong and are no members any more.
    rejected        integer NOT NULL,
    first_arrival_at timestamptz,
    last_arrival_at timestamptz,
    -- Of the newest summary, and whether nothing has changed since.
    sequence        integer NOT NULL DEFAULT 0,
    told            boolean NOT NULL DEFAULT false,
    PRIMARY KEY (partner_id, batch_id)
) WITH (fillfactor = 70);

CREATE INDEX batch_untold ON allocator.batch (last_arrival_at) WHERE open = 0 AND NOT told;
-- What can be forgotten.
CREATE INDEX batch_told ON allocator.batch (last_arrival_at) WHERE open = 0 AND told;

-- What a summary adds up.
CREATE INDEX withdrawal_of_batch ON allocator.withdrawal (partner_id, batch_id) WHERE batch_id IS NOT NULL;

-- The quote that the first priced member has fixed for the others, while it holds.
CREATE TABLE allocator.batch_quote (
    partner_id       text NOT NULL,
    batch_id         text NOT NULL,
    made_at          timestamptz NOT NULL,
    source           text NOT NULL,
    -- Prices of energy in millionths of a sun.
    energy_price     bigint NOT NULL CHECK (energy_price >= 0),
    burn_price       bigint NOT NULL CHECK (burn_price >= 0),
    bandwidth_price  bigint NOT NULL CHECK (bandwidth_price >= 0),
    activation_price bigint NOT NULL CHECK (activation_price >= 0),
    margin_permille  integer NOT NULL CHECK (margin_permille BETWEEN 0 AND 10000),
    fee_sun          bigint NOT NULL CHECK (fee_sun >= 0),
    charge_rule      text NOT NULL CHECK (charge_rule IN ('if_not_reused', 'always', 'never')),
    payer            text NOT NULL CHECK (payer IN ('partner', 'user')),
    PRIMARY KEY (partner_id, batch_id)
);

CREATE INDEX batch_quote_age ON allocator.batch_quote (made_at);

-- The token contract's dynamic factor, in ten-thousandths, that a need was simulated under: another one makes it wrong.
ALTER TABLE allocator.withdrawal ADD COLUMN need_factor bigint CHECK (need_factor >= 0);

-- The newest change of the registry that was announced.
CREATE TABLE allocator.announced (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    entry_id  bigint NOT NULL
);
INSERT INTO allocator.announced (entry_id) VALUES (0);
