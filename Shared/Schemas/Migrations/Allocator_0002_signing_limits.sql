-- What was signed within the last hour and day is counted before more is signed, while a limit is configured.
CREATE INDEX attempt_signed ON allocator.attempt (stored_at) INCLUDE (pool_id, stake_sun) WHERE purpose = 'delegate';
