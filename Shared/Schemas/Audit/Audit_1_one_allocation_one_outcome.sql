-- Invariant 1: one allocation per (partner, withdrawal); exactly one outcome each. A row is a violation.
SELECT format('%s:%s has %s allocations', w.partner_id, w.withdrawal_id, count(a.allocation_id)) AS finding
  FROM allocator.withdrawal w LEFT JOIN allocator.allocation a USING (partner_id, withdrawal_id)
 GROUP BY w.partner_id, w.withdrawal_id HAVING count(a.allocation_id) <> 1
UNION ALL
SELECT format('%s was told %s outcomes', correlation_id, count(*))
  FROM allocator.outbox
 WHERE type IN ('withdrawal.settled.v1', 'withdrawal.cancelled.v1', 'withdrawal.expired.v1', 'withdrawal.failed.v1')
 GROUP BY correlation_id HAVING count(*) > 1
UNION ALL
SELECT format('%s:%s is %s and still has an open promise', w.partner_id, w.withdrawal_id, w.state)
  FROM allocator.withdrawal w JOIN allocator.allocation a USING (partner_id, withdrawal_id)
  JOIN allocator.promise p USING (allocation_id)
 WHERE w.state IN ('settled', 'cancelled', 'expired', 'failed') AND p.closed_at IS NULL
UNION ALL
SELECT format('%s:%s is ready without an open promise or a transfer', w.partner_id, w.withdrawal_id)
  FROM allocator.withdrawal w JOIN allocator.allocation a USING (partner_id, withdrawal_id)
  LEFT JOIN allocator.promise p ON p.allocation_id = a.allocation_id AND p.closed_at IS NULL
 WHERE w.state = 'ready' AND w.txid IS NULL AND p.promise_id IS NULL
UNION ALL
SELECT format('batch %s of %s counts %s members, %s of them open; there are %s, %s of them open',
              b.batch_id, b.partner_id, b.members, b.open, coalesce(w.members, 0), coalesce(w.open, 0))
  FROM allocator.batch b
  -- Members of a forgotten batch of the same name are older.
  LEFT JOIN (SELECT m.partner_id, m.batch_id, count(*) AS members,
                    count(*) FILTER (WHERE m.state NOT IN ('settled', 'cancelled', 'expired', 'failed')) AS open
               FROM allocator.withdrawal m JOIN allocator.batch c USING (partner_id, batch_id)
              WHERE c.first_arrival_at IS NULL OR m.received_at >= c.first_arrival_at
              GROUP BY m.partner_id, m.batch_id) AS w
    USING (partner_id, batch_id)
 WHERE b.members <> coalesce(w.members, 0) OR b.open <> coalesce(w.open, 0)
UNION ALL
SELECT format('transfer %s settles %s withdrawals', encode(txid, 'hex'), count(*))
  FROM allocator.withdrawal WHERE txid IS NOT NULL GROUP BY txid HAVING count(*) > 1
