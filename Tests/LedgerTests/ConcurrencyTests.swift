internal import Ledger
internal import Models
internal import Storage
internal import Testing

/// Many transactions at once on a real server.
@Suite struct ConcurrencyTests {
    @Test func manyTransactionsNeverTakeAPartnerBelowItsLimit() async throws {
        try await House.with(poolSize: 12) { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(100_000, to: p1)
            // 12 x 10 batches of 10 ask for about twice as much as there is.
            let paid = try await withThrowingTaskGroup(of: Int64.self) { group in
                for worker in 0..<12 {
                    group.addTask {
                        var random = SeededGenerator(seed: UInt64(worker))
                        var sum: Int64 = 0
                        for _ in 0..<10 {
                            let charges = try (0..<10).map { _ in
                                try charge(Int64.random(in: 1...340, using: &random), p1)
                            }
                            let answers = try await house.client.withTransaction {
                                try await Books(in: $0).charge(charges, at: House.now)
                            }
                            for (item, answer) in zip(charges, answers) where answer.result == .charged {
                                sum += item.sheet.total.rawValue
                            }
                            #expect(answers.allSatisfy { $0.balance >= .zero })
                        }
                        return sum
                    }
                }
                return try await group.reduce(0, +)
            }
            let left = try await house.balance(p1)
            #expect(left == Sun(100_000 - paid))
            #expect(left >= .zero && left < Sun(340), "all that fits is taken: \(left) is left")
            #expect(try await house.findings().isEmpty)
            #expect(try await house.sumOfBalances() == 0)
        }
    }

    @Test func oneAllocationChargedByManyAtOnceIsDebitedOnce() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(1_000_000, to: p1)
            for _ in 0..<5 {
                let items = try (0..<20).map { _ in try charge(10, p1) }
                let results = try await withThrowingTaskGroup(of: [ChargeAnswer].self) { group in
                    for _ in 0..<8 {
                        group.addTask { try await house.books.charge(items.shuffled(), at: House.now) }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                #expect(results.filter { $0.result == .charged }.count == 20)
                #expect(results.allSatisfy { $0.isPaid })
            }
            #expect(try await house.balance(p1) == Sun(1_000_000 - 1000))
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func refundsAndCompletionsThatRaceEndEachDebitOnce() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(1_000_000, to: p1)
            let items = try (0..<60).map { _ in try charge(100, p1) }
            _ = try await house.books.charge(items, at: House.now)
            let (refunded, completed) = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        var random = SeededGenerator(seed: UInt64(worker))
                        var ended = (0, 0)
                        for _ in 0..<6 {
                            let some = items.shuffled(using: &random).prefix(25)
                            if worker.isMultiple(of: 2) {
                                let refunds = some.map { AllocationRefund(allocation: $0.allocation, reason: "late") }
                                ended.0 += try await house.books.refund(refunds, at: House.now)
                                    .count { $0.result == .refunded }
                            } else {
                                let ends = some.map {
                                    AllocationCompletion(
                                        allocation: $0.allocation,
                                        energyUsed: .zero,
                                        burnt: Sun(1)
                                    )
                                }
                                ended.1 += try await house.books.complete(ends, at: House.now)
                                    .count { $0 == .completed }
                            }
                        }
                        return ended
                    }
                }
                return try await group.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
            }
            #expect(refunded + completed == 60)
            #expect(try await house.balance(p1) == Sun(1_000_000 - 100 * Int64(completed)))
            #expect(try await house.findings().isEmpty)
            #expect(try await house.sumOfBalances() == 0)
        }
    }

    @Test func transactionsThatChargeAndRefundSeveralPartnersDoNotDeadlock() async throws {
        let partners = ["p1", "p2", "p3", "p4", "p5"]
        try await House.with(partners: partners, poolSize: 10) { house in
            let ids = try partners.map { try PartnerID.named($0) }
            for id in ids { try await house.deposit(10_000_000, to: id) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<10 {
                    group.addTask {
                        var random = SeededGenerator(seed: UInt64(worker + 1))
                        var open: [AllocationCharge] = []
                        for _ in 0..<12 {
                            var batch = LedgerBatch()
                            batch.charges = try (0..<8).map { _ in
                                try charge(
                                    Int64.random(in: 1...500, using: &random),
                                    ids.randomElement(using: &random) ?? ids[0]
                                )
                            }
                            batch.refunds = open.shuffled(using: &random).map {
                                AllocationRefund(allocation: $0.allocation, reason: "revoked")
                            }
                            open = batch.charges
                            let all = batch
                            // No retry: a deadlock would be an error here.
                            let answers = try await house.client.withTransaction(retries: 0) {
                                try await Books(in: $0).book(all, at: House.now)
                            }
                            #expect(answers.charges.allSatisfy { $0.result == .charged })
                            #expect(answers.refunds.allSatisfy { $0.result == .refunded })
                        }
                        _ = try await house.books.refund(
                            open.map { AllocationRefund(allocation: $0.allocation, reason: "revoked") },
                            at: House.now
                        )
                    }
                }
                try await group.waitForAll()
            }
            for id in ids {
                let balance = try await house.balance(id)
                #expect(balance == Sun(10_000_000))
            }
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func accountsOpenedByManyAtOnceAreOpenedOnce() async throws {
        try await House.with(poolSize: 8) { house in
            let ids = try ["p1", "p2", "p3"].map { try PartnerID.named($0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        for (index, id) in ids.shuffled().enumerated() {
                            let item = try charge(0, id, source: "source-\(index)")
                            _ = try await house.books.charge([item], at: House.now)
                            try await house.deposit(5, to: id, user: "u", key: "d:\(worker):\(id)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            for id in ids { #expect(try await house.balance(id, user: "u") == Sun(40)) }
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func aRolledBackTransactionLeavesNothing() async throws {
        struct Stop: Error {}
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(100, to: p1)
            let item = try charge(60, p1)
            await #expect(throws: Stop.self) {
                try await house.client.withTransaction { transaction in
                    _ = try await Books(in: transaction).charge([item], at: House.now)
                    throw Stop()
                }
            }
            #expect(try await house.balance(p1) == Sun(100))
            #expect(try await house.books.charge([item], at: House.now).first?.result == .charged)
        }
    }

    @Test(arguments: [true, false])
    func aChargeWaitsForTheTransactionBeforeItAndSeesWhatThatLeft(commits: Bool) async throws {
        struct Undo: Error {}
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(100, to: p1)
            let (first, second) = (try charge(60, p1), try charge(60, p1))
            let (started, signal) = AsyncStream.makeStream(of: Void.self)
            @Sendable func chargeSecond() async throws -> [ChargeAnswer] {
                for await _ in started { break }
                return try await house.books.charge([second], at: House.now)
            }
            async let later = chargeSecond()
            do {
                try await house.client.withTransaction { transaction in
                    _ = try await Books(in: transaction).charge([first], at: House.now)
                    signal.finish()
                    // Ends only once the other one waits for the balance.
                    try await house.untilWaiting()
                    if !commits { throw Undo() }
                }
            } catch is Undo {}
            let answers = try await later
            #expect(answers.map(\.result) == [commits ? .insufficient : .charged])
            #expect(try await house.balance(p1) == Sun(40))
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func aPartnersChargesDoNotWaitForAnothersTransaction() async throws {
        try await House.with { house in
            let (p1, p2) = (try PartnerID.named("p1"), try PartnerID.named("p2"))
            for id in [p1, p2] { try await house.deposit(1000, to: id) }
            // Both meet the same revenue accounts.
            try await house.client.withTransaction { transaction in
                _ = try await Books(in: transaction).charge([try charge(10, p1)], at: House.now)
                try await house.client.withTransaction { other in
                    try await other.execute("SET LOCAL lock_timeout = '10s'")
                    let answers = try await Books(in: other).charge([try charge(10, p2)], at: House.now)
                    #expect(answers.first?.result == .charged)
                }
            }
            #expect(try await house.findings().isEmpty)
        }
    }

    /// Enough entries that the turnover of the house's accounts is folded several times.
    @Test func houseBalancesAreRightAcrossFolds() async throws {
        try await House.with(poolSize: 6) { house in
            let ids = try ["p1", "p2", "p3"].map { try PartnerID.named($0) }
            for id in ids { try await house.deposit(1_000_000_000, to: id) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<6 {
                    group.addTask {
                        for _ in 0..<8 {
                            let charges = try (0..<150).map { _ in try charge(1000, ids[worker % 3]) }
                            _ = try await house.client.withTransaction {
                                try await Books(in: $0).charge(charges, at: House.now)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let revenue = try await house.books.houseBalances().first { $0.code == "fee" }
            #expect(revenue?.balance == Sun(6 * 8 * 150 * 3))
            let folded = try await house.client.queryOne(
                "SELECT balance_sun FROM ledger.balance JOIN ledger.account USING (account_id) WHERE code = 'fee'",
                as: Sun.self
            )
            #expect(folded.map { $0 > .zero } == true, "nothing was folded")
            #expect(try await house.findings().isEmpty)
        }
    }
}
