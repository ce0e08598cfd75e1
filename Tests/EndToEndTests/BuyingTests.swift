internal import Glibc
internal import LocalStack
internal import Models
internal import TestSupport
internal import Testing
internal import Tron

/// Which test has which wallet of the partner.
private enum Wallets {
    static let crashes = 0
    static let refusals = 10
    static let ambiguous = 14
    static let dearer = 16
    static let stuck = 17
    static let partial = 18
    static let early = 19
    static let reclaimed = 20
    static let ranked = 21
    static let paused = 25
    static let stuckOnChain = 26
    static let count = 27
}

extension EndToEndTests {
    /// Energy that own stake cannot bring is bought, from TronZap first and from TronNRG next, whatever goes wrong.
    ///
    /// Each test has wallets of its own. What was bought stays there: rentals outlive the tests.
    @Suite(
        .serialized,
        SharedStack(
            wallets: Wallets.count,
            variables: [
                "BUSBAR_ALLOCATOR_POLL_INTERVAL": "200ms", "BUSBAR_ALLOCATOR_IDLE_HOLD": "5s",
                "BUSBAR_ALLOCATOR_QUOTE_INTERVAL": "2s",
                // Own stake brings nothing.
                "BUSBAR_ALLOCATOR_MAXIMUM_STAKE_TRX": "1",
                // Time of the domain, which tests move.
                "BUSBAR_ALLOCATOR_SEND_WINDOW": "120s", "BUSBAR_ALLOCATOR_SHORTAGE_LIMIT": "3600s",
            ],
            buys: true
        )
    )
    struct Buying {
        struct Crash: Sendable, CustomTestStringConvertible {
            var number: Int
            var supplier: String
            var point: String
            var pass: Int

            var testDescription: String { "\(supplier) \(point):\(pass)" }
        }

        static let crashes = [
            ("tronzap", "prepare", 1), ("tronzap", "order", 1), ("tronzap", "answer", 1), ("tronzap", "find", 1),
            ("tronzap", "book", 3), ("tronnrg", "prepare", 1), ("tronnrg", "order", 1), ("tronnrg", "answer", 1),
            ("tronnrg", "find", 1), ("tronnrg", "book", 3),
        ].enumerated().map { Crash(number: $0, supplier: $1.0, point: $1.1, pass: $1.2) }

        /// The process that buys dies there; another one carries on, and nothing is bought twice.
        @Test(arguments: crashes)
        func aCrashWhileBuyingBuysNothingTwice(_ crash: Crash) async throws {
            let (stack, upstream) = try await ready(crash.supplier)
            let doomed = try stack.startAllocator(
                "crash-\(crash.supplier)-\(crash.point)",
                ["BUSBAR_CRASH_AT": "\(crash.point):\(crash.pass)"]
            )
            try await doomed.waitUntilReady()
            let before = try stack.part("allocator").process?.pid
            try await stack.hand(over: "purchases", to: doomed)
            // A look-up follows an answer that was lost.
            if crash.point == "find" {
                try await upstream.devnet.supplier(crash.supplier, #"{"drop_answer":true,"call":"place","count":1}"#)
            }
            let id = "crash-\(crash.number)"
            let wallet = Wallets.crashes + crash.number
            try await upstream.request(id, wallet: wallet)
            let deadline = ContinuousClock.now + .patient(.seconds(30))
            while doomed.process.isRunning, ContinuousClock.now < deadline {
                // Nothing tells when it ends.
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(doomed.process.end == .signalled(SIGKILL), "it never came to \(crash.point)")
            _ = await doomed.process.stop(grace: .seconds(5))
            try await stack.waitUntilBack("allocator", notAs: before)
            let address = upstream.partner.wallets[wallet].address
            if crash.supplier == "tronzap", crash.point == "order" {
                // TronZap has never heard of it: believed when so long has passed that nothing is on its way any more.
                try await passLookupDelay(at: address)
            }
            try await upstream.event("settled", of: id)
            upstream.expectSettled([id])
            let purchases = try await stack.purchases(at: address)
            #expect(purchases.map(\.supplier) == [crash.supplier] && purchases.map(\.state) == ["proven"])
            try await stack.expectNothingIsBoughtTwice(at: address)
            try await stack.succeed(["supplier", "enable", "tronzap"])
        }

        struct Refusal: Sendable, CustomTestStringConvertible {
            var number: Int
            var fault: String
            var testDescription: String { fault }
        }

        static let refusals = [
            #"{"unavailable":true,"count":1}"#, #"{"price":"60"}"#,
            #"{"empty_balance":true,"count":1}"#, #"{"status":429,"retry_after":1,"call":"place","count":1}"#,
        ].enumerated().map { Refusal(number: $0, fault: $1) }

        /// A definite failure: the next supplier is asked within two seconds.
        @Test(arguments: refusals)
        func theNextSupplierIsAskedAtOnce(_ refusal: Refusal) async throws {
            let (stack, upstream) = try await ready("tronzap")
            if refusal.fault.contains("price") {
                // Just quoted, so that what is ordered is quoted at the price before.
                let quoted = try await stack.rows("SELECT max(quoted_at) FROM allocator.v1_supplier_state")[0][0]
                try await stack.wait(
                    "TronZap is quoted again",
                    until: """
                        quoted_at > '\(quoted)' FROM allocator.v1_supplier_state WHERE supplier_id = 'tronzap'
                        """
                )
            }
            try await upstream.devnet.supplier("tronzap", refusal.fault)
            let wallet = Wallets.refusals + refusal.number
            let address = upstream.partner.wallets[wallet].address
            let id = "refused-\(refusal.number)"
            try await upstream.request(id, wallet: wallet)
            try await upstream.event("settled", of: id)
            upstream.expectSettled([id])
            let purchases = try await stack.purchases(at: address)
            try #require(purchases.map(\.supplier) == ["tronzap", "tronnrg"], "\(purchases)")
            #expect(purchases.map(\.state) == ["failed", "proven"])
            let pause = try #require(purchases[0].endedAt).milliseconds - purchases[1].createdAt.milliseconds
            #expect(.milliseconds(-pause) <= Duration.patient(.seconds(2)), "\(-pause) ms after \(purchases[0].reason)")
            try await stack.expectNothingIsBoughtTwice(at: address)
            try await upstream.devnet.supplier("tronzap", #"{"clear":true,"price":"38"}"#)
        }

        /// Nobody knows whether it was bought: it is looked up, and nothing else is bought meanwhile.
        @Test(arguments: [
            Refusal(number: 0, fault: #"{"drop_answer":true,"call":"place","count":1}"#),
            Refusal(number: 1, fault: #"{"status":500,"call":"place","count":1}"#),
        ])
        func whatIsNotKnownIsLookedUp(_ fault: Refusal) async throws {
            let (stack, upstream) = try await ready("tronzap")
            try await upstream.devnet.supplier("tronzap", fault.fault)
            let wallet = Wallets.ambiguous + fault.number
            let address = upstream.partner.wallets[wallet].address
            let id = "ambiguous-\(fault.number)"
            try await upstream.request(id, wallet: wallet)
            if fault.fault.contains("500") { try await passLookupDelay(at: address) }
            try await upstream.event("settled", of: id)
            upstream.expectSettled([id])
            let purchases = try await stack.purchases(at: address)
            #expect(purchases.map(\.supplier) == ["tronzap"] && purchases.map(\.state) == ["proven"])
            try await stack.expectNothingIsBoughtTwice(at: address)
        }

        /// TronZap takes no limit on the price: what it has charged is what is booked.
        @Test func whatCostsMoreThanQuotedIsBookedAsCharged() async throws {
            let (stack, upstream) = try await ready("tronzap")
            try await upstream.devnet.supplier("tronzap", #"{"price_change_percent":20,"call":"place","count":1}"#)
            try await upstream.request("dearer", wallet: Wallets.dearer)
            try await upstream.event("settled", of: "dearer")
            let address = upstream.partner.wallets[Wallets.dearer].address
            let purchase = try #require(try await stack.purchases(at: address).first)
            #expect(try #require(purchase.charged) > purchase.quoted)
            try await stack.expectNothingIsBoughtTwice(at: address)
        }

        /// Charged, and nothing comes: given up when the supplier says so, and bought elsewhere. The money comes back without a
        /// word, to the balance or over the chain, and is found.
        @Test(arguments: ["tronzap", "tronnrg"])
        func whatIsNeverDeliveredIsBoughtElsewhere(_ supplier: String) async throws {
            let (stack, upstream) = try await ready("tronzap")
            let other = supplier == "tronzap" ? "tronnrg" : "tronzap"
            try await stack.tell(["supplier", "rank", supplier, "1"])
            try await upstream.devnet.supplier(
                supplier,
                #"{"never_delivers":true,"refund_after_ms":2000,"count":1}"#
            )
            let wallet = supplier == "tronzap" ? Wallets.stuck : Wallets.stuckOnChain
            let id = "stuck-\(supplier)"
            try await upstream.request(id, wallet: wallet)
            try await upstream.event("settled", of: id)
            upstream.expectSettled([id])
            try await stack.tell(["supplier", "rank", "tronzap", "1"])
            let address = upstream.partner.wallets[wallet].address
            let purchases = try await stack.purchases(at: address)
            try #require(purchases.map(\.supplier) == [supplier, other], "\(purchases)")
            #expect(["disputed", "refunded"].contains(purchases[0].state) && purchases[1].state == "proven")
            try await stack.expectNothingIsBoughtTwice(at: address)
        }

        /// Half of it comes: what there is stays, the rest is bought when no more is to be expected.
        @Test func whatIsDeliveredInPartIsCompleted() async throws {
            let (stack, upstream) = try await ready("tronzap")
            try await upstream.devnet.supplier("tronzap", #"{"partial_percent":50,"count":1}"#)
            try await upstream.request("partial", wallet: Wallets.partial)
            let address = upstream.partner.wallets[Wallets.partial].address
            let own = "FROM allocator.purchase WHERE wallet = \(StackUnderTest.bytea(address))"
            try await stack.wait("half of it is seen", until: "energy > 0 \(own)")
            #expect(upstream.book["partial"]?.events.values.contains { $0.name == "ready" } == false)
            // Looked up and read after the limit of delivery, given up after the next.
            for _ in 0..<3 {
                let read = try await stack.rows("SELECT wake_at \(own) LIMIT 1")[0][0]
                try await upstream.devnet.advance(.seconds(36))
                try await stack.wait(
                    "it is looked at",
                    until: "bool_and(state = 'proven' OR wake_at <> '\(read)') \(own)"
                )
            }
            try await upstream.event("settled", of: "partial")
            upstream.expectSettled(["partial"])
            let purchases = try await stack.purchases(at: address)
            #expect(purchases.count == 2 && purchases.allSatisfy { $0.state == "proven" }, "\(purchases)")
            try await stack.expectNothingIsBoughtTwice(at: address)
        }

        /// The supplier calls it delivered seconds before the chain has it: nobody is told to send before that.
        @Test func readyIsSaidWhenTheChainShowsIt() async throws {
            let (stack, upstream) = try await ready("tronzap")
            try await upstream.devnet.supplier("tronzap", #"{"early_success_ms":3000,"count":1}"#)
            try await upstream.request("early", wallet: Wallets.early)
            try await upstream.event("settled", of: "early")
            upstream.expectSettled(["early"])
            let address = upstream.partner.wallets[Wallets.early].address
            let purchases = try await stack.purchases(at: address)
            #expect(purchases.map(\.supplier) == ["tronzap"])
            let orders = try await upstream.devnet.supplier("tronzap").orders
            let order = try #require(orders.last { $0.receiver == address.base58 })
            let promised = try await stack.rows(
                """
                SELECT (extract(epoch FROM min(opened_at)) * 1000)::bigint FROM allocator.promise
                 WHERE wallet = \(StackUnderTest.bytea(address))
                """
            )
            let delegated = try #require(order.delegated_ms)
            #expect(try #require(Int64(promised[0][0])) >= delegated)
            #expect(try #require(purchases.first?.provenAt).milliseconds >= delegated)
        }

        /// Taken back long before its time: the promise is revoked, and kept with energy that is bought anew.
        @Test func whatIsTakenBackEarlyIsRevokedAndBoughtAgain() async throws {
            let (stack, upstream) = try await ready("tronzap")
            try await upstream.devnet.supplier("tronzap", #"{"early_reclaim_ms":3000,"count":1}"#)
            try await upstream.request("reclaimed", wallet: Wallets.reclaimed, conduct: .wait)
            try await upstream.event("ready", of: "reclaimed")
            upstream.book.update("reclaimed") { $0.conduct = .sendAndSettle }
            #expect(try await upstream.event("revoked", of: "reclaimed").reason == "energy_lost")
            try await upstream.event("settled", of: "reclaimed")
            upstream.expectSettled(["reclaimed"])
            let address = upstream.partner.wallets[Wallets.reclaimed].address
            let purchases = try await stack.purchases(at: address)
            #expect(purchases.map(\.state) == ["ended", "proven"], "\(purchases)")
            try await stack.expectNothingIsBoughtTwice(at: address)
        }

        /// What operators say holds for the next order.
        @Test func operatorsDecideWhoIsAsked() async throws {
            let (stack, upstream) = try await ready("tronzap")
            let steps: [(command: [String], undo: [String], supplier: String)] = [
                (["disable", "tronzap"], ["enable", "tronzap"], "tronnrg"),
                (["maintenance", "tronzap"], ["enable", "tronzap"], "tronnrg"),
                (["rank", "tronnrg", "1"], ["rank", "tronzap", "1"], "tronnrg"),
                (["list"], ["list"], "tronzap"),
            ]
            for (number, step) in steps.enumerated() {
                try await stack.tell(["supplier"] + step.command)
                let id = "operated-\(number)"
                try await upstream.request(id, wallet: Wallets.ranked + number)
                try await upstream.event("settled", of: id)
                let address = upstream.partner.wallets[Wallets.ranked + number].address
                let bought = try await stack.purchases(at: address)
                #expect(bought.map(\.supplier) == [step.supplier], "after \(step.command)")
                try await stack.succeed(["supplier"] + step.undo)
                try await stack.waitUntilSuppliersAreOpen()
            }
        }

        /// Nothing is bought for a partner that is paused, though what he asked for before waits.
        @Test func nothingIsBoughtForAPausedPartner() async throws {
            let (stack, upstream) = try await ready("tronzap")
            for supplier in ["tronzap", "tronnrg"] { try await stack.tell(["supplier", "disable", supplier]) }
            try await upstream.request("paused", wallet: Wallets.paused)
            #expect(try await upstream.event("short", of: "paused").reason == "no_source")
            try await stack.succeed(["partner", "pause", "acme"])
            for supplier in ["tronzap", "tronnrg"] { try await stack.succeed(["supplier", "enable", supplier]) }
            for _ in 0..<5 { try await stack.waitForCycle() }
            let address = upstream.partner.wallets[Wallets.paused].address
            #expect(try await stack.purchases(at: address).isEmpty)
            try await stack.succeed(["partner", "resume", "acme"])
            try await upstream.event("settled", of: "paused")
            try await stack.expectNothingIsBoughtTwice(at: address)
        }

        /// Comes last: all of the above is booked as it was charged, and the audits find nothing.
        @Test func theBooksEndAsTheStatementsSay() async throws {
            let ground = try SharedStack.current()
            try await ground.stack.expectBooksMatchStatements()
            try await ground.stack.expectClean(ground.upstream)
        }

        /// The stack, with everybody as at first and the given supplier alone or first.
        private func ready(_ supplier: String) async throws -> (StackUnderTest, Upstream) {
            let ground = try SharedStack.current()
            try await ground.stack.waitUntilSuppliersAreOpen()
            if supplier == "tronnrg" { try await ground.stack.tell(["supplier", "disable", "tronzap"]) }
            return (ground.stack, ground.upstream)
        }

        /// Lets the time pass after which a supplier is believed that it has never heard of an order.
        private func passLookupDelay(at address: TronAddress) async throws {
            let ground = try SharedStack.current()
            try await ground.stack.wait(
                "the supplier was asked and does not know it",
                until: """
                    state = 'unknown' AND life->'lookedUpAt' IS NOT NULL AND life->'call' IS NULL FROM allocator.purchase
                     WHERE wallet = \(StackUnderTest.bytea(address))
                    """
            )
            try await ground.upstream.devnet.advance(.seconds(31))
        }
    }
}

extension StackUnderTest {
    /// Runs an operator's command, and waits until the follower of the chain knows.
    func tell(_ command: [String]) async throws {
        try await succeed(command)
        // The one under way may have read the registry before.
        for _ in 0..<2 { try await waitForCycle() }
    }

    /// Waits until a cycle with a new block has ended.
    func waitForCycle() async throws {
        let newest = try await rows("SELECT max(number) FROM allocator.block")[0][0]
        try await wait("a cycle has ended", until: "max(number) > \(newest) FROM allocator.block")
    }

    /// Kills the stack's allocator until the other one leads.
    func hand(over leader: String, to other: AllocatorUnderTest) async throws {
        func leads() -> Bool {
            (LocalFile.read(other.log) ?? "").split(separator: "\n").contains {
                $0.contains("leading") && $0.contains("leader=\(leader)")
            }
        }
        let deadline = ContinuousClock.now + .patient(.seconds(30))
        var next = ContinuousClock.now
        while !leads() {
            guard ContinuousClock.now < deadline else { throw EndToEndError("it did not take the lead of \(leader)") }
            if ContinuousClock.now >= next {
                try kill("allocator")
                next = .now + .seconds(3)
            }
            // Another process writes a file; nothing else tells.
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
