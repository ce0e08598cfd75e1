-- Energy bought from suppliers: purchases, what they were seen to deliver, and how suppliers do.

-- An acquisition comes from a pool's stake or from a supplier.
ALTER TABLE allocator.acquisition ALTER COLUMN pool_id DROP NOT NULL;
ALTER TABLE allocator.acquisition ALTER COLUMN stake_sun DROP NOT NULL;
ALTER TABLE allocator.acquisition ADD CHECK ((pool_id IS NULL) = (stake_sun IS NULL));
-- One delegation and one purchase under way per wallet: what arrives meanwhile shares the next.
DROP INDEX allocator.acquisition_under_way;
CREATE UNIQUE INDEX acquisition_under_way ON allocator.acquisition (wallet) WHERE state = 'started' AND pool_id IS NOT NULL;
CREATE UNIQUE INDEX acquisition_bought ON allocator.acquisition (wallet) WHERE state = 'started' AND pool_id IS NULL;

-- One order at a supplier, stored before anything is sent. Its life is the document; the columns repeat what is asked for.
CREATE TABLE allocator.purchase (
    acquisition_id uuid PRIMARY KEY REFERENCES allocator.acquisition,
    -- Our name for it at the supplier.
    order_key      text NOT NULL UNIQUE,
    supplier_id    text NOT NULL,
    wallet         bytea NOT NULL CHECK (length(wallet) = 21),
    state          text NOT NULL CHECK (state IN ('planned', 'prepared', 'unknown', 'accepted', 'delivered', 'proven',
                                                  'returning', 'ended', 'failed', 'refunded', 'disputed')),
    life           jsonb NOT NULL,
    -- What is sent: bytes and keys, committed before the first call.
    prepared       jsonb,
    payment_txid   bytea UNIQUE CHECK (length(payment_txid) = 32),
    -- The return of a rental, likewise.
    return_order   jsonb,
    ordered_energy bigint NOT NULL CHECK (ordered_energy > 0),
    -- What the chain showed of it last.
    energy         bigint NOT NULL DEFAULT 0 CHECK (energy >= 0),
    quoted_sun     bigint NOT NULL CHECK (quoted_sun >= 0),
    charged_sun    bigint,
    refunded_sun   bigint NOT NULL DEFAULT 0,
    -- What is wanted back and did not come yet.
    owed_sun       bigint NOT NULL DEFAULT 0 CHECK (owed_sun >= 0),
    expires_at     timestamptz,
    -- When it has to be looked at again; NULL when time alone changes nothing.
    wake_at        timestamptz,
    -- What the follower of the chain has seen and its life was not told yet: delegations that came, or that a replaced
    -- block took away.
    chain_signal   text CHECK (chain_signal IN ('moved', 'lost')),
    -- Whether the chain has still to say what became of its payment.
    awaits_payment boolean NOT NULL DEFAULT false,
    -- Whether the rental is ended by us.
    returnable     boolean NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL,
    placed_at      timestamptz,
    proven_at      timestamptz,
    updated_at     timestamptz NOT NULL,
    reason         text,
    CHECK (prepared IS NOT NULL OR state IN ('planned', 'failed'))
) WITH (fillfactor = 60);

CREATE INDEX purchase_due ON allocator.purchase (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX purchase_signalled ON allocator.purchase (acquisition_id) WHERE chain_signal IS NOT NULL;
CREATE INDEX purchase_owed ON allocator.purchase (created_at) WHERE owed_sun > 0;
CREATE INDEX purchase_of_supplier ON allocator.purchase (supplier_id, created_at);
CREATE INDEX purchase_unpaid ON allocator.purchase (created_at) WHERE awaits_payment;
CREATE INDEX purchase_live ON allocator.purchase (wallet)
    WHERE state IN ('planned', 'prepared', 'unknown', 'accepted', 'delivered', 'proven', 'returning');
CREATE INDEX purchase_failed ON allocator.purchase (wallet, updated_at) WHERE state IN ('failed', 'refunded', 'disputed');

-- Energy stake that others delegated to hot wallets, or took back, as seen in blocks of the head chain.
CREATE TABLE allocator.foreign_delegation (
    txid           bytea PRIMARY KEY CHECK (length(txid) = 32),
    block          bigint NOT NULL,
    at             timestamptz NOT NULL,
    owner          bytea NOT NULL CHECK (length(owner) = 21),
    wallet         bytea NOT NULL CHECK (length(wallet) = 21),
    -- Below zero where it was taken back.
    stake_sun      bigint NOT NULL,
    -- The purchase that it is part of.
    acquisition_id uuid REFERENCES allocator.purchase
);

CREATE INDEX foreign_delegation_of_wallet ON allocator.foreign_delegation (wallet, block);
CREATE INDEX foreign_delegation_of_purchase ON allocator.foreign_delegation (acquisition_id) WHERE acquisition_id IS NOT NULL;

-- What a supplier asks, and what was learnt of it: shared by replicas, so that whoever leads goes on.
CREATE TABLE allocator.supplier_state (
    supplier_id text PRIMARY KEY,
    -- What it asked last, by rental; NULL before the first answer.
    offer       jsonb,
    quoted_at   timestamptz,
    balance_sun bigint,
    breaker     jsonb NOT NULL,
    health      jsonb NOT NULL,
    -- Why the last call failed; NULL after one that did not.
    fault       text,
    updated_at  timestamptz NOT NULL
);

CREATE VIEW allocator.v1_supplier_state AS
SELECT supplier_id, offer, quoted_at, balance_sun, breaker, health, fault, updated_at FROM allocator.supplier_state;

CREATE VIEW allocator.v1_purchase AS
SELECT acquisition_id, order_key, supplier_id, wallet, state, ordered_energy, energy, quoted_sun, charged_sun, refunded_sun,
       owed_sun, payment_txid, expires_at, created_at, placed_at, proven_at, reason
  FROM allocator.purchase;
