internal import ArgumentParser
internal import FoundationEssentials
internal import Models
internal import Planning
internal import TestSupport
internal import Testing

@testable import BusbarCLI

/// `busbar supplier list` and `busbar purchases` on what the allocator has stored.
@Suite struct PurchaseViewTests {
    private let now = Timestamp(milliseconds: 1_795_000_000_000)

    private func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    private func fill(_ house: House) async throws {
        func ago(_ seconds: Int64) -> String { "'\(now - .seconds(seconds))'" }
        var health = SupplierHealth()
        for number in 1...4 {
            health.learn(.fill(number != 4))
            health.learn(.timeToChain(.milliseconds(Int64(number) * 1000)))
        }
        health.learn(.price(quoted: Sun(1000), charged: Sun(1000)))
        health.learn(.price(quoted: Sun(1000), charged: Sun(1100)))
        health.learn(.kept(ordered: .seconds(1000), kept: .seconds(985)))
        var open = CircuitBreaker()
        var random = SystemRandomNumberGenerator()
        let fault = SupplierFault(.maintenance, .answered, "back soon", retryAfter: .seconds(60))
        open.failed(fault, now: now, using: &random)
        let closed = try json(CircuitBreaker())
        let nothing = try json(SupplierHealth())
        let offer = #"{"prices":[{"seconds":3600,"price":38000000,"fee":0},{"seconds":600,"price":37500000,"fee":0}]}"#
        try await house.operations.withRegistry { registry, _ in
            for name in ["tronzap", "catfee", "tronnrg", "justlend", "new"] {
                let id = try #require(SupplierID(name))
                _ = try await registry.addSupplier(id, kind: id, rank: nil, settings: [:])
            }
        }
        try await house.database.sql(
            """
            INSERT INTO allocator.supplier_state VALUES
            ('tronzap', '\(offer)', \(ago(75)), 12500000, '\(closed)', '\(try json(health))', NULL, \(ago(0))),
            ('catfee', '\(offer)', \(ago(5)), NULL, '\(try json(open))', '\(nothing)', '\(fault)', \(ago(0))),
            ('tronnrg', '\(offer)', \(ago(121)), 1, '\(closed)', '\(nothing)', NULL, \(ago(0))),
            ('justlend', NULL, NULL, NULL, '\(closed)', '\(nothing)', 'noAnswer', \(ago(0)))
            """
        )
        for (number, state) in ["proven", "failed", "refunded"].enumerated() {
            let id = "00000000-0000-7000-8000-00000000000\(number)"
            let wallet = "\\x41" + String(repeating: "0\(number)", count: 20)
            try await house.database.sql(
                """
                INSERT INTO allocator.acquisition (acquisition_id, wallet, source, energy, allocations, state, started_at)
                VALUES ('\(id)', '\(wallet)', 'tronzap', 65000, 1, 'failed', \(ago(60)))
                """,
                """
                INSERT INTO allocator.purchase (acquisition_id, order_key, supplier_id, wallet, state, life, prepared,
                       ordered_energy, energy, quoted_sun, charged_sun, refunded_sun, created_at, placed_at, proven_at,
                       updated_at, reason)
                VALUES ('\(id)', 'key-\(number)', '\(number == 2 ? "catfee" : "tronzap")', '\(wallet)', '\(state)', '{}', '{}',
                        65000, \(number == 0 ? 65_000 : 0), 2470000, \(number == 1 ? "NULL" : "2470001"),
                        \(number == 2 ? 2_470_001 : 0), \(ago(60 - Int64(number))), \(ago(59)),
                        \(number == 0 ? "\(ago(57))" : "NULL"), \(ago(0)), \(number == 1 ? "'priceChanged: 3 sun'" : "NULL"))
                """
            )
        }
    }

    @Test func suppliersAreShownWithWhatIsKnownOfThem() async throws {
        try await House.with { house in
            try await fill(house)
            let suppliers = try await house.operations.withPostgres {
                try await SupplierView.suppliers(at: now, in: $0)
            }
            #expect(suppliers.map(\.purchases) == [2, 1, 0, 0, 0])
            #expect(suppliers[0].obstacle == nil)
            #expect(suppliers[1].obstacle?.hasPrefix("left alone until 2026-11-") == true)
            #expect(
                suppliers[2...].map(\.obstacle) == ["its price is too old", "no price yet", "not asked yet"]
            )
            let lines = SupplierList.lines(suppliers)
            func has(_ parts: String...) -> Bool { lines.contains { line in parts.allSatisfy { line.contains($0) } } }
            #expect(
                has(
                    "tronzap",
                    "37.5",
                    "1 min 15 s",
                    "12.500000",
                    "75.0 %",
                    "2.0 s",
                    "4.0 s",
                    "50.0 %",
                    "98.5 %",
                    "available"
                )
            )
            #expect(has("catfee", "left alone until", "; last call: ", "back soon"))
            #expect(has("justlend", "no price yet; last call: noAnswer"))
            let tree = try #require(JSONTree(body: Array(JSONOutput.line(suppliers).utf8)))
            guard case .list(let rows) = tree else { return #expect(Bool(false), "not a list") }
            #expect(rows[0]["available"] == .flag(true) && rows[0]["price"] == .text("37.5"))
            #expect(rows[0]["price_age_seconds"] == .integer(75) && rows[0]["balance_sun"] == .integer(12_500_000))
            #expect(rows[0]["fill_rate_permille"] == .integer(750) && rows[0]["purchases_measured"] == .integer(4))
            #expect(
                rows[0]["time_to_chain_p50_ms"] == .integer(2000) && rows[0]["duration_kept_permille"] == .integer(985)
            )
            #expect(rows[1]["available"] == .flag(false) && rows[1]["balance_sun"] == nil)
            // A pause that is over lets a call through.
            let later = try await house.operations.withPostgres {
                try await SupplierView.suppliers(at: now + .seconds(61), in: $0)
            }
            #expect(later[1].obstacle == nil && later[0].obstacle == "its price is too old")
        }
    }

    @Test func purchasesAreShownTheNewestFirst() async throws {
        try await House.with { house in
            try await fill(house)
            func keys(_ arguments: String...) async throws -> [String] {
                let command = try PurchasesCommand.parse(arguments)
                return try await house.operations.withPostgres {
                    try await PurchaseView.newest(command.limit, of: command.supplier, in: command.state, on: $0)
                }.map(\.key)
            }
            #expect(try await keys() == ["key-2", "key-1", "key-0"])
            #expect(try await keys("--limit", "1") == ["key-2"])
            #expect(try await keys("--supplier", "tronzap") == ["key-1", "key-0"])
            #expect(try await keys("--state", "failed") == ["key-1"])
            #expect(try await keys("--supplier", "catfee", "--state", "failed") == [])
            let all = try await house.operations.withPostgres {
                try await PurchaseView.newest(20, of: nil, in: nil, on: $0)
            }
            #expect(all[2].timeToChain == 2000 && all[0].timeToChain == nil && all[1].charged == nil)
            let lines = PurchasesCommand.table(all).lines()
            #expect(lines.count == 4)
            #expect(["2.470000", "2.470001", "refunded", "T"].allSatisfy { lines[1].contains($0) })
            #expect(lines[2].hasSuffix("priceChanged: 3 sun"))
        }
    }

    @Test(arguments: [
        ["--state", "lost"], ["--limit", "0"], ["--limit", "10001"], ["--supplier", "Tron Zap"],
    ])
    func whatMakesNoSenseIsRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { _ = try PurchasesCommand.parse(arguments) }
    }
}
