-- What the newest `ready` told as the transfer's fee limit: a fee that rises above it takes the promise back. NULL before the
-- first `ready`, and for what was ready before this column was: it is not known, and stands.
ALTER TABLE allocator.withdrawal ADD COLUMN fee_limit_sun bigint CHECK (fee_limit_sun >= 0);
