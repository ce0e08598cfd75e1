internal import Models
internal import Testing

extension EndToEndTests {
    /// Two pools that may each sign one delegation an hour and no second.
    @Suite(
        .serialized,
        SharedStack(
            wallets: 3,
            variables: [
                "BUSBAR_ALLOCATOR_POLL_INTERVAL": "200ms", "BUSBAR_ALLOCATOR_IDLE_HOLD": "5s",
                "BUSBAR_ALLOCATOR_SHORTAGE_LIMIT": "7200s",
                // One transfer to a new holder takes about 14,000 TRX of the devnet's stake.
                "BUSBAR_ALLOCATOR_HOURLY_STAKE_TRX": "20000",
            ]
        )
    )
    struct SigningLimit {
        @Test func whatItHoldsBackIsServedWhenTheHourIsOver() async throws {
            let ground = try SharedStack.current()
            let (stack, upstream) = (ground.stack, ground.upstream)
            let within = ["within-0", "within-1"]
            for (wallet, id) in within.enumerated() { try await upstream.request(id, wallet: wallet) }
            for id in within { try await upstream.event("settled", of: id) }
            try await upstream.request("beyond", wallet: 2)
            #expect(try await upstream.event("short", of: "beyond").reason == "signing_limit")
            // The pools' stake is back, and gives nothing back to the limit.
            try await stack.expectReclaimed()
            #expect(upstream.book["beyond"]?.newest?.name == "short")

            try await upstream.devnet.advance(.seconds(3600))
            try await upstream.event("settled", of: "beyond")
            upstream.expectSettled(within + ["beyond"])
            try await stack.expectReclaimed()
            try await stack.expectClean(upstream)
        }
    }
}
