-- Invariant 2: at most one live attempt per acquisition; every attempt was stored before it was sent.
SELECT format('acquisition %s has %s attempts that may land', acquisition_id, count(*)) AS finding
  FROM allocator.attempt
 WHERE acquisition_id IS NOT NULL AND state IN ('live', 'included', 'final')
 GROUP BY acquisition_id HAVING count(*) > 1
UNION ALL
SELECT format('attempt %s was sent before it was stored', attempt_id)
  FROM allocator.attempt WHERE sent_at < stored_at
UNION ALL
SELECT format('acquisition %s is %s without an attempt on chain', q.acquisition_id, q.state)
  FROM allocator.acquisition q
 WHERE q.state IN ('proven', 'reclaimed')
   AND NOT EXISTS (SELECT 1 FROM allocator.attempt t
                    WHERE t.acquisition_id = q.acquisition_id AND t.state IN ('included', 'final'))
