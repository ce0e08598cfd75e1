internal import LocalStack
internal import Models
internal import TestSupport
internal import Testing

extension StackUnderTest {
    /// What must hold when everything has been done: the books are right, nothing waits, nothing was made or lost.
    func expectClean(
        _ upstream: Upstream,
        parked: Int = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(upstream.book.violations() == [], sourceLocation: sourceLocation)
        let txids = upstream.book.courses.compactMap { $0.outcome?.txid }
        #expect(Set(txids).count == txids.count, "a transfer settled two withdrawals", sourceLocation: sourceLocation)
        try await waitUntilQueuesAreEmpty()
        // What is under way on the chain just now is in one of two books only.
        let deadline = ContinuousClock.now + .patient(.seconds(30))
        var audit = try await audit()
        while !audit.findings.isEmpty, ContinuousClock.now < deadline { audit = try await self.audit() }
        #expect(audit.findings == [], sourceLocation: sourceLocation)
        #expect(audit.parked.reduce(0) { $0 + $1.count } == parked, sourceLocation: sourceLocation)
        #expect(try await devnet().state().violations == [], sourceLocation: sourceLocation)
    }

    /// Waits until the chain shows no delegation any more: all of it was taken back.
    func expectReclaimed(limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation) async throws
    {
        let deadline = ContinuousClock.now + .patient(limit)
        var left = try await devnet().state().delegations.count { $0.energySun > 0 }
        while left > 0, ContinuousClock.now < deadline {
            // The chain announces nothing.
            try await Task.sleep(for: .milliseconds(300))
            left = try await devnet().state().delegations.count { $0.energySun > 0 }
        }
        #expect(left == 0, "delegations are left", sourceLocation: sourceLocation)
    }
}

extension Upstream {
    /// Expects that all of these settled on promised energy alone.
    func expectSettled(_ ids: [String], sourceLocation: SourceLocation = #_sourceLocation) {
        let outcomes = ids.reduce(into: [:]) { $0[book[$1]?.outcome?.outcome ?? "open", default: 0] += 1 }
        #expect(outcomes == ["settled": ids.count], sourceLocation: sourceLocation)
        let burnt = ids.filter { (book[$0]?.outcome?.energyFee ?? 0) > 0 }
        #expect(burnt.isEmpty, "TRX was burnt for energy", sourceLocation: sourceLocation)
    }
}
