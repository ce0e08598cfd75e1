-- The main job: withdrawals, the energy promised to them, and the transactions that bring it and take it back.

CREATE TABLE allocator.withdrawal (
    partner_id     text NOT NULL,
    withdrawal_id  text NOT NULL,
    state          text NOT NULL CHECK (state IN ('received', 'acquiring', 'short', 'waiting', 'postponed', 'ready',
                                                  'settled', 'cancelled', 'expired', 'failed')),
    sequence       integer NOT NULL CHECK (sequence >= 0),
    fingerprint    bytea NOT NULL,
    user_id        text,
    from_address   bytea NOT NULL,
    to_address     bytea NOT NULL,
    amount         bigint NOT NULL CHECK (amount > 0),
    urgency        smallint NOT NULL,
    deadline       timestamptz,
    batch_id       text,
    message_id     text,
    -- Simulated, with margin; NULL until known.
    need_energy    bigint CHECK (need_energy >= 0),
    need_bandwidth bigint CHECK (need_bandwidth >= 0),
    received_at    timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    -- When a shortage ends the withdrawal.
    short_until    timestamptz,
    not_after      timestamptz,
    -- What the upstream says it sent.
    reported_txid  bytea CHECK (length(reported_txid) = 32),
    -- What the follower matched to it.
    txid           bytea CHECK (length(txid) = 32),
    transfer_block bigint,
    reason         text,
    energy_used    bigint,
    energy_fee     bigint,
    bandwidth_used bigint,
    bandwidth_fee  bigint,
    PRIMARY KEY (partner_id, withdrawal_id),
    -- Deferred to the end of a statement, because two withdrawals may exchange alike transfers.
    CONSTRAINT withdrawal_transfer UNIQUE (txid) DEFERRABLE INITIALLY IMMEDIATE
) WITH (fillfactor = 80);

CREATE INDEX withdrawal_open ON allocator.withdrawal (from_address, urgency DESC, received_at)
    WHERE state IN ('received', 'acquiring', 'short');
CREATE INDEX withdrawal_ready ON allocator.withdrawal (from_address, to_address, amount, received_at)
    WHERE state = 'ready';
CREATE INDEX withdrawal_reported ON allocator.withdrawal (reported_txid) WHERE reported_txid IS NOT NULL AND state = 'ready';

-- One per withdrawal.
CREATE TABLE allocator.allocation (
    allocation_id  uuid PRIMARY KEY,
    partner_id     text NOT NULL,
    withdrawal_id  text NOT NULL,
    wallet         bytea NOT NULL,
    state          text NOT NULL CHECK (state IN ('pending', 'processing', 'completed', 'failed', 'cancelled', 'fallback')),
    method         text NOT NULL CHECK (method IN ('energy', 'burn')),
    source         text NOT NULL,
    acquisition_id uuid,
    energy         bigint NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (partner_id, withdrawal_id),
    FOREIGN KEY (partner_id, withdrawal_id) REFERENCES allocator.withdrawal
) WITH (fillfactor = 80);

CREATE INDEX allocation_of_acquisition ON allocator.allocation (acquisition_id) WHERE acquisition_id IS NOT NULL;

-- What a wallet has, as read from the chain at a block; promises are made from it, under its row lock.
CREATE TABLE allocator.wallet_position (
    wallet              bytea PRIMARY KEY CHECK (length(wallet) = 21),
    block               bigint NOT NULL,
    observed_at         timestamptz NOT NULL,
    activated           boolean NOT NULL,
    energy_limit        bigint NOT NULL,
    energy_used         bigint NOT NULL,
    -- Free bandwidth of the one kind (staked or daily) that has more: a transaction is paid from one alone.
    bandwidth_available bigint NOT NULL,
    balance_sun         bigint NOT NULL,
    usdt_balance        bigint NOT NULL,
    -- What a reclaim under way will take: not to be promised any more.
    withheld_energy     bigint NOT NULL DEFAULT 0 CHECK (withheld_energy >= 0),
    -- Everything ever asked of the wallet; its growth is the demand that delegations look ahead for.
    requested_energy    bigint NOT NULL DEFAULT 0,
    -- Sum of open promises.
    promised_energy     bigint NOT NULL DEFAULT 0 CHECK (promised_energy >= 0),
    promised_amount     bigint NOT NULL DEFAULT 0 CHECK (promised_amount >= 0),
    promised_count      bigint NOT NULL DEFAULT 0 CHECK (promised_count >= 0),
    -- When the last promise ended: from then on a reclaim is late.
    idle_since          timestamptz
) WITH (fillfactor = 50);

CREATE TABLE allocator.promise (
    promise_id      uuid PRIMARY KEY,
    allocation_id   uuid NOT NULL REFERENCES allocator.allocation,
    wallet          bytea NOT NULL,
    energy          bigint NOT NULL CHECK (energy >= 0),
    bandwidth       bigint NOT NULL CHECK (bandwidth >= 0),
    amount          bigint NOT NULL,
    -- The reading it was made from, and what had been promised of it before.
    block           bigint NOT NULL,
    capacity        bigint NOT NULL,
    promised_before bigint NOT NULL,
    opened_at       timestamptz NOT NULL,
    not_after       timestamptz NOT NULL,
    closed_at       timestamptz,
    closed_block    bigint,
    close_reason    text CHECK (close_reason IN ('used', 'revoked', 'cancelled', 'given_up', 'not_sent', 'expired')),
    CHECK (promised_before + energy <= capacity OR energy = 0),
    CHECK ((closed_at IS NULL) = (close_reason IS NULL))
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX promise_open ON allocator.promise (allocation_id) WHERE closed_at IS NULL;
CREATE INDEX promise_open_of_wallet ON allocator.promise (wallet, not_after) WHERE closed_at IS NULL;

-- What a pool can delegate, as read from the chain at a block.
CREATE TABLE allocator.pool_position (
    pool_id           text PRIMARY KEY,
    address           bytea NOT NULL,
    block             bigint NOT NULL,
    observed_at       timestamptz NOT NULL,
    delegatable_sun   bigint NOT NULL,
    energy_weight     bigint NOT NULL,
    energy_total      bigint NOT NULL
);

-- Energy brought to one hot wallet by one delegation, for one or more allocations.
CREATE TABLE allocator.acquisition (
    acquisition_id uuid PRIMARY KEY,
    wallet         bytea NOT NULL,
    pool_id        text NOT NULL,
    source         text NOT NULL,
    energy         bigint NOT NULL CHECK (energy > 0),
    stake_sun      bigint NOT NULL CHECK (stake_sun > 0),
    allocations    integer NOT NULL,
    state          text NOT NULL CHECK (state IN ('started', 'proven', 'failed', 'reclaimed')),
    started_at     timestamptz NOT NULL,
    proven_at      timestamptz,
    ended_at       timestamptz,
    reason         text
);

CREATE INDEX acquisition_standing ON allocator.acquisition (wallet, pool_id) WHERE state IN ('started', 'proven');
-- One delegation under way per wallet: what arrives meanwhile shares the next.
CREATE UNIQUE INDEX acquisition_under_way ON allocator.acquisition (wallet) WHERE state = 'started';

-- One signed transaction, committed before it leaves the process. Bytes never change.
CREATE TABLE allocator.attempt (
    attempt_id     uuid PRIMARY KEY,
    purpose        text NOT NULL CHECK (purpose IN ('delegate', 'undelegate')),
    -- Of a delegation; a reclaim takes from the pair of pool and wallet as a whole.
    acquisition_id uuid REFERENCES allocator.acquisition,
    pool_id        text NOT NULL,
    wallet         bytea NOT NULL,
    stake_sun      bigint NOT NULL CHECK (stake_sun > 0),
    txid           bytea NOT NULL UNIQUE CHECK (length(txid) = 32),
    signed_bytes   bytea NOT NULL,
    expiration     timestamptz NOT NULL,
    state          text NOT NULL CHECK (state IN ('live', 'included', 'final', 'reverted', 'expired')),
    stored_at      timestamptz NOT NULL,
    sent_at        timestamptz,
    sends          integer NOT NULL DEFAULT 0,
    last_answer    text,
    block          bigint,
    ended_at       timestamptz,
    CHECK ((purpose = 'delegate') = (acquisition_id IS NOT NULL)),
    CHECK (sent_at IS NULL OR sent_at >= stored_at)
);

CREATE UNIQUE INDEX attempt_live_of_acquisition ON allocator.attempt (acquisition_id) WHERE state IN ('live', 'included', 'final');
CREATE UNIQUE INDEX attempt_live_reclaim ON allocator.attempt (pool_id, wallet) WHERE state = 'live' AND purpose = 'undelegate';
CREATE INDEX attempt_open ON allocator.attempt (stored_at) WHERE state IN ('live', 'included');

-- What the chain reports as delegated from a pool of ours to a wallet.
CREATE TABLE allocator.delegation (
    pool_id     text NOT NULL,
    wallet      bytea NOT NULL,
    stake_sun   bigint NOT NULL CHECK (stake_sun >= 0),
    block       bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    -- TRUE when the sweep found it and no acquisition explains it.
    orphan      boolean NOT NULL DEFAULT false,
    PRIMARY KEY (pool_id, wallet)
);

-- The newest blocks of the head chain that were processed, to notice a reorganisation.
CREATE TABLE allocator.block (
    number    bigint PRIMARY KEY,
    block_id  bytea NOT NULL CHECK (length(block_id) = 32),
    parent_id bytea NOT NULL,
    at        timestamptz NOT NULL
);

-- USDT transfers out of hot wallets seen in blocks of the head chain, matched or foreign.
CREATE TABLE allocator.transfer (
    txid          bytea PRIMARY KEY CHECK (length(txid) = 32),
    block         bigint NOT NULL,
    wallet        bytea NOT NULL,
    to_address    bytea NOT NULL,
    amount        bigint NOT NULL,
    succeeded     boolean NOT NULL,
    partner_id    text,
    withdrawal_id text,
    booked        boolean NOT NULL DEFAULT false,
    at            timestamptz NOT NULL
);

CREATE INDEX transfer_unbooked ON allocator.transfer (block) WHERE NOT booked;

-- Requests that were stored and then refused: the id is free again.
CREATE TABLE allocator.rejection (
    rejection_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partner_id    text NOT NULL,
    withdrawal_id text NOT NULL,
    message_id    text,
    reason        text NOT NULL,
    detail        text NOT NULL,
    at            timestamptz NOT NULL
);

-- How far the head chain was processed: the fence of the one replica that follows it.
CREATE TABLE allocator.cursor (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    block     bigint NOT NULL
);
