internal import Models
internal import Planning
internal import Storage
internal import TestSupport
internal import Testing

@testable import Allocator

/// Each withdrawal of these tests needs 50 TRX of stake.
@Suite struct SigningLimitsTests {
    private func trx(_ amount: Int64) -> Sun { Sun(amount * 1_000_000) }

    private func shortages(_ result: CycleTransaction.Result) -> [ShortageReason] {
        result.notices.compactMap { ($0.event as? WithdrawalShort)?.reason }
    }

    @Test func withoutLimitsNobodyIsHeldBack() async throws {
        try await Books.with { books in
            for wallet in 0..<4 { try await books.request("w\(wallet)", wallet: wallet) }
            let result = try await books.cycle()
            #expect(result.signed == 4 && result.held == 0)
            #expect(shortages(result).isEmpty)
        }
    }

    @Test func whatTheHourForbidsIsToldShortOnceAndServedWhenTheHourHasPassed() async throws {
        try await Books.with { books in
            for wallet in 0..<3 { try await books.request("w\(wallet)", wallet: wallet) }
            let limits = SigningLimits(hourly: trx(120))
            let first = try await books.cycle(limits)
            #expect(first.signed == 2 && first.held == 1)
            #expect(shortages(first) == [.signingLimit])

            let before = try await books.cycle(limits, now: Books.start + .milliseconds(3_599_999))
            #expect(before.signed == 0 && before.held == 1)
            #expect(before.notices.isEmpty, "it was told before")

            let after = try await books.cycle(limits, now: Books.start + .seconds(3600))
            #expect(after.signed == 1 && after.held == 0)
        }
    }

    @Test func theDayHoldsWhereTheHourDoesNot() async throws {
        try await Books.with { books in
            let limits = SigningLimits(hourly: trx(60), daily: trx(100))
            for wallet in 0..<3 { try await books.request("w\(wallet)", wallet: wallet) }
            #expect(try await books.cycle(limits).signed == 1)
            #expect(try await books.cycle(limits, now: Books.start + .seconds(3600)).signed == 1)
            #expect(try await books.cycle(limits, now: Books.start + .seconds(7200)).signed == 0)
            #expect(try await books.cycle(limits, now: Books.start + .seconds(86_399)).signed == 0)
            #expect(try await books.cycle(limits, now: Books.start + .seconds(86_400)).signed == 1)
        }
    }

    /// Four replicas at once, as after a lost advisory lock: they share the limit.
    @Test func replicasShareALimit() async throws {
        try await Books.with { books in
            for wallet in 0..<4 { try await books.request("w\(wallet)", wallet: wallet) }
            let limits = SigningLimits(hourly: trx(120))
            let signed = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await books.cycle(limits).signed } }
                return try await group.reduce(0, +)
            }
            #expect(signed == 2)
            let stakes = try await books.client.query("SELECT stake_sun FROM allocator.attempt", as: Sun.self)
            #expect(stakes == [trx(50), trx(50)])
        }
    }

    @Test func countedIsWhatTookEffectOrStillMay() async throws {
        try await Books.with { books in
            // State, block, purpose, seconds ago, TRX: each a power of two, so that a sum tells what is in it.
            let rows: [(String, String, String, Int, Int)] = [
                ("live", "NULL", "delegate", 0, 1),
                ("included", "7", "delegate", 3599, 2),
                ("final", "7", "delegate", 3600, 4),
                ("reverted", "7", "delegate", 86_399, 8),
                ("reverted", "NULL", "delegate", 10, 16),
                ("expired", "NULL", "delegate", 10, 32),
                ("final", "7", "undelegate", 10, 64),
                ("final", "7", "delegate", 86_400, 128),
                ("live", "NULL", "delegate", -30, 256),
            ]
            for (state, block, purpose, ago, trx) in rows {
                let acquisition = purpose == "delegate" ? "acquisition_id" : "NULL"
                try await books.database.sql(
                    """
                    WITH q AS (
                        INSERT INTO allocator.acquisition (acquisition_id, wallet, pool_id, source, energy, stake_sun,
                                                           allocations, state, started_at)
                        VALUES (gen_random_uuid(), '', 'house-1', 'own_stake', 1, 1, 1, 'failed', '\(Books.start)')
                        RETURNING acquisition_id)
                    INSERT INTO allocator.attempt (attempt_id, purpose, acquisition_id, pool_id, wallet, stake_sun, txid,
                                                   signed_bytes, expiration, state, block, stored_at)
                    SELECT gen_random_uuid(), '\(purpose)', \(acquisition), 'house-1', '', \(trx) * 1000000,
                           sha256('\(trx)'), '', '\(Books.start)', '\(state)', \(block),
                           '\(Books.start)'::timestamptz - \(ago) * interval '1 s'
                      FROM q
                    """
                )
            }
            let signed = try await books.client.withTransaction {
                try await AcquisitionStore.signed(now: Books.start, in: $0)
            }
            #expect(
                signed == ["house-1": SignedStake(lastHour: trx(1 + 2 + 256), lastDay: trx(1 + 2 + 4 + 8 + 256))]
            )
        }
    }

    @Test func roomComesBackWhenADelegationHasExpired() async throws {
        try await Books.with { books in
            let limits = SigningLimits(hourly: trx(60))
            try await books.request("w0", wallet: 0)
            try await books.request("w1", wallet: 1)
            #expect(try await books.cycle(limits).signed == 1)
            #expect(try await books.cycle(limits, now: Books.start + .seconds(100)).signed == 0)
            try await books.database.sql(
                "UPDATE allocator.attempt SET state = 'expired'",
                "UPDATE allocator.acquisition SET state = 'failed'"
            )
            let after = try await books.cycle(limits, now: Books.start + .seconds(101))
            #expect(after.signed == 1 && after.held == 1)
        }
    }

    /// Whatever planning says.
    @Test func nothingIsSignedBeyondTheLimitAndReclaimsAlways() async throws {
        let limits = SigningLimits(hourly: trx(10))
        let cycle = Books.transaction(
            ChainView(head: 1, headID: [], headTime: Books.start),
            limits,
            now: Books.start
        )
        func order(_ direction: DelegationOrder.Direction, _ stake: Sun) -> DelegationOrder {
            DelegationOrder(
                direction: direction,
                pool: Books.pool,
                wallet: Books.address(1),
                stake: stake,
                energy: Energy(1),
                serves: 1
            )
        }
        let budget = SigningBudget(limits)
        #expect(try cycle.sign([order(.delegate, trx(4)), order(.delegate, trx(6))], within: budget).count == 2)
        #expect(try cycle.sign([order(.undelegate, trx(900))], within: budget).count == 1)
        #expect(throws: CycleFault.self) {
            try cycle.sign([order(.delegate, trx(4)), order(.delegate, trx(7))], within: budget)
        }
    }
}
