internal import Ledger
internal import Models
internal import Storage
internal import Testing

/// Two transactions made to meet, each order of events forced by waiting until the other one waits.
@Suite struct ContentionTests {
    /// A first transaction that holds something until others wait for it, and what is started meanwhile.
    private func whileHolding<R: Sendable>(
        _ house: House,
        until waiting: Int,
        hold: (PostgresTransaction) async throws -> Void,
        meanwhile: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        @Sendable func later() async throws -> R {
            for await _ in started { break }
            return try await meanwhile()
        }
        async let result = later()
        do {
            try await house.client.withTransaction(retries: 0) { transaction in
                try await hold(transaction)
                signal.finish()
                try await house.untilWaiting(waiting)
            }
        } catch {
            signal.finish()
            throw error
        }
        return try await result
    }

    @Test func anAllocationChargedToTwoPayersAtOnceIsChargedToOne() async throws {
        try await House.with { house in
            let (p1, p2) = (try PartnerID.named("p1"), try PartnerID.named("p2"))
            for id in [p1, p2] { try await house.deposit(100, to: id) }
            let first = try charge(60, p1)
            let second = try charge(50, p2, allocation: first.allocation)
            let bystander = try charge(10, p2)
            let answers = try await whileHolding(
                house,
                until: 1,
                hold: { _ = try await Books(in: $0).charge([first], at: House.now) },
                meanwhile: {
                    try await house.client.withTransaction {
                        try await Books(in: $0).charge([bystander, second], at: House.now)
                    }
                }
            )
            #expect(answers.map(\.result) == [.charged, .alreadyCharged(first.sheet)])
            #expect(try await house.balance(p1) == Sun(40))
            #expect(try await house.balance(p2) == Sun(90))
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func whoLosesTheRaceForAnAllocationIsToldToTryAgain() async throws {
        try await House.with { house in
            let (p1, p2) = (try PartnerID.named("p1"), try PartnerID.named("p2"))
            for id in [p1, p2] { try await house.deposit(100, to: id) }
            let first = try charge(60, p1)
            let second = try charge(50, p2, allocation: first.allocation)
            let error = try await whileHolding(
                house,
                until: 1,
                hold: { _ = try await Books(in: $0).charge([first], at: House.now) },
                meanwhile: {
                    await #expect(throws: PostgresError.self) {
                        try await house.books.charge([second], at: House.now)
                    }
                }
            )
            #expect(error?.sqlState == .serializationFailure && error?.isRetriable == true)
            #expect(try await house.books.charge([second], at: House.now).first?.result == .alreadyCharged(first.sheet))
            #expect(try await house.balance(p2) == Sun(100))
            #expect(try await house.findings().isEmpty)
        }
    }

    /// Accounts are opened in one order by whoever opens several. The first transaction holds `energy:m2`; the second has
    /// opened `energy:m1` and waits for it; the third wants `energy:m1` and the partner's, which the second will want.
    @Test func openingAccountsNeverDeadlocks() async throws {
        try await House.with { house in
            let (p1, p2) = (try PartnerID.named("p1"), try PartnerID.named("p2"))
            let holding = try charge(0, p1, source: "m2")
            var batch = LedgerBatch()
            batch.charges = [try charge(0, p2, source: "m1"), try charge(0, p2, source: "m2")]
            batch.refunds = [AllocationRefund(allocation: holding.allocation, reason: "x")]
            let all = batch
            let alone = try charge(0, p2, source: "m1")
            let (second, third) = try await whileHolding(
                house,
                until: 2,
                hold: { _ = try await Books(in: $0).charge([holding], at: House.now) },
                meanwhile: {
                    @Sendable func last() async throws -> [ChargeAnswer] {
                        try await house.untilWaiting()
                        return try await house.books.charge([alone], at: House.now)
                    }
                    // No retry: a deadlock is an error here.
                    async let second = house.client.withTransaction(retries: 0) {
                        try await Books(in: $0).book(all, at: House.now)
                    }
                    async let third = last()
                    return try await (second, third)
                }
            )
            #expect(second.charges.allSatisfy { $0.result == .charged })
            #expect(third.map(\.result) == [.charged])
            #expect(try await house.findings().isEmpty)
        }
    }

    /// Every two thousandth number is a boundary, whatever it was given to.
    @Test(arguments: [1998, 1999, 2000])
    func turnoverIsFoldedAtItsBoundary(last: Int64) async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(100, to: p1)
            _ = try await house.client.queryOne("SELECT setval('ledger.entry_id', \(last))", as: Int64.self)
            // A call takes a number for itself, and one for each entry.
            _ = try await house.books.charge([try charge(10, p1)], at: House.now)
            let waiting = try await house.client.queryOne("SELECT count(*) FROM ledger.turnover", as: Int.self)
            #expect((waiting == 0) == (last < 2000))
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func aCompletionWithoutCostsFoldsTooWhenItTakesTheBoundary() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(100, to: p1)
            let item = try charge(10, p1)
            _ = try await house.books.charge([item], at: House.now)
            _ = try await house.client.queryOne("SELECT setval('ledger.entry_id', 1999)", as: Int64.self)
            let completion = AllocationCompletion(allocation: item.allocation, energyUsed: .zero)
            #expect(try await house.books.complete([completion], at: House.now) == [.completed])
            let waiting = try await house.client.queryOne("SELECT count(*) FROM ledger.turnover", as: Int.self)
            #expect(waiting == 0)
            #expect(try await house.findings().isEmpty)
        }
    }
}
