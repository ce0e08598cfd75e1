-- Invariant 4: every ledger entry balances to zero; balances equal the sum of postings; no prepaid balance below its limit.
SELECT format('entry %s sums to %s', entry_id, sum(amount_sun)) AS finding
  FROM ledger.posting GROUP BY entry_id HAVING sum(amount_sun) <> 0
UNION ALL
SELECT format('account %s shows %s, its postings sum to %s', b.code, b.balance_sun, coalesce(p.amount_sun, 0))
  FROM ledger.v1_balance b
  LEFT JOIN (SELECT account_id, sum(amount_sun) AS amount_sun FROM ledger.posting GROUP BY account_id) p USING (account_id)
 WHERE b.balance_sun <> coalesce(p.amount_sun, 0)
UNION ALL
SELECT format('account %s is at %s, below its limit of -%s', code, balance_sun, credit_limit_sun)
  FROM ledger.v1_balance WHERE balance_sun < -credit_limit_sun
UNION ALL
SELECT format('a posting of entry %s names account %s, which is not there', p.entry_id, p.account_id)
  FROM ledger.posting p LEFT JOIN ledger.balance b USING (account_id) WHERE b.account_id IS NULL
UNION ALL
SELECT format('partner %s has a credit limit of %s by its terms and of %s in the ledger', b.partner_id, t.credit_limit_sun, b.credit_limit_sun)
  FROM ledger.v1_balance b JOIN registry.v1_partner_terms t USING (partner_id)
 WHERE b.kind = 'prepaid' AND b.credit_limit_sun <> t.credit_limit_sun
UNION ALL
SELECT format('entry %s moves %s, and is %s', p.entry_id, a.code, coalesce(e.partner_id || '''s', 'nobody''s'))
  FROM ledger.posting p
  JOIN ledger.account a ON a.account_id = p.account_id AND a.partner_id IS NOT NULL
  JOIN ledger.entry e ON e.entry_id = p.entry_id
 WHERE e.partner_id IS DISTINCT FROM a.partner_id
