-- Invariant 5: every debit has exactly one completed allocation or exactly one refund; what is promised or used is debited.
-- A debit of a withdrawal without outcome is still open.
SELECT format('%s:%s was debited %s sun for allocation %s and is %s: neither completed nor refunded',
              d.partner_id, d.withdrawal_id, d.total_sun, d.allocation_id, coalesce(w.state, 'unknown')) AS finding
  FROM ledger.v1_debit d
  LEFT JOIN allocator.allocation a ON a.allocation_id = d.allocation_id
  LEFT JOIN allocator.withdrawal w ON w.partner_id = a.partner_id AND w.withdrawal_id = a.withdrawal_id
 WHERE d.conclusion IS NULL AND (w.state IS NULL OR w.state IN ('settled', 'cancelled', 'expired', 'failed'))
UNION ALL
SELECT format('allocation %s has %s debits that stand', allocation_id, count(*))
  FROM ledger.v1_debit WHERE conclusion IS DISTINCT FROM 'refunded' GROUP BY allocation_id HAVING count(*) > 1
UNION ALL
SELECT format('%s:%s is completed in the ledger, its allocation %s is %s',
              d.partner_id, d.withdrawal_id, d.allocation_id, coalesce(a.state, 'unknown'))
  FROM ledger.v1_debit d LEFT JOIN allocator.allocation a ON a.allocation_id = d.allocation_id
 WHERE d.conclusion = 'completed' AND coalesce(a.state, 'missing') NOT IN ('completed', 'fallback')
UNION ALL
SELECT format('%s:%s is %s, and its debit of %s sun was given back', d.partner_id, d.withdrawal_id, w.state, d.total_sun)
  FROM ledger.v1_debit d
  JOIN allocator.allocation a ON a.allocation_id = d.allocation_id
  JOIN allocator.withdrawal w ON w.partner_id = a.partner_id AND w.withdrawal_id = a.withdrawal_id
 WHERE d.conclusion = 'refunded' AND d.refunded_sun = d.total_sun AND d.total_sun > 0 AND w.state = 'settled'
   AND d.reason IS DISTINCT FROM 'late'
   AND NOT EXISTS (SELECT FROM ledger.v1_debit s
                    WHERE s.allocation_id = d.allocation_id AND s.conclusion IS DISTINCT FROM 'refunded')
   -- Revoked and given back, used all the same, and the balance did not suffice to charge it again.
   AND NOT EXISTS (SELECT FROM allocator.promise p
                    WHERE p.allocation_id = d.allocation_id AND p.close_reason = 'used' AND NOT p.charged)
UNION ALL
SELECT format('%s:%s holds a promise that is %s, and nothing is charged for it (allocation %s)',
              a.partner_id, a.withdrawal_id, coalesce(p.close_reason, 'open'), a.allocation_id)
  FROM allocator.promise p JOIN allocator.allocation a USING (allocation_id)
 WHERE p.charged AND coalesce(p.close_reason, 'used') = 'used'
   AND NOT EXISTS (SELECT FROM ledger.v1_debit d
                    WHERE d.allocation_id = p.allocation_id AND (d.conclusion IS DISTINCT FROM 'refunded' OR d.reason = 'late'))
UNION ALL
SELECT format('%s:%s is charged %s sun, and holds no promise that is open or used (allocation %s)',
              d.partner_id, d.withdrawal_id, d.total_sun, d.allocation_id)
  FROM ledger.v1_debit d JOIN allocator.allocation a ON a.allocation_id = d.allocation_id
 WHERE d.conclusion IS NULL
   AND NOT EXISTS (SELECT FROM allocator.promise p
                    WHERE p.allocation_id = d.allocation_id AND coalesce(p.close_reason, 'used') = 'used')
UNION ALL
SELECT format('allocation %s was refunded %s of %s sun', allocation_id, refunded_sun, total_sun)
  FROM ledger.v1_debit WHERE refunded_sun > total_sun
UNION ALL
SELECT format('the refund of allocation %s says %s sun, its entry %s', c.allocation_id, c.refunded_sun, coalesce(sum(p.amount_sun), 0))
  FROM ledger.conclusion c
  JOIN ledger.debit d USING (allocation_id, round)
  LEFT JOIN ledger.posting p ON p.entry_id = c.entry_id AND p.account_id = d.account_id
 WHERE c.kind = 'refunded'
 GROUP BY c.allocation_id, c.round, c.refunded_sun HAVING coalesce(sum(p.amount_sun), 0) <> c.refunded_sun
