internal import Models
internal import Storage
internal import Testing

@testable import Allocator

/// Changes of the registry are announced in their order, once each.
struct AnnouncementTests {
    private func take(_ books: Books, _ limit: Int = 100) async throws -> [PolicyChanged] {
        try await books.client.withTransaction { try await AnnouncementStore.take(limit, in: $0) }
    }

    private func addPartner(_ name: String, in connection: some PostgresQuerying) async throws {
        try await connection.execute(
            "SELECT registry.add_partner(\(Books.start), 'alice', \(name), 'Exchange', ARRAY[\(name)])"
        )
    }

    @Test func everyChangeIsAnnouncedOnceInItsOrder() async throws {
        try await Books.with { books in
            _ = try await take(books)
            #expect(try await AnnouncementStore.isAnyDue(in: books.client) == false)
            let address = Books.address(77)
            try await addPartner("p42", in: books.client)
            try await books.client.execute(
                "SELECT registry.add_hot_wallet(\(Books.start), 'alice', \(address), 'p42', 'hot-1')"
            )
            try await books.client.execute(
                """
                SELECT registry.set_partner_terms(\(Books.start), 'bob', 'p42', '{"margin_permille": 50, "fee_sun": null}')
                """
            )
            // Of money and of messages that were moved the registry's listeners need not hear.
            for action in ["partner.credit", "user.credit", "parked.drop"] {
                try await books.client.execute(
                    "SELECT registry.record(\(Books.start), 'bob', \(action), 'p42', '{}')"
                )
            }
            #expect(try await AnnouncementStore.isAnyDue(in: books.client))
            let first = try await take(books, 2)
            #expect(first.map(\.action) == ["partner.add", "wallet.add"])
            #expect(first.last?.subject == address.base58)
            #expect(first.last?.detail == ["partner": "p42", "label": "hot-1"])
            let second = try await take(books)
            #expect(second.map(\.action) == ["partner.terms"])
            #expect(second.first?.actor == "bob")
            #expect(second.first?.detail == ["margin_permille": "50", "fee_sun": nil])
            #expect(try await take(books).isEmpty)
            #expect(try await AnnouncementStore.isAnyDue(in: books.client) == false)
        }
    }

    /// Many change at once while one announces: none is passed over, however late it commits.
    @Test func whatCommitsLateIsNotPassedOver() async throws {
        try await Books.with { books in
            _ = try await take(books)
            let names = (1...40).map { "p\($0)" }
            let heard = try await withThrowingTaskGroup(of: [String].self) { group in
                for name in names {
                    group.addTask {
                        try await books.client.withTransaction { transaction in
                            try await addPartner(name, in: transaction)
                            try await transaction.execute("SELECT pg_sleep(0.01)")
                        }
                        return []
                    }
                }
                for _ in 0..<2 {
                    group.addTask {
                        var subjects: [String] = []
                        for _ in 0..<30 { subjects += try await take(books, 3).map(\.subject) }
                        return subjects
                    }
                }
                return try await group.reduce(into: [String]()) { $0 += $1 }
            }
            let all = try await heard + take(books).map(\.subject)
            #expect(all.sorted() == names.sorted())
        }
    }
}
