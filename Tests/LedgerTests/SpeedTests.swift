internal import Ledger
internal import Models
internal import Storage
internal import Testing

/// A figure for the log rather than a limit: machines differ, and a busy one would fail for nothing.
@Suite struct SpeedTests {
    @Test func chargesInBatchesOf200() async throws {
        let partners = ["p1", "p2", "p3", "p4"]
        try await House.with(partners: partners, poolSize: 4) { house in
            let ids = try partners.map { try PartnerID.named($0) }
            for id in ids { try await house.deposit(1_000_000_000_000, to: id) }
            let rounds = 6
            let duration = try await ContinuousClock().measure {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for id in ids {
                        group.addTask {
                            for _ in 0..<rounds {
                                let charges = try (0..<200).map { _ in try charge(2_450_500, id) }
                                let answers = try await house.client.withTransaction {
                                    try await Books(in: $0).charge(charges, at: House.now)
                                }
                                #expect(answers.allSatisfy { $0.result == .charged })
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let count = rounds * 200 * ids.count
            let perSecond = Int64(count) * 1000 / max(duration.wholeMilliseconds, 1)
            print("ledger: \(count) charges in batches of 200 by 4 transactions at once: \(perSecond)/s")
            #expect(try await house.findings().isEmpty)
        }
    }
}
