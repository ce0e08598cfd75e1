-- Invariant 6, the books' side: every delegation is explained, and none is overdue by more than 10 minutes.
-- That the books equal the chain is compared by `busbar audit` itself. $1: the present moment of domain time.
SELECT format('%s sun from pool %s at wallet %s are explained by no acquisition', d.stake_sun, d.pool_id, encode(d.wallet, 'hex')) AS finding
  FROM allocator.delegation d
 WHERE d.stake_sun > 0
   AND NOT EXISTS (SELECT 1 FROM allocator.acquisition q
                    WHERE q.wallet = d.wallet AND q.pool_id = d.pool_id AND q.state IN ('started', 'proven'))
UNION ALL
SELECT format('%s sun from pool %s at wallet %s are overdue since %s', d.stake_sun, d.pool_id, encode(d.wallet, 'hex'), w.idle_since)
  FROM allocator.delegation d JOIN allocator.wallet_position w USING (wallet)
 WHERE d.stake_sun > 0 AND w.promised_count = 0 AND w.idle_since < $1::timestamptz - interval '10 minutes'
