internal import FoundationEssentials
internal import Models
internal import Testing
internal import Tron

extension EndToEndTests {
    /// What withdrawals cost their partners, by what the partners hear and what operations see.
    @Suite(
        .serialized,
        SharedStack(
            wallets: 3,
            variables: ["BUSBAR_ALLOCATOR_POLL_INTERVAL": "200ms", "BUSBAR_ALLOCATOR_IDLE_HOLD": "5s"]
        )
    )
    struct Charging {
        @Test func whatSettlesIsPaidForAndTold() async throws {
            let ground = try SharedStack.current()
            let (stack, upstream) = (ground.stack, ground.upstream)
            let before = try await stack.balance(of: "acme")
            try await upstream.request("paid")
            let settled = try await upstream.event("settled", of: "paid")
            let cost = try #require(settled.cost)
            #expect(cost.source == "own_stake" && cost.total >= 100_000, "the fee at least")
            #expect(try await upstream.event("ready", of: "paid").cost == cost)
            #expect(try await stack.balance(of: "acme") == before - Sun(cost.total))
            try await stack.expectClean(upstream)
        }

        @Test func whatIsGivenUpComesBack() async throws {
            let ground = try SharedStack.current()
            let (stack, upstream) = (ground.stack, ground.upstream)
            let before = try await stack.balance(of: "acme")
            try await upstream.request("unwanted", wallet: 1, conduct: .wait)
            let ready = try await upstream.event("ready", of: "unwanted")
            #expect(try await stack.balance(of: "acme") == before - Sun(try #require(ready.cost).total))
            _ = try await upstream.giveUp("unwanted")
            try await upstream.event("failed", of: "unwanted")
            #expect(try await stack.balance(of: "acme") == before)
            try await stack.expectClean(upstream)
        }

        @Test func whatIsRevokedIsChargedAgain() async throws {
            let ground = try SharedStack.current()
            let (stack, upstream) = (ground.stack, ground.upstream)
            let before = try await stack.balance(of: "acme")
            try await upstream.request("robbed", wallet: 2, conduct: .wait)
            let ready = try await upstream.event("ready", of: "robbed")
            let foreign = try await upstream.transfer(
                try TokenAmount(parsing: "1"),
                from: upstream.partner.wallets[2],
                to: PrivateKey.random().address,
                feeLimit: Sun(ready.feeLimit ?? 0)
            )
            upstream.book.update("robbed") { $0.conduct = .sendAndSettle }
            try await upstream.broadcast(foreign)
            try await upstream.event("revoked", of: "robbed")
            let settled = try await upstream.event("settled", of: "robbed")
            #expect(try await stack.balance(of: "acme") == before - Sun(try #require(settled.cost).total))
            let statement = try await stack.succeed(["statement", "acme", "--entries", "--json"])
            #expect(statement.contains("revoked"))
            try await stack.expectClean(upstream)
        }

        @Test func whatMayNotCostSoMuchIsShort() async throws {
            let ground = try SharedStack.current()
            let upstream = ground.upstream
            try await upstream.request("cheap", conduct: .wait, with: ["max_cost_sun": "99999"])
            let short = try await upstream.event("short", of: "cheap")
            #expect(short.reason == "max_cost" && (short.cost?.total ?? 0) >= 100_000)
            _ = try await upstream.cancel("cheap")
            try await upstream.event("cancelled", of: "cheap")
            try await ground.stack.expectClean(upstream)
        }

        /// Registered, and nothing paid in: short, until operations book a deposit.
        @Test func anEmptyBalanceIsAShortageThatADepositEnds() async throws {
            let ground = try SharedStack.current()
            let stack = ground.stack
            let poor = try await stack.addPartner("poor", wallets: 2, deposit: 0)
            try await Upstream.with(poor, on: stack) { upstream in
                try await upstream.request("first")
                try await upstream.request("second", wallet: 1, conduct: .wait)
                let short = try await upstream.event("short", of: "first")
                #expect(short.reason == "insufficient_balance" && (short.cost?.total ?? 0) >= 100_000)
                #expect(try await upstream.event("short", of: "second").reason == "insufficient_balance")
                _ = try await upstream.cancel("second")
                try await upstream.event("cancelled", of: "second")
                try await stack.credit("poor", trx: "50")
                let settled = try await upstream.event("settled", of: "first")
                #expect(try await stack.balance(of: "poor") == Sun(50_000_000) - Sun(try #require(settled.cost).total))
                try await stack.expectClean(upstream)
            }
        }
    }
}
