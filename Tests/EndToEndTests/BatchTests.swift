internal import Models
internal import Testing

extension EndToEndTests {
    /// Requests that belong together, and their summary.
    @Suite(
        .serialized,
        SharedStack(
            wallets: 3,
            variables: [
                "BUSBAR_ALLOCATOR_POLL_INTERVAL": "200ms", "BUSBAR_ALLOCATOR_IDLE_HOLD": "5s",
                "BUSBAR_ALLOCATOR_SEND_WINDOW": "900s", "BUSBAR_ALLOCATOR_SHORTAGE_LIMIT": "7200s",
                // So long that the allocator can be killed between the last outcome and the summary.
                "BUSBAR_ALLOCATOR_BATCH_QUIET": "3600s",
            ]
        )
    )
    struct Batches {
        @Test func aBatchWhoseSizeIsKnownIsSummedUpAtOnceAndAgainForALatecomer() async throws {
            let ground = try SharedStack.current()
            let upstream = ground.upstream
            let fields = ["batch_id": #""sized""#, "batch_size": "2"]
            for number in 0..<2 { try await upstream.request("sized-\(number)", wallet: number, with: fields) }
            let first = try await upstream.summary(of: "sized", sequence: 1)
            #expect(first.members == 2 && first.settled == 2 && first.batchSize == 2)
            #expect(first.partner == upstream.partner.id.rawValue)
            upstream.expectSettled(["sized-0", "sized-1"])
            try await upstream.request("sized-2", wallet: 2, with: fields)
            let second = try await upstream.summary(of: "sized", sequence: 2)
            #expect(second.members == 3 && second.settled == 3)
            try await ground.stack.expectClean(upstream)
        }

        /// Comes last: it turns the clock.
        @Test func nothingIsLostWhenTheAllocatorDiesBetweenTheLastOutcomeAndTheSummary() async throws {
            let ground = try SharedStack.current()
            let (stack, upstream) = (ground.stack, ground.upstream)
            let fields = ["batch_id": #""salaries""#]
            // The fee alone is more than these may cost: they are short for as long as they last.
            let cheap = fields.merging(["max_cost_sun": "99999"]) { $1 }
            try await upstream.request("unwanted", conduct: .wait, with: cheap)
            let deadline = try await upstream.devnet.now() + .seconds(8)
            let expiring = cheap.merging(["deadline": #""\#(deadline)""#]) { $1 }
            try await upstream.request("too-late", wallet: 1, conduct: .wait, with: expiring)
            try await upstream.event("short", of: "unwanted")
            _ = try await upstream.cancel("unwanted")
            try await upstream.event("cancelled", of: "unwanted")
            try await upstream.event("expired", of: "too-late")
            let paid = ["paid-0", "paid-1", "paid-2"]
            for (wallet, id) in paid.enumerated() { try await upstream.request(id, wallet: wallet, with: fields) }
            for id in paid { try await upstream.event("settled", of: id) }

            let before = try stack.part("allocator").process?.pid
            try stack.kill("allocator")
            #expect(upstream.book.batches.allSatisfy { $0.batch != "salaries" }, "it was told before it was quiet")
            try await upstream.devnet.advance(.seconds(3600))
            try await stack.waitUntilBack("allocator", notAs: before)
            let summary = try await upstream.summary(of: "salaries", sequence: 1)
            #expect(summary.members == 5 && summary.settled == 3 && summary.cancelled == 1 && summary.expired == 1)
            #expect(summary.failed == 0 && summary.batchSize == nil)
            #expect(summary.energyFee == 0)
            upstream.expectSettled(paid)
            // Another round of whoever leads by then adds nothing.
            try await stack.expectReclaimed()
            try await stack.expectClean(upstream)
            #expect(upstream.book.batches.count { $0.batch == "salaries" && $0.sequence != 1 } == 0)
        }
    }
}
