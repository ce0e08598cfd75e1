-- What a TRX and an energy cost, what the chain charges, and how that came about. Written by one polling replica at a time.

-- One row. Its lock is taken first by every change, so that for a moment two polling replicas do no harm.
CREATE TABLE prices.feed (
    singleton        boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    -- The last good price of TRX: millionths of a dollar, the moment it stands for, and how many sources agreed.
    trx_usd          bigint CHECK (trx_usd > 0),
    trx_as_of        timestamptz,
    trx_sources      integer,
    -- Until when it counts as fresh.
    trx_fresh_until  timestamptz,
    congestion       smallint CHECK (congestion BETWEEN 0 AND 100),
    factor_share     smallint CHECK (factor_share BETWEEN 0 AND 100),
    block_use        smallint CHECK (block_use BETWEEN 0 AND 100),
    market_demand    text CHECK (market_demand IN ('low', 'medium', 'high')),
    decided_at       timestamptz,
    -- The last price.updated, to tell what is new.
    announced        jsonb,
    -- Changes of the chain that have been told: the yield as it was told last, since it drifts all the time.
    told_energy_per_trx bigint,
    CHECK ((trx_usd IS NULL) = (trx_as_of IS NULL))
);
INSERT INTO prices.feed DEFAULT VALUES;

-- One row a source of anything: the four of TRX/USD, justlend, chain.
CREATE TABLE prices.source (
    source         text PRIMARY KEY CHECK (length(source) BETWEEN 1 AND 64),
    enabled        boolean NOT NULL,
    -- Its newest quote, in millionths of a dollar; NULL for sources of other things.
    trx_usd        bigint CHECK (trx_usd > 0),
    quoted_at      timestamptz,
    read_at        timestamptz,
    -- What became of the quote: used, stale, ahead, outlier, unconfirmed.
    verdict        text,
    verdict_detail text,
    -- The last try, and what was wrong with it.
    tried_at       timestamptz,
    fault          text,
    fault_detail   text,
    failures       integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- The newest price of energy by where it comes from, in millionths of a sun.
CREATE TABLE prices.energy (
    source      text PRIMARY KEY CHECK (length(source) BETWEEN 1 AND 64),
    price       bigint NOT NULL CHECK (price > 0),
    observed_at timestamptz NOT NULL,
    fresh_until timestamptz NOT NULL
) WITH (fillfactor = 50);

-- The newest reading of the chain; one row.
CREATE TABLE prices.chain (
    singleton          boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    block              bigint NOT NULL,
    block_at           timestamptz NOT NULL,
    read_at            timestamptz NOT NULL,
    energy_fee_sun     bigint NOT NULL,
    bandwidth_fee_sun  bigint NOT NULL,
    total_energy       bigint NOT NULL,
    total_energy_weight bigint NOT NULL,
    -- Millionths of an energy that one TRX of stake yields in 24 hours.
    energy_per_trx     bigint NOT NULL,
    -- In ten-thousandths.
    usdt_energy_factor bigint NOT NULL,
    -- Every setting of the chain by its name.
    parameters         jsonb NOT NULL
) WITH (fillfactor = 50);

-- Proposals that are open, and those that ended within the last weeks.
CREATE TABLE prices.proposal (
    proposal_id bigint PRIMARY KEY,
    parameters  jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    state       text NOT NULL
);

-- Blocks looked at for the congestion; the newest forty.
CREATE TABLE prices.block_sample (
    number bigint PRIMARY KEY,
    at     timestamptz NOT NULL,
    energy bigint NOT NULL
);

-- Everything that chain.parameters_changed told.
CREATE TABLE prices.parameter_change (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    block     bigint NOT NULL,
    parameter text NOT NULL,
    old_value text,
    new_value text
);
CREATE INDEX parameter_change_at ON prices.parameter_change (at);

-- Values by minute, kept 90 days, and by hour, kept five years. Each series has its unit: millionths of a dollar
-- (trx_usd, source.*), millionths of a sun (energy.*), percent (congestion), or the chain's own (chain.*).
CREATE TABLE prices.history_minute (
    series text NOT NULL,
    at     timestamptz NOT NULL,
    last   bigint NOT NULL,
    low    bigint NOT NULL,
    high   bigint NOT NULL,
    PRIMARY KEY (series, at)
) WITH (fillfactor = 90);
CREATE INDEX history_minute_at ON prices.history_minute USING brin (at);

CREATE TABLE prices.history_hour (LIKE prices.history_minute INCLUDING ALL);

-- What other owners may read. Versioned: a column is added by a new view, never changed in an old one.
CREATE VIEW prices.v1_feed AS
    SELECT trx_usd, trx_as_of, trx_sources, trx_fresh_until, congestion, factor_share, block_use, market_demand, decided_at
      FROM prices.feed;
CREATE VIEW prices.v1_source AS
    SELECT source, enabled, trx_usd, quoted_at, read_at, verdict, verdict_detail, tried_at, fault, fault_detail, failures
      FROM prices.source;
CREATE VIEW prices.v1_energy AS SELECT source, price, observed_at, fresh_until FROM prices.energy;
CREATE VIEW prices.v1_chain AS
    SELECT block, block_at, read_at, energy_fee_sun, bandwidth_fee_sun, total_energy, total_energy_weight, energy_per_trx,
           usdt_energy_factor, parameters
      FROM prices.chain;
CREATE VIEW prices.v1_proposal AS SELECT proposal_id, parameters, created_at, expires_at, state FROM prices.proposal;
CREATE VIEW prices.v1_parameter_change AS
    SELECT change_id, at, block, parameter, old_value, new_value FROM prices.parameter_change;
CREATE VIEW prices.v1_history AS
    SELECT 'minute'::text AS step, series, at, last, low, high FROM prices.history_minute
    UNION ALL
    SELECT 'hour'::text, series, at, last, low, high FROM prices.history_hour;
