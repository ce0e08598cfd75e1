internal import Models
internal import Planning
internal import Storage
internal import TestSupport
internal import Testing

@testable import Allocator

/// Each withdrawal of these tests costs 51,000 sun.
@Suite struct ChargingTests {
    private func names(_ notices: [WithdrawalNotice]) -> [String] {
        notices.map { notice in
            switch notice {
            case .ready(let event): "\(event.withdrawalID) ready \(event.cost?.total ?? .zero)"
            case .short(let event): "\(event.withdrawalID) short \(event.reason.rawValue) \(event.cost?.total ?? .zero)"
            case .settled(let event): "\(event.withdrawalID) settled \(event.cost?.total ?? .zero)"
            default: "\(notice.event.withdrawalID) \(type(of: notice.event).name.type)"
            }
        }
    }

    /// Wallets with energy for ten withdrawals each, at a price.
    private func withEnergy(deposit: Sun, _ body: (Books) async throws -> Void) async throws {
        try await Books.with(deposit: deposit) { books in
            try await books.advance(to: Books.head + 1, energy: [0: 500_000, 1: 500_000])
            try await books.priceEnergy()
            try await body(books)
            #expect(try await books.findings() == [])
        }
    }

    @Test func whatIsReadyAtOnceIsChargedInTheSameTransaction() async throws {
        try await withEnergy(deposit: Sun(100_000)) { books in
            let notices = try await books.request("w1", wallet: 0, terms: Books.terms)
            #expect(names(notices) == ["w1 ready 51000"])
            #expect(try await books.balance == Sun(49_000))
            #expect(try await books.debits(of: "w1") == ["own_stake 51000 open"])
            let source = try await books.client.query("SELECT source FROM allocator.allocation", as: String.self)
            #expect(source == ["own_stake"])
        }
    }

    @Test func anEmptyBalanceIsAShortageThatEndsWithADeposit() async throws {
        try await withEnergy(deposit: Sun(60_000)) { books in
            try await books.request("w1", wallet: 0, terms: Books.terms)
            let poor = try await books.request("w2", wallet: 0, terms: Books.terms)
            #expect(names(poor) == ["w2 short insufficient_balance 51000"])
            #expect(try await books.balance == Sun(9_000))
            let promised = try await books.client.query(
                "SELECT promised_energy FROM allocator.wallet_position WHERE wallet = \(Books.wallets[0])",
                as: Energy.self
            )
            #expect(promised == [Energy(50_000)], "what it cannot pay for is free for others")

            let entries = try await books.client.query("SELECT count(*) FROM ledger.entry", as: Int64.self)
            for block in 2...4 {
                let quiet = try await books.advance(to: Books.head + Int64(block))
                #expect(quiet.notices.isEmpty, "it was told before")
                #expect(quiet.signed == 0, "nothing is brought for who cannot pay")
            }
            #expect(try await books.client.query("SELECT count(*) FROM ledger.entry", as: Int64.self) == entries)

            try await books.credit(Sun(42_000))
            #expect(names(try await books.advance(to: Books.head + 5).notices) == ["w2 ready 51000"])
            #expect(try await books.balance == .zero)
        }
    }

    @Test func whatCostsMoreThanItMayIsShort() async throws {
        try await withEnergy(deposit: Sun(1_000_000)) { books in
            let notices = try await books.request("w1", wallet: 0, maxCost: Sun(50_999), terms: Books.terms)
            #expect(names(notices) == ["w1 short max_cost 51000"])
            #expect(names(try await books.advance(to: Books.head + 2).notices) == [])
            let cheaper = PricingTerms(marginPermille: 0, fee: Sun(999))
            let after = try await books.advance(to: Books.head + 3, terms: cheaper)
            #expect(names(after.notices) == ["w1 ready 50999"])
        }
    }

    @Test func whatIsGivenUpComesBackWhereItsEnergyStays() async throws {
        try await withEnergy(deposit: Sun(1_000_000)) { books in
            try await books.request("w1", wallet: 0, terms: Books.terms)
            try await books.command("w1", .givenUp)
            #expect(try await books.balance == Sun(1_000_000))
            #expect(try await books.debits(of: "w1") == ["own_stake 51000 refunded given_up"])
            try await books.command("w1", .givenUp)
            #expect(try await books.balance == Sun(1_000_000), "once")
        }
    }

    @Test func whatIsGivenUpIsPaidForWhereThatIsTheRule() async throws {
        let always = PricingTerms(marginPermille: 0, fee: Sun(1000), chargeRule: .always)
        try await withEnergy(deposit: Sun(1_000_000)) { books in
            try await books.request("w1", wallet: 0, terms: always)
            try await books.command("w1", .givenUp, terms: always)
            #expect(try await books.balance == Sun(1_000_000) - Books.price)
        }
    }

    /// Out of the last money: what comes back pays for the next promise, in the same transaction.
    @Test func whatIsRevokedIsChargedAgainAtTheNextPromise() async throws {
        try await withEnergy(deposit: Books.price) { books in
            try await books.request("w1", wallet: 0, terms: Books.terms)
            let lost = try await books.advance(to: Books.head + 2, energy: [0: 1000])
            #expect(names(lost.notices).first == "w1 withdrawal.revoked")
            #expect(try await books.balance == Books.price)
            let back = try await books.advance(to: Books.head + 3, energy: [0: 60_000])
            #expect(names(back.notices) == ["w1 ready 51000"])
            #expect(
                try await books.debits(of: "w1") == ["own_stake 51000 refunded revoked", "own_stake 51000 open"]
            )
        }
    }

    @Test(arguments: [true, false])
    func aTransferThatComesAfterTheRevocationIsChargedAgainWhereItCan(isPaid: Bool) async throws {
        try await withEnergy(deposit: Books.price) { books in
            try await books.request("w1", wallet: 0, terms: Books.terms)
            try await books.advance(to: Books.head + 2, energy: [0: 1000])
            if !isPaid { try await books.credit(Sun(-1)) }
            let bytes = [UInt8](repeating: 9, count: 32)
            let txid = try #require(TransactionID(bytes: bytes))
            let transfer = ObservedTransfer(
                txid: txid,
                block: Books.head + 3,
                wallet: Books.wallets[0],
                recipient: Books.address(900),
                units: 1,
                succeeded: true
            )
            let seen = try await books.advance(to: Books.head + 3, energy: [0: 1000], transfers: [transfer])
            #expect(seen.uncharged == (isPaid ? 0 : 1))
            let charged = try await books.debits(of: "w1")
            #expect(charged.last == (isPaid ? "own_stake 51000 open" : "own_stake 51000 refunded revoked"))
        }
    }

    @Test func energyThatIsBroughtCostsWhatItWasPlannedAt() async throws {
        try await Books.with(deposit: Sun(1_000_000)) { books in
            try await books.request("w1", wallet: 0, terms: Books.terms)
            #expect(try await books.advance(to: Books.head + 1, energy: [0: 0]).signed == 1)
            let planned = try await books.client.query(
                "SELECT source, energy_price FROM allocator.acquisition",
                as: (String, Int64).self
            )
            #expect(planned.map(\.0) == ["own_stake"] && planned.map(\.1) == [2_000_000])
            try await books.client.execute(
                "UPDATE allocator.acquisition SET state = 'proven', proven_at = \(Books.start)"
            )
            try await books.client.withTransaction { transaction in
                try await PositionStore.takeOverEnergy(at: [Books.wallets[0]], in: transaction)
            }
            let ready = try await books.advance(to: Books.head + 2, energy: [0: 60_000])
            #expect(names(ready.notices) == ["w1 ready 101000"], "50,000 at two sun, and the fee")
            #expect(try await books.findings() == [])
        }
    }

    /// Who has nothing keeps nobody else from the energy of the wallet that they share.
    @Test func usersPayOutOfTheirOwnBalances() async throws {
        let terms = PricingTerms(marginPermille: 0, fee: Sun(1000), payer: .user)
        try await withEnergy(deposit: Sun(1_000_000)) { books in
            try await books.credit(Books.price, user: "alice")
            let poor = try await books.request("b1", wallet: 0, user: "bob", terms: terms)
            #expect(names(poor) == ["b1 short insufficient_balance 51000"])
            let rich = try await books.request("a1", wallet: 0, user: "alice", terms: terms)
            #expect(names(rich) == ["a1 ready 51000"], "at once")
            let nobody = try await books.request("n1", wallet: 0, terms: terms)
            #expect(names(nobody) == ["n1 ready 51000"], "without a user the partner pays")
            #expect(try await books.balance == Sun(1_000_000) - Books.price)
            try await books.credit(Books.price, user: "bob")
            #expect(names(try await books.advance(to: Books.head + 2, terms: terms).notices) == ["b1 ready 51000"])
        }
    }

    /// Refunds and charges of many payers in one transaction, in any order, beside batches that charge them.
    @Test func manyPayersAtOnceWaitForNobodyForEver() async throws {
        let terms = PricingTerms(marginPermille: 0, fee: Sun(1000), payer: .user)
        try await withEnergy(deposit: .zero) { books in
            for user in 0..<5 { try await books.credit(Sun(Books.price.rawValue * 6), user: "u\(user)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for replica in 0..<3 {
                    group.addTask {
                        for number in 0..<8 {
                            try await books.request(
                                "w\(replica)-\(number)",
                                wallet: (replica + number) % 2,
                                user: "u\((replica * 3 + number * 2) % 5)",
                                terms: terms
                            )
                        }
                    }
                }
                group.addTask {
                    for block in 2...9 {
                        let energy: [Int: Int64] = block % 2 == 0 ? [0: 90_000, 1: 500_000] : [0: 500_000, 1: 120_000]
                        try await books.advance(to: Books.head + Int64(block), energy: energy, terms: terms)
                    }
                }
                try await group.waitForAll()
            }
            let deadlocks = try await books.client.query(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
                as: Int64.self
            )
            #expect(deadlocks == [0])
        }
    }

    /// Batches of several replicas, cycles and commands on one balance: nothing is charged twice, and nobody waits for ever.
    @Test func everybodyAtOnceLeavesCleanBooks() async throws {
        let affordable = 12
        try await Books.with(deposit: Sun(Books.price.rawValue * Int64(affordable))) { books in
            try await books.advance(to: Books.head + 1, energy: [0: 500_000, 1: 500_000, 2: 500_000, 3: 500_000])
            try await books.priceEnergy()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for replica in 0..<4 {
                    group.addTask {
                        for number in 0..<6 {
                            try await books.request(
                                "w\(replica)-\(number)",
                                wallet: (replica + number) % 4,
                                terms: Books.terms
                            )
                            if number == 3 { try await books.command("w\(replica)-0", .givenUp) }
                        }
                    }
                }
                group.addTask {
                    for block in 2...8 { try await books.advance(to: Books.head + Int64(block), energy: [1: 400_000]) }
                }
                try await group.waitForAll()
            }
            try await books.advance(to: Books.head + 9, energy: [0: 500_000])
            let held = try await books.client.query(
                "SELECT count(*) FROM allocator.promise WHERE closed_at IS NULL",
                as: Int64.self
            )
            #expect(held == [Int64(affordable)])
            #expect(try await books.balance == .zero)
            #expect(try await books.findings() == [])
        }
    }
}
