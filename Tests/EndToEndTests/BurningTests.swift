internal import Models
internal import Testing

extension EndToEndTests {
    /// Pools that may sign one delegation an hour each, no supplier, and a partner who rather burns than waits.
    @Suite(
        .serialized,
        SharedStack(
            wallets: 3,
            variables: [
                "BUSBAR_ALLOCATOR_POLL_INTERVAL": "200ms", "BUSBAR_ALLOCATOR_IDLE_HOLD": "5s",
                // One transfer to a new holder takes about 14,000 TRX of the devnet's stake.
                "BUSBAR_ALLOCATOR_HOURLY_STAKE_TRX": "20000",
            ]
        )
    )
    struct Burning {
        @Test func withThePartnersConsentItsWalletBurnsWhenNoSourceIsLeft() async throws {
            let ground = try SharedStack.current()
            let (stack, upstream) = (ground.stack, ground.upstream)
            _ = try await stack.succeed(["partner", "policy", "set", "acme", "--partner-fallback", "yes"])
            let within = ["within-0", "within-1"]
            for (wallet, id) in within.enumerated() { try await upstream.request(id, wallet: wallet) }
            for id in within { try await upstream.event("settled", of: id) }

            // Two at one wallet: neither is promised energy that the other may use up.
            let burnt = ["burnt-1", "burnt-2"]
            for id in burnt { try await upstream.request(id, wallet: 2) }
            for id in burnt {
                let fallback = try await upstream.event("fallback", of: id)
                let ready = try await upstream.event("ready", of: id)
                #expect(ready.sequence == fallback.sequence.map { $0 + 1 })
                #expect(ready.method == "burn" && ready.source == "partner_fallback" && ready.energy == 0)
                let settled = try await upstream.event("settled", of: id)
                #expect(settled.energyFee ?? 0 > 0)
            }
            try await stack.expectReclaimed()
            try await stack.expectClean(upstream)
        }
    }
}
