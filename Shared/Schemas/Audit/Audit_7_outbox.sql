-- Invariant 7: outboxes are empty when idle. (`busbar audit` lists the parked messages from the broker.)
SELECT format('outbox row %s (%s) was never confirmed', id, type) AS finding
  FROM allocator.outbox WHERE published_at IS NULL
UNION ALL
SELECT format('outbox row %s (%s) was never confirmed', id, type)
  FROM prices.outbox WHERE published_at IS NULL
