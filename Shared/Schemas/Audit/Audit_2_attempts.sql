-- Invariant 2: at most one live attempt per acquisition; every attempt was stored before it was sent. A purchase is the
-- attempt of an acquisition that is bought; there is one, and it cannot be placed before what is sent is stored.
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
 WHERE q.state IN ('proven', 'reclaimed') AND q.pool_id IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM allocator.attempt t
                    WHERE t.acquisition_id = q.acquisition_id AND t.state IN ('included', 'final'))
UNION ALL
SELECT format('acquisition %s is %s, and its purchase is %s', q.acquisition_id, q.state, coalesce(p.state, 'missing'))
  FROM allocator.acquisition q LEFT JOIN allocator.purchase p USING (acquisition_id)
 WHERE q.pool_id IS NULL
   AND NOT CASE q.state WHEN 'started' THEN p.state IN ('planned', 'prepared', 'unknown', 'accepted', 'delivered')
                        WHEN 'proven' THEN p.state IN ('proven', 'returning')
                        WHEN 'reclaimed' THEN p.state = 'ended'
                        ELSE p.state IN ('failed', 'refunded', 'disputed') END
UNION ALL
SELECT format('purchase %s was placed before anything was stored for it', order_key)
  FROM allocator.purchase WHERE placed_at IS NOT NULL AND prepared IS NULL
