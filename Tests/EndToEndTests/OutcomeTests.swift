internal import Models
internal import Testing
internal import Tron

extension EndToEndTests {
    /// How withdrawals end that do not simply settle.
    @Suite(
        .serialized,
        SharedStack(
            wallets: 4,
            variables: [
                "BUSBAR_ALLOCATOR_POLL_INTERVAL": "200ms", "BUSBAR_ALLOCATOR_IDLE_HOLD": "5s",
                // Time of the domain, which passes while a slow machine is at work.
                "BUSBAR_ALLOCATOR_SEND_WINDOW": "900s", "BUSBAR_ALLOCATOR_SEND_GRACE": "600s",
                "BUSBAR_ALLOCATOR_SHORTAGE_LIMIT": "600s",
            ]
        )
    )
    struct Outcomes {
        /// The network's stake for energy, as the devnet begins with it and so large that a pool's brings next to nothing.
        private static let usualWeight: Int64 = 19_000_000_000
        private static let hugeWeight: Int64 = 1_000_000_000_000

        private func setWeight(_ weight: Int64, _ devnet: DevnetDriver) async throws {
            try await devnet.post("weight", #"{"resource":"ENERGY","trx":\#(weight)}"#)
        }

        @Test func givenUpWhenReady() async throws {
            let ground = try SharedStack.current()
            try await ground.upstream.request("give-up", conduct: .wait)
            try await ground.upstream.event("ready", of: "give-up")
            _ = try await ground.upstream.giveUp("give-up")
            #expect(try await ground.upstream.event("failed", of: "give-up").reason == "given_up")
            try await ground.stack.expectClean(ground.upstream)
        }

        /// The chain tells what the upstream does not report.
        @Test func settledWithoutAReport() async throws {
            let ground = try SharedStack.current()
            try await ground.upstream.request("unreported", wallet: 1, conduct: .sendOnly)
            try await ground.upstream.event("settled", of: "unreported")
            ground.upstream.expectSettled(["unreported"])
        }

        @Test func aForeignTransferRevokesThePromiseAndItIsMadeAgain() async throws {
            let ground = try SharedStack.current()
            let upstream = ground.upstream
            try await upstream.request("robbed", wallet: 2, conduct: .wait)
            let ready = try await upstream.event("ready", of: "robbed")
            // Somebody sends from the hot wallet without asking, and takes the energy that was promised.
            let foreign = try await upstream.transfer(
                try TokenAmount(parsing: "1"),
                from: upstream.partner.wallets[2],
                to: PrivateKey.random().address,
                feeLimit: Sun(ready.feeLimit ?? 0)
            )
            upstream.book.update("robbed") { $0.conduct = .sendAndSettle }
            try await upstream.broadcast(foreign)
            #expect(try await upstream.event("revoked", of: "robbed").reason == "energy_lost")
            try await upstream.event("settled", of: "robbed")
            upstream.expectSettled(["robbed"])
            #expect(upstream.book["robbed"]?.names.count { $0 == "ready" } == 2)
            try await ground.stack.expectClean(upstream)
        }

        /// More is asked than all pools together can carry: what fits is served, what does not is told short, and is served
        /// when energy comes back.
        @Test func shortWhenThePoolsAreExhausted() async throws {
            let ground = try SharedStack.current()
            let upstream = ground.upstream
            try await ground.stack.expectReclaimed()
            try await setWeight(Self.hugeWeight, upstream.devnet)
            let ids = (0..<70).map { "short-\($0 + 1)" }
            for (number, id) in ids.enumerated() {
                try await upstream.request(id, wallet: number % 4, conduct: .wait)
            }
            let last = "short-cancelled"
            try await upstream.book.wait("some are ready and some short", limit: .seconds(90)) { book in
                let states = ids.compactMap { book[$0]?.newest?.name }
                return states.count == ids.count && states.contains("ready")
                    && states.allSatisfy { ["ready", "short"].contains($0) } && states.contains("short")
            }
            let short = ids.filter { upstream.book[$0]?.newest?.name == "short" }
            #expect(short.allSatisfy { upstream.book[$0]?.newest?.reason == "pools_exhausted" })

            // Whoever does not want to wait cancels.
            try await upstream.request(last, conduct: .wait)
            try await upstream.event("short", of: last)
            _ = try await upstream.cancel(last)
            try await upstream.event("cancelled", of: last)
            // Whoever has a deadline is not kept beyond it.
            let deadline = try await upstream.devnet.now() + .seconds(8)
            try await upstream.request("short-deadline", conduct: .wait, with: ["deadline": #""\#(deadline)""#])
            try await upstream.event("short", of: "short-deadline")
            try await upstream.event("expired", of: "short-deadline")

            for id in ids { upstream.book.update(id) { $0.conduct = .sendAndSettle } }
            try await setWeight(Self.usualWeight, upstream.devnet)
            for id in ids {
                guard let course = upstream.book[id], course.newest?.name == "ready", course.txid == nil else {
                    continue
                }
                let txid = try await upstream.send(course, feeLimit: Sun(course.newest?.feeLimit ?? 0))
                _ = try await upstream.settle(id, txid)
            }
            try await upstream.allEnded()
            upstream.expectSettled(ids)
            try await ground.stack.expectClean(upstream)
        }

        /// A growing network makes stake worth less; what was promised by then and no longer stands is taken back.
        @Test func aGrowingNetworkRevokes() async throws {
            let ground = try SharedStack.current()
            let upstream = ground.upstream
            try await upstream.request("diluted", wallet: 3, conduct: .wait)
            try await upstream.event("ready", of: "diluted")
            try await setWeight(Self.hugeWeight, upstream.devnet)
            #expect(try await upstream.event("revoked", of: "diluted").reason == "energy_lost")
            upstream.book.update("diluted") { $0.conduct = .sendAndSettle }
            try await setWeight(Self.usualWeight, upstream.devnet)
            try await upstream.event("settled", of: "diluted")
            upstream.expectSettled(["diluted"])
            try await ground.stack.expectClean(upstream)
        }

        /// Comes last: it turns the clock.
        @Test func whatIsNeverSentFailsWhenItsTimeHasPassed() async throws {
            let ground = try SharedStack.current()
            let upstream = ground.upstream
            try await upstream.request("forgotten", conduct: .wait)
            try await upstream.event("ready", of: "forgotten")
            try await upstream.devnet.advance(.seconds(905))
            // Within the grace a transfer may still turn up in the solid chain.
            try await upstream.request("meanwhile", wallet: 1)
            try await upstream.event("settled", of: "meanwhile")
            #expect(upstream.book["forgotten"]?.outcome == nil)
            try await upstream.devnet.advance(.seconds(700))
            #expect(try await upstream.event("failed", of: "forgotten").reason == "not_sent")
            try await ground.stack.expectReclaimed()
            try await ground.stack.expectClean(upstream)
        }
    }
}
