internal import Models
internal import Planning
internal import Storage
internal import Testing

@testable import Allocator

/// Stored needs when the token contract becomes dearer.
struct NeedFactorTests {
    private func cycle(_ books: Books, newFactor: Int64?) async throws -> CycleTransaction.Result {
        var cycle = Books.transaction(books.view(first: false), SigningLimits(), now: Books.start)
        cycle.newFactor = newFactor
        return try await books.client.withTransaction { [cycle] in try await cycle.run(in: $0) }
    }

    private func stored(_ books: Books) async throws -> [String] {
        try await books.client.query(
            """
            SELECT format('%s %s %s %s', w.withdrawal_id, w.state, w.need_energy, w.need_factor)
              FROM allocator.withdrawal w ORDER BY w.withdrawal_id
            """,
            as: String.self
        )
    }

    @Test func whatWaitsNeedsMoreAndAPromiseThatWouldNotDoIsRevoked() async throws {
        try await Books.with { books in
            try await books.advance(to: Books.head + 1, energy: [0: 60_000])
            try await books.request("told", wallet: 0)
            try await books.request("waiting", wallet: 1)
            try await books.client.execute("UPDATE allocator.withdrawal SET need_factor = 10000")
            #expect(try await stored(books) == ["told ready 50000 10000", "waiting acquiring 50000 10000"])
            let same = try await cycle(books, newFactor: 10_000)
            #expect(same.renewedNeeds == 0 && same.notices.isEmpty)
            let risen = try await cycle(books, newFactor: 20_000)
            #expect(risen.renewedNeeds == 2)
            #expect(risen.notices.count == 1)
            #expect(try await stored(books) == ["told acquiring 75000 20000", "waiting acquiring 75000 20000"])
            let outdated = try await NeedStore.walletsOutdated(by: 20_000, in: books.client)
            #expect(outdated == [])
            #expect(try await cycle(books, newFactor: nil).renewedNeeds == 0)
            #expect(try await books.audit() == [])
        }
    }

    @Test func aSimulationSaysWhetherItWasMadeUnderAFactor() {
        let simulated = Simulation.executes(Energy(64_285), penalty: Energy(49_675))
        #expect(simulated.agrees(with: 34_000))
        #expect(!simulated.agrees(with: 17_000) && !simulated.agrees(with: 0))
        #expect(Simulation.executes(Energy(14_610), penalty: .zero).agrees(with: 0))
        #expect(!Simulation.executes(Energy(14_610), penalty: .zero).agrees(with: 34_000))
    }

    @Test func needsAreLookedThroughForAWhileAfterTheFactorChanged() {
        var watch = RenewalWatch<Int64>()
        let start = ContinuousClock.now
        #expect(watch.renewing(by: nil, at: start) == nil)
        #expect(watch.renewing(by: 7, at: start) == 7, "another replica may have missed a change")
        #expect(watch.renewing(by: 7, at: start + .seconds(89)) == 7)
        #expect(watch.renewing(by: 7, at: start + .seconds(90)) == nil)
        #expect(watch.renewing(by: 8, at: start + .seconds(91)) == 8)
        watch.extend(at: start + .seconds(170))
        #expect(watch.renewing(by: 8, at: start + .seconds(250)) == 8)
    }
}
