internal import Models
internal import Planning
internal import Storage
internal import Testing

@testable import Allocator

/// Batches in PostgreSQL: the same counts as in memory, told once.
struct BatchTests {
    private static let quiet = Duration.seconds(60)

    private func key(_ id: String) throws -> BatchKey {
        BatchKey(partner: try #require(PartnerID("p42")), id: id)
    }

    private func tell(_ books: Books, at now: Timestamp, limit: Int = 100) async throws -> [BatchCompleted] {
        try await books.client.withTransaction { transaction in
            try await BatchStore.tell(at: now, quiet: Self.quiet, limit: limit, in: transaction)
        }
    }

    private func counts(_ books: Books) async throws -> [Int32] {
        let row = try await books.client.queryOne(
            "SELECT members, open, rejected, sequence FROM allocator.batch WHERE batch_id = 'b-1'",
            as: (Int32, Int32, Int32, Int32).self
        )
        return row.map { [$0.0, $0.1, $0.2, $0.3] } ?? []
    }

    @Test func aBatchIsSummedUpOnceWhenItsLastMemberHasItsOutcome() async throws {
        try await Books.with { books in
            let later = Books.start + .seconds(1)
            try await books.request("alone", wallet: 0)
            #expect(try await counts(books) == [], "no row for a request without batch")
            for number in 0..<3 { try await books.request("m-\(number)", wallet: number, batch: "b-1", size: 3) }
            #expect(try await counts(books) == [3, 3, 0, 0])
            for number in 0..<2 { try await books.cancel("m-\(number)", now: later) }
            #expect(try await tell(books, at: later + .seconds(100)).isEmpty, "a member is open")
            try await books.cancel("m-2", now: later + .seconds(1))
            // Two replicas at once.
            async let one = tell(books, at: later + .seconds(2))
            async let other = tell(books, at: later + .seconds(2))
            let events = try await one + other
            let event = try #require(events.first)
            #expect(events.count == 1)
            #expect(event.members == 3 && event.cancelled == 3 && event.settled == 0)
            #expect(event.size == 3 && event.sequence == 1 && event.rejected == 0)
            #expect(event.cost == nil)
            #expect(event.firstReceivedAt == Books.start && event.lastReceivedAt == Books.start)
            #expect(event.lastOutcomeAt == later + .seconds(1))
            #expect(try await tell(books, at: later + .seconds(1000)).isEmpty)
            // One that comes late opens it again.
            try await books.request("late", wallet: 0, now: later + .seconds(10), batch: "b-1", size: 3)
            #expect(try await tell(books, at: later + .seconds(1000)).isEmpty)
            try await books.cancel("late", now: later + .seconds(11))
            let second = try #require(try await tell(books, at: later + .seconds(11)).first)
            #expect(second.sequence == 2 && second.members == 4 && second.cancelled == 4)
            #expect(try await books.audit() == [])
        }
    }

    @Test func withoutASizeABatchWaitsUntilNobodyComesAnyMore() async throws {
        try await Books.with { books in
            try await books.request("m-1", wallet: 0, batch: "b-1")
            try await books.cancel("m-1", now: Books.start + .seconds(1))
            #expect(try await tell(books, at: Books.start + .seconds(59)).isEmpty)
            #expect(
                try await BatchStore.isAnyDue(at: Books.start + .seconds(59), quiet: Self.quiet, in: books.client)
                    == false
            )
            #expect(try await BatchStore.isAnyDue(at: Books.start + .seconds(60), quiet: Self.quiet, in: books.client))
            #expect(try await tell(books, at: Books.start + .seconds(60)).count == 1)
        }
    }

    @Test func aRequestThatTurnsOutWrongIsNoMember() async throws {
        try await Books.with { books in
            try await books.request("good", wallet: 0, batch: "b-1", size: 2)
            try await books.request("wrong", wallet: 1, batch: "b-1", size: 2, isNeedKnown: false)
            #expect(try await counts(books) == [2, 2, 0, 0])
            try await books.refuse("wrong", now: Books.start + .seconds(1))
            // What is not there any more is not counted twice.
            try await books.refuse("wrong", now: Books.start + .seconds(1))
            #expect(try await counts(books) == [1, 1, 1, 0])
            try await books.cancel("good", now: Books.start + .seconds(2))
            let event = try #require(try await tell(books, at: Books.start + .seconds(2)).first)
            #expect(event.members == 1 && event.rejected == 1 && event.cancelled == 1)
            #expect(try await books.audit() == [])
        }
    }

    /// The rule in SQL is the rule in memory.
    @Test(arguments: [UInt64(1), 2, 3]) func theDatabaseCountsAsTheModelDoes(_ seed: UInt64) async throws {
        try await Books.with { books in
            var random = SeededGenerator(seed: seed)
            let ids = ["a", "b", "c"]
            var model: [BatchKey: BatchProgress] = [:]
            var told = 0
            var now = Books.start
            for step in 0..<60 {
                now = now + .seconds([0, 1, 25, 70].randomElement(using: &random) ?? 0)
                var changes: [BatchKey: BatchChange] = [:]
                for id in ids where Bool.random(using: &random) {
                    let key = try key(id)
                    var change = BatchChange()
                    var open = model[key]?.open ?? 0
                    for _ in 0..<Int.random(in: 1...3, using: &random) {
                        switch Int.random(in: 0...4, using: &random) {
                        case 0, 1:
                            change.arrive(
                                size: Bool.random(using: &random) ? Int.random(in: 1...9, using: &random) : nil
                            )
                            open += 1
                        case 2, 3: if open > 0 { (open, _) = (open - 1, change.end()) }
                        default: if open > 0 { (open, _) = (open - 1, change.reject()) }
                        }
                    }
                    if change != BatchChange() { changes[key] = change }
                }
                if !changes.isEmpty {
                    let statement = BatchStore.statement(changes, now: now)
                    try await books.client.withTransaction { try await $0.pipeline([statement]) }
                }
                for (key, change) in changes { model[key, default: BatchProgress()].take(change, at: now) }
                guard Bool.random(using: &random) else { continue }
                let due = model.filter { $0.value.isDue(at: now, quiet: Self.quiet) }.keys.sorted()
                let events = try await tell(books, at: now)
                #expect(events.map(\.batchID).sorted() == due.map(\.id), "seed \(seed), step \(step)")
                for key in due { model[key]?.tell() }
                for event in events {
                    let batch = model[try key(event.batchID)]
                    #expect(
                        event.members == batch?.members && event.rejected == batch?.rejected,
                        "seed \(seed), step \(step)"
                    )
                    #expect(
                        event.sequence == batch?.sequence && event.size == batch?.size,
                        "seed \(seed), step \(step)"
                    )
                }
                told += events.count
            }
            #expect(told > 3, "seed \(seed): only \(told) summaries")
        }
    }

    private func quote(_ price: Int64, at now: Timestamp) -> Quote {
        Quote(
            source: "own_stake",
            energyPrice: SunPerEnergy(rawValue: price),
            burnPrice: SunPerEnergy(rawValue: 100_000_000),
            bandwidthPrice: Sun(1000),
            activationPrice: Sun(7),
            terms: PricingTerms(marginPermille: 50, fee: Sun(200_000), chargeRule: .always, payer: .user),
            at: now
        )
    }

    @Test func quotesAreReadAsTheyWereStoredAndReplaced() async throws {
        try await Books.with { books in
            let (batch, other) = (try key("b-1"), try key("b-2"))
            for quotes in [
                [batch: quote(10, at: Books.start), other: quote(11, at: Books.start)],
                [batch: quote(20, at: Books.start + .seconds(601))],
            ] {
                try await books.client.withTransaction { try await $0.pipeline([BatchQuoteStore.statement(quotes)]) }
                let read = try await BatchQuoteStore.read(quotes.keys.sorted(), in: books.client)
                #expect(read == quotes)
            }
        }
    }

    @Test func oldBatchesAndQuotesAreForgottenALimitAtATime() async throws {
        try await Books.with { books in
            for number in 0..<3 {
                try await books.request("m-\(number)", wallet: number, batch: number < 2 ? "b-1" : "b-2", size: 1)
            }
            for number in 0..<2 { try await books.cancel("m-\(number)", now: Books.start) }
            #expect(try await tell(books, at: Books.start + .seconds(60)).count == 1)
            let later = Books.start + .seconds(1)
            @Sendable func forget(before moment: Timestamp) async throws -> Int {
                try await BatchStore.forget(before: moment, limit: 10, in: books.client)
            }
            #expect(try await forget(before: Books.start) == 0, "not yet")
            #expect(try await forget(before: later) == 1)
            #expect(try await forget(before: later) == 0, "the other one is not summed up")
            #expect(try await books.audit() == [], "its members are there still")
            // Somebody uses its name again: it is a new batch, and counts its own members alone.
            try await books.request("late", wallet: 0, now: later, batch: "b-1", size: 1)
            try await books.cancel("late", now: later)
            let again = try #require(try await tell(books, at: later).first)
            #expect(again.sequence == 1 && again.members == 1 && again.cancelled == 1)
            #expect(try await books.audit() == [])

            let quotes = try (1...3).reduce(into: [:]) { quotes, number in
                quotes[try key("q-\(number)")] = quote(10, at: Books.start + .seconds(number))
            }
            try await books.client.withTransaction { try await $0.pipeline([BatchQuoteStore.statement(quotes)]) }
            var forgotten: [Int] = []
            for _ in 0..<3 {
                let before = Books.start + .seconds(3)
                forgotten.append(try await BatchQuoteStore.forget(before: before, limit: 1, in: books.client))
            }
            #expect(forgotten == [1, 1, 0])
            #expect(try await BatchQuoteStore.read(quotes.keys.sorted(), in: books.client).count == 1)
        }
    }

    /// The price of energy changes between the members; the batch's does not, for ten minutes.
    @Test func allMembersAreChargedByTheFirstOnesPrice() async throws {
        try await Books.with(deposit: Sun(1_000_000_000)) { books in
            try await books.advance(to: Books.head + 1, energy: [0: 500_000, 1: 500_000])
            func price(_ sun: Int64) async throws {
                try await books.client.execute(
                    "UPDATE allocator.wallet_position SET energy_source = 'own_stake', energy_price = \(sun * 1_000_000)"
                )
            }
            let other = PricingTerms(marginPermille: 100, fee: Sun(5000))
            try await price(1)
            try await books.request("m-1", wallet: 0, terms: Books.terms, batch: "b-1")
            try await price(3)
            try await books.request("m-2", wallet: 1, terms: other, batch: "b-1")
            try await books.request("alone", wallet: 1, terms: other)
            let late = Books.start + .seconds(601)
            try await books.request("m-3", wallet: 0, terms: other, now: late, batch: "b-1")
            #expect(try await books.debits(of: "m-1") == ["own_stake 51000 open"])
            #expect(try await books.debits(of: "m-2") == ["own_stake 51000 open"])
            #expect(try await books.debits(of: "alone") == ["own_stake 170000 open"])
            #expect(try await books.debits(of: "m-3") == ["own_stake 170000 open"])
            #expect(try await books.findings() == [])
        }
    }

    @Test func ofManyWhoAreFirstAtOnceOneFixesThePrice() async throws {
        try await Books.with(deposit: Sun(1_000_000_000)) { books in
            try await books.advance(
                to: Books.head + 1,
                energy: [0: 1_000_000, 1: 1_000_000, 2: 1_000_000, 3: 1_000_000]
            )
            try await books.client.execute(
                """
                UPDATE allocator.wallet_position p SET energy_source = 'own_stake', energy_price = n.o * 1000000
                  FROM (SELECT wallet, row_number() OVER (ORDER BY wallet) AS o FROM allocator.wallet_position) AS n
                 WHERE n.wallet = p.wallet
                """
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        // Their transactions began at moments of their own.
                        let now = Books.start + .milliseconds(Int64(16 - number))
                        let batch = "b-\(number / 4 % 2)"
                        try await books.request(
                            "m-\(number)",
                            wallet: number % 4,
                            terms: Books.terms,
                            now: now,
                            batch: batch
                        )
                    }
                }
                try await group.waitForAll()
            }
            let prices = try await books.client.query(
                """
                SELECT w.batch_id, count(DISTINCT d.energy_price), count(*)
                  FROM ledger.v1_debit d JOIN allocator.withdrawal w USING (partner_id, withdrawal_id)
                 GROUP BY 1 ORDER BY 1
                """,
                as: (String, Int64, Int64).self
            )
            #expect(prices.map(\.0) == ["b-0", "b-1"])
            #expect(prices.allSatisfy { $0.1 == 1 && $0.2 == 8 })
            #expect(try await books.findings() == [])
        }
    }

    @Test func aSummarySaysWhatWasChargedAndNotGivenBack() async throws {
        try await Books.with(deposit: Sun(1_000_000)) { books in
            try await books.advance(to: Books.head + 1, energy: [0: 500_000])
            try await books.priceEnergy()
            for id in ["m-1", "m-2"] {
                try await books.request(id, wallet: 0, terms: Books.terms, batch: "b-1", size: 2)
                try await books.command(id, .givenUp)
            }
            let event = try #require(try await tell(books, at: Books.start).first)
            let left = try await books.balance
            #expect(event.failed == 2)
            #expect(event.cost == Sun(1_000_000) - left)
        }
    }
}

/// SplitMix64.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
