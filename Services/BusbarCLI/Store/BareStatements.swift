/// What the bare chain of the benchmark writes: the rows that a request leaves behind which is ready and charged at once.
enum BareStatements {
    /// Makes the wallet that the bare chain promises from. $1 wallet, $2 moment.
    static let wallet = """
        INSERT INTO allocator.wallet_position
               (wallet, block, observed_at, activated, energy_limit, energy_used, bandwidth_available, balance_sun,
                usdt_balance)
        VALUES ($1::bytea, 1, $2::timestamptz, true, 1000000000000000, 0, 600, 1000000000000, 1000000000000000)
        ON CONFLICT DO NOTHING
        """

    /// One batch in one statement. $1 number of the first, $2 how many, $3 partner, $4 wallet, $5 body of the event,
    /// $6 moment, $7 `not_after`, $8 routing key of the event, $9 fingerprint.
    static let batch = """
        WITH n AS (
            SELECT g, 'limit-' || g AS id, lpad(to_hex(g), 32, '0')::uuid AS u
              FROM generate_series($1::bigint, $1::bigint + $2::bigint - 1) AS g
        ), c AS MATERIALIZED (
            SELECT g, id, u, nextval('ledger.entry_id') AS entry_id FROM n
        ), i AS (
            SELECT (SELECT account_id FROM ledger.account WHERE code = 'prepaid:' || $3::text) AS payer,
                   (SELECT account_id FROM ledger.account WHERE code = 'energy:own_stake') AS energy,
                   (SELECT account_id FROM ledger.account WHERE code = 'margin') AS margin,
                   (SELECT account_id FROM ledger.account WHERE code = 'fee') AS fee
        ), le AS (
            INSERT INTO ledger.entry (entry_id, key, kind, at, partner_id, withdrawal_id)
            SELECT entry_id, 'charge:' || u || ':1', 'charge', $6::timestamptz, $3::text, id FROM c
        ), lp AS (
            INSERT INTO ledger.posting (entry_id, account_id, amount_sun)
            SELECT c.entry_id, v.a, v.s
              FROM c CROSS JOIN i
              CROSS JOIN LATERAL (VALUES (i.payer, -922250), (i.energy, 747500), (i.margin, 74750), (i.fee, 100000)) AS v(a, s)
        ), ld AS (
            INSERT INTO ledger.debit (allocation_id, round, entry_id, account_id, source, energy, energy_price, energy_sun,
                                      bandwidth_sun, activation_sun, margin_sun, fee_sun, total_sun, baseline_sun)
            SELECT c.u, 1, c.entry_id, i.payer, 'own_stake', 65000, 11500000, 747500, 0, 0, 74750, 100000, 922250, 13650000
              FROM c CROSS JOIN i
        ), lb AS (
            UPDATE ledger.balance SET balance_sun = balance_sun - 922250 * $2::bigint
              FROM i WHERE account_id = i.payer
        ), lt AS (
            INSERT INTO ledger.turnover (account_id, amount_sun)
            SELECT v.a, v.s * $2::bigint
              FROM i CROSS JOIN LATERAL (VALUES (i.energy, 747500), (i.margin, 74750), (i.fee, 100000)) AS v(a, s)
        ), w AS (
            INSERT INTO allocator.withdrawal
                   (partner_id, withdrawal_id, state, sequence, fingerprint, from_address, to_address, amount, urgency,
                    message_id, need_energy, need_bandwidth, received_at, updated_at, not_after)
            SELECT $3::text, id, 'ready', 1, $9::bytea, $4::bytea, $4::bytea, 1000000, 1, u::text, 65000, 345,
                   $6::timestamptz, $6::timestamptz, $7::timestamptz FROM n
        ), a AS (
            INSERT INTO allocator.allocation
                   (allocation_id, partner_id, withdrawal_id, wallet, state, method, source, energy, created_at, updated_at)
            SELECT u, $3::text, id, $4::bytea, 'completed', 'energy', 'own_stake', 65000, $6::timestamptz,
                   $6::timestamptz FROM n
        ), p AS (
            INSERT INTO allocator.promise
                   (promise_id, allocation_id, wallet, energy, bandwidth, amount, block, capacity, promised_before,
                    opened_at, not_after)
            SELECT u, u, $4::bytea, 65000, 345, 1000000, 1, 1000000000000000, g * 65000, $6::timestamptz,
                   $7::timestamptz FROM n
        ), o AS (
            INSERT INTO allocator.outbox
                   (id, exchange, routing_key, message_id, type, correlation_id, body, created_at, published_at)
            SELECT u, 'busbar.events', $8::text, u::text, 'withdrawal.ready.v1', $3::text || ':' || id, $5::bytea,
                   $6::timestamptz, $6::timestamptz FROM n
        )
        UPDATE allocator.wallet_position
           SET promised_energy = promised_energy + 65000 * $2::bigint,
               promised_amount = promised_amount + 1000000 * $2::bigint, promised_count = promised_count + $2::bigint
         WHERE wallet = $4::bytea
        """
}
