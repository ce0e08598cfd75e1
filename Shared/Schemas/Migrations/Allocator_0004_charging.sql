-- What promises are charged: what energy cost the house, and what a request may cost.

-- Millionths of a sun per energy, as planned. (An acquisition's source is there already.)
ALTER TABLE allocator.acquisition ADD COLUMN energy_price bigint NOT NULL DEFAULT 0 CHECK (energy_price >= 0);

-- Where the energy came from that was brought to the wallet last, and its price; `standing` at 0 where we brought none.
ALTER TABLE allocator.wallet_position
    ADD COLUMN energy_source text NOT NULL DEFAULT 'standing',
    ADD COLUMN energy_price bigint NOT NULL DEFAULT 0 CHECK (energy_price >= 0);

ALTER TABLE allocator.withdrawal
    ADD COLUMN max_cost_sun bigint CHECK (max_cost_sun >= 0),
    -- What was last told to be missing, of one that is short.
    ADD COLUMN short_reason text;

-- False of promises that nobody was charged for: those made before charging began, and those that a transfer has used after
-- they were revoked (and given back), when the balance did not suffice to charge them again.
ALTER TABLE allocator.promise ADD COLUMN charged boolean NOT NULL DEFAULT false;
ALTER TABLE allocator.promise ALTER COLUMN charged SET DEFAULT true;
