internal import Models
internal import Testing

@testable import BusbarCLI

@Suite struct ChainAuditTests {
    private let wallets = (1...3).compactMap { number in
        TronAddress(evm: [UInt8](repeating: UInt8(number), count: 20))
    }

    private func row(_ pool: String, _ wallet: Int, _ trx: Int64) -> AuditStore.Delegation {
        AuditStore.Delegation(pool: pool, wallet: wallets[wallet], stake: Sun(trx * 1_000_000))
    }

    @Test func equalSidesHaveNoDifference() {
        let rows = [row("house-1", 0, 10), row("house-2", 1, 5)]
        let pools: Set = ["house-1", "house-2"]
        #expect(ChainAudit.differences(books: rows, chain: rows.reversed(), pools: pools).isEmpty)
    }

    @Test func whatOneSideLacksOrHasOtherwiseIsFoundOnce() {
        let found = ChainAudit.differences(
            books: [row("house-1", 0, 10), row("house-1", 1, 7)],
            chain: [row("house-1", 1, 8), row("house-1", 2, 3)],
            pools: ["house-1"]
        )
        #expect(found.count == 3)
        #expect(found.contains { $0.contains(wallets[0].base58) && $0.contains("shows 0 sun") })
        #expect(found.contains { $0.contains("shows 8000000 sun") && $0.contains("have 7000000") })
        #expect(found.contains { $0.contains(wallets[2].base58) && $0.contains("have 0") })
    }

    @Test func aPoolThatIsNotRegisteredIsSaidToBeSo() {
        let found = ChainAudit.differences(books: [row("old", 0, 1)], chain: [], pools: [])
        #expect(found.count == 1)
        #expect(found.first?.contains("not registered") == true)
    }
}
