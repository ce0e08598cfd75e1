internal import Models
internal import Planning
internal import Storage
internal import Testing

@testable import Allocator

/// Stored promises when energy's fee changes.
struct FeeLimitTests {
    private func cycle(_ books: Books, fee: Int64, isNew: Bool = true) async throws -> CycleTransaction.Result {
        var cycle = Books.transaction(
            books.view(first: false),
            SigningLimits(),
            terms: Books.terms,
            prices: ChainPrices(energyPrice: Sun(fee), bandwidthPrice: Sun(1000)),
            now: Books.start
        )
        cycle.newEnergyFee = isNew ? Sun(fee) : nil
        return try await books.client.withTransaction { [cycle] in try await cycle.run(in: $0) }
    }

    private func stored(_ books: Books) async throws -> [String] {
        try await books.client.query(
            """
            SELECT format('%s %s %s', withdrawal_id, state, coalesce(fee_limit_sun::text, '-'))
              FROM allocator.withdrawal ORDER BY withdrawal_id
            """,
            as: String.self
        )
    }

    private func told(_ result: CycleTransaction.Result) -> [String] {
        result.notices.map { notice in
            switch notice {
            case .ready(let event): "\(event.withdrawalID) ready \(event.feeLimit.rawValue)"
            case .revoked(let event): "\(event.withdrawalID) \(event.reason.rawValue)"
            default: "\(notice)"
            }
        }
    }

    @Test func aPromiseIsRevokedAndMadeAgainByTheRisenFee() async throws {
        try await Books.with { books in
            try await books.advance(to: Books.head + 1, energy: [0: 200_000])
            try await books.priceEnergy()
            for id in ["late", "seen", "told"] { try await books.request(id, wallet: 0, terms: Books.terms) }
            try await books.request("waiting", wallet: 1, terms: Books.terms)
            let txid = try #require(TransactionID(bytes: [UInt8](repeating: 9, count: 32)))
            try await books.command("seen", .sent(txid))
            let before = [
                "late ready 5000000", "seen ready 5000000", "told ready 5000000", "waiting acquiring -",
            ]
            #expect(try await stored(books) == before)

            _ = try await cycle(books, fee: 100)
            let fallen = try await cycle(books, fee: 99)
            #expect(fallen.outgrownLimits == 0 && told(fallen) == [])
            #expect(try await stored(books) == before)

            let risen = try await cycle(books, fee: 210)
            #expect(risen.outgrownLimits == 2)
            #expect(
                Set(told(risen)) == [
                    "late need_rose", "told need_rose", "late ready 10500000", "told ready 10500000",
                ]
            )
            let after = [
                "late ready 10500000", "seen ready 5000000", "told ready 10500000", "waiting acquiring -",
            ]
            #expect(try await stored(books) == after)
            #expect(try await NeedStore.walletsOutgrown(by: Sun(210), in: books.client) == [])
            #expect(try await NeedStore.walletsOutgrown(by: Sun(211), in: books.client) == [Books.wallets[0]])
            #expect(try await cycle(books, fee: 210).outgrownLimits == 0)
            #expect(try await books.debits(of: "told") == ["own_stake 51000 refunded revoked", "own_stake 51000 open"])

            // By the old limit, sent before anybody heard of it.
            let transfer = ObservedTransfer(
                txid: try #require(TransactionID(bytes: [UInt8](repeating: 8, count: 32))),
                block: Books.head + 1,
                wallet: Books.wallets[0],
                recipient: Books.address(900),
                units: 1,
                succeeded: true
            )
            try await books.advance(to: Books.head + 1, energy: [0: 200_000], transfers: [transfer])
            let used = try await books.client.query(
                "SELECT close_reason FROM allocator.promise WHERE closed_block = \(Books.head + 1)",
                as: String.self
            )
            #expect(used == ["used"])
            #expect(try await books.findings() == [])
        }
    }

    @Test func whileNothingSaysThatTheFeeIsAnotherNothingIsLookedThrough() async throws {
        try await Books.with { books in
            try await books.advance(to: Books.head + 1, energy: [0: 60_000])
            try await books.request("told", wallet: 0)
            #expect(try await cycle(books, fee: 210, isNew: false).outgrownLimits == 0)
            #expect(try await stored(books) == ["told ready 5000000"])
        }
    }

    @Test func pricesThatWereNotReadLatelyAreNotRecent() async throws {
        let reader = PriceReader { Books.prices }
        #expect(reader.recent() == nil && reader.latest == nil)
        _ = try await reader.current()
        #expect(reader.recent() == Books.prices)
        #expect(reader.recent(at: .now + .seconds(60)) == nil)
        #expect(reader.latest == Books.prices)
    }
}
