-- Invariant 3: each promise records block, capacity and what was promised before it, and never exceeds the capacity.
SELECT format('promise %s: %s before it and %s more exceed %s at block %s', promise_id, promised_before, energy, capacity, block) AS finding
  FROM allocator.promise WHERE energy > 0 AND promised_before + energy > capacity
UNION ALL
SELECT format('wallet %s: %s promised in all, its open promises sum to %s', encode(w.wallet, 'hex'), w.promised_energy, coalesce(p.energy, 0))
  FROM allocator.wallet_position w
  LEFT JOIN (SELECT wallet, sum(energy) AS energy, sum(amount) AS amount, count(*) AS count
               FROM allocator.promise WHERE closed_at IS NULL GROUP BY wallet) p USING (wallet)
 WHERE w.promised_energy <> coalesce(p.energy, 0) OR w.promised_amount <> coalesce(p.amount, 0)
    OR w.promised_count <> coalesce(p.count, 0)
UNION ALL
SELECT format('allocation %s has an open promise though it is %s', a.allocation_id, a.state)
  FROM allocator.promise p JOIN allocator.allocation a USING (allocation_id)
 WHERE p.closed_at IS NULL AND a.state NOT IN ('completed', 'fallback')
