internal import Logging
internal import Messaging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Tron

/// The demo: plays upstream withdrawal systems against the running stack, on the devnet, with real messages, transactions
/// and signatures.
enum Demo {
    /// Over how long the withdrawals arrive, and the most the whole may take after that.
    private static func span(of count: Int, isFaulty: Bool) -> Duration {
        .milliseconds(max(5_000, isFaulty ? count * 120 : min(90_000, count * 60)))
    }
    private static func patience(isFaulty: Bool) -> Duration { .seconds(isFaulty ? 900 : 240) }
    /// How long after the last withdrawal the last notification may come.
    private static let notificationPatience = Duration.seconds(60)

    /// Runs `count` withdrawals through a live stack.
    ///
    /// - Parameters:
    ///   - faults: the seed of the suppliers' faults and the allocator's deaths; `nil`: none.
    ///   - json: whether the summary is written as JSON too.
    ///   - ends: whether the stack ends with the demo, so that nobody can look around.
    /// - Returns: whether everything the demo checks was as it should be.
    static func run(
        _ stack: RunningStack,
        count: Int,
        faults: UInt64?,
        json: Bool,
        ends: Bool,
        console: Console
    ) async throws
        -> Bool
    {
        guard let url = stack.devnet else {
            throw StackError(
                "the demo makes money out of nothing: it needs the devnet",
                hint: "unset BUSBAR_TRON_NODES"
            )
        }
        let devnet = DevnetControl(url: url)
        let start = ContinuousClock.now
        var generator = SystemRandomNumberGenerator()
        let run = String(UInt32.random(in: .min ... .max, using: &generator), radix: 36)
        let plan = DemoPlan(
            count: count,
            wallets: DemoWorld.walletCount(of: count, isFaulty: faults != nil),
            span: span(of: count, isFaulty: faults != nil),
            run: run,
            using: &generator
        )
        let ledger = DemoLedger(plan.orders)
        let world = try await console.step("partners, hot wallets and recipients") {
            let world = try await DemoWorld.make(
                stack,
                devnet: devnet,
                run: run,
                plan: plan,
                wallets: DemoWorld.walletCount(of: count, isFaulty: faults != nil)
            )
            return (
                world,
                "\(world.partners.count) partners, \(world.wallets.count) hot wallets, \(world.recipients.count) recipients"
            )
        }
        let receivers = try await console.step("endpoints of webhooks and chats") {
            let receivers = try await DemoReceivers.make(
                stack,
                devnet: devnet,
                run: run,
                for: world.partners.map(\.id)
            )
            return (receivers, "\(receivers.webhooks.count) webhooks, 1 chat")
        }
        let arrivals = DemoArrivals(receivers, devnet: devnet)
        let chain = TronClient([NodeEndpoint(url: stack.environment.node)])
        do {
            let trouble = try await DemoTrouble(stack, seed: faults)
            try await trouble?.begin()
            try await play(plan, world, ledger, chain, stack, trouble, arrivals, console)
            let left = try await waitForReclaim(stack, console)
            let settling = try await trouble?.awaitPurchases(console)
            var summary = try await summarize(ledger, world, chain, left, stack, since: start)
            summary.trouble = try await trouble?.figures(settledAfter: settling ?? .zero)
            summary.deliveries = try await waitForDeliveries(receivers, arrivals, ledger, stack, console)
            await chain.shutdown()
            show(summary, json: json, console)
            for hint in summary.deliveries.hints(devnet: url) where !ends { console.line("  " + hint) }
            return summary.isClean
        } catch {
            await chain.shutdown()
            throw error
        }
    }

    private enum End: Sendable {
        case played
        case troubleIsOver
        case timeIsUp
    }

    private static func play(
        _ plan: DemoPlan,
        _ world: DemoWorld,
        _ ledger: DemoLedger,
        _ chain: TronClient,
        _ stack: RunningStack,
        _ trouble: DemoTrouble?,
        _ arrivals: DemoArrivals,
        _ console: Console
    ) async throws {
        let variables = stack.environment.variables
        let clock = try await chainClock(stack)
        let token = try TronAddress(base58: "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")
        try await withThrowingTaskGroup(of: End.self) { group in
            for (number, partner) in world.partners.enumerated() {
                let orders = plan.orders.filter { world.wallets[$0.wallet].partner == number }
                group.addTask {
                    try await Operations.withMessaging(
                        variables: variables,
                        user: partner.user,
                        password: partner.password,
                        topology: Topology()
                    ) { messaging in
                        try await DemoUpstream(
                            partner: partner,
                            world: world,
                            orders: orders,
                            ledger: ledger,
                            messaging: messaging,
                            chain: chain,
                            token: token,
                            clock: clock,
                            codec: MessageCodec(appID: "demo", clock: clock)
                        ).run()
                    }
                    return .played
                }
            }
            group.addTask {
                try await follow(ledger, of: plan.orders.count, console)
                return .timeIsUp
            }
            group.addTask {
                try await arrivals.follow()
                return .timeIsUp
            }
            group.addTask {
                let isFaulty = trouble != nil
                try await Task.sleep(
                    for: span(of: plan.orders.count, isFaulty: isFaulty) + patience(isFaulty: isFaulty)
                )
                // What is open by now is told by the summary.
                return .timeIsUp
            }
            if let trouble {
                let whole = span(of: plan.orders.count, isFaulty: true)
                group.addTask {
                    try await trouble.make(for: whole)
                    return .troubleIsOver
                }
            }
            var playing = world.partners.count
            loop: while playing > 0, let end = try await group.next() {
                switch end {
                case .played: playing -= 1
                case .troubleIsOver: break
                case .timeIsUp: break loop
                }
            }
            group.cancelAll()
        }
        console.live("")
    }

    private static func follow(_ ledger: DemoLedger, of count: Int, _ console: Console) async throws {
        while true {
            let progress = ledger.progress
            console.live(
                "asked \(progress.requested)/\(count)   ready \(progress.ready)   sent \(progress.sent)   "
                    + "settled \(progress.ended)"
            )
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    /// Waits until the chain shows no delegation any more.
    private static func waitForReclaim(_ stack: RunningStack, _ console: Console) async throws -> Int64 {
        guard let url = stack.devnet else { return 0 }
        let devnet = DevnetControl(url: url)
        let pools = try await Operations.withPostgres(stack.environment.variables) {
            Set(try await DemoFigures.pools(in: $0))
        }
        return try await console.step("energy is reclaimed") {
            let deadline = ContinuousClock.now + .seconds(180)
            while true {
                let left = try await devnet.state().delegations.reduce(0) {
                    // What was rented ends by itself.
                    $0 + (pools.contains($1.from) ? $1.energySun : 0)
                }
                if left == 0 || ContinuousClock.now > deadline {
                    return (left, left == 0 ? "nothing is delegated any more" : "\(left) sun are still delegated")
                }
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// Waits until the partners' webhooks have what their systems have heard, and nothing is still to be delivered.
    private static func waitForDeliveries(
        _ receivers: DemoReceivers,
        _ arrivals: DemoArrivals,
        _ ledger: DemoLedger,
        _ stack: RunningStack,
        _ console: Console
    ) async throws -> DemoDeliveries {
        let start = ContinuousClock.now
        let heard = Dictionary(uniqueKeysWithValues: ledger.heard.map { ($0.key.rawValue, $0.value) })
        let count = heard.values.reduce(0) { $0 + $1.count }
        return try await Operations.withPostgres(stack.environment.variables) { postgres in
            while true {
                try await arrivals.read()
                let arrived = await arrivals.arrived(of: heard)
                let open = try await DeliveryFigures.open(at: receivers.names, in: postgres)
                let isDone = arrived == count && open == 0
                guard isDone || start.duration(to: .now) > notificationPatience else {
                    console.live("… notifications   arrived \(arrived)/\(count)   still to be delivered \(open)")
                    try await Task.sleep(for: .milliseconds(250))
                    continue
                }
                console.live("")
                let took = console.styled(DurationText.seconds(since: start), .quiet)
                let remark =
                    "\(arrived) of \(count) events have come to the webhooks, \(open) are still to be delivered"
                isDone
                    ? console.good("notifications \(took)  \(remark)") : console.bad("notifications \(took)  \(remark)")
                var rows: [DemoDeliveries.Row] = []
                for figures in try await DeliveryFigures.of(endpoints: receivers.names, in: postgres) {
                    rows.append(.init(figures: figures, counts: await arrivals.counts(of: figures.endpoint)))
                }
                return DemoDeliveries(heard: count, arrived: arrived, rows: rows)
            }
        }
    }

    private static func summarize(
        _ ledger: DemoLedger,
        _ world: DemoWorld,
        _ chain: TronClient,
        _ left: Int64,
        _ stack: RunningStack,
        since start: ContinuousClock.Instant
    ) async throws -> DemoSummary {
        let parameters = try await chain.networkParameters()
        var summary = DemoSummary(
            ledger.all,
            energyPrice: parameters.energyPrice ?? .zero,
            bandwidthPrice: parameters.bandwidthPrice ?? .zero
        )
        let wallets = world.wallets.map(\.address)
        let (figures, sources, funds) = try await Operations.withPostgres(stack.environment.variables) { postgres in
            (
                try await DemoFigures.allocations(of: world.partners.map(\.id), wallets: wallets, in: postgres),
                try await DemoFigures.sources(wallets: wallets, in: postgres),
                try await DemoFigures.funds(in: postgres)
            )
        }
        let charged = try await Operations.withPostgres(stack.environment.variables) { postgres in
            try await DemoFigures.charged(to: world.partners.map(\.id), in: postgres)
        }
        summary.bookedSun = charged.earned.rawValue
        summary.stillHeldSun = charged.open.rawValue
        summary.sources = sources
        summary.holdings = try await holdings(funds, chain, stack)
        summary.delegations = figures.delegations
        summary.allocations = figures.allocations
        summary.allocationsPerDelegationPercent = figures.allocations * 100 / max(1, figures.delegations)
        summary.stillDelegatedSun = left
        let report = try await Audit.run(variables: stack.environment.variables)
        for finding in report.invariants {
            summary.audit["invariant \(finding.number)"] = finding.findings.count
            summary.findings += finding.findings
        }
        summary.seconds = (ContinuousClock.now - start).components.seconds
        return summary
    }

    /// What we believe to have at suppliers and in wallets of our own, and what they say.
    private static func holdings(
        _ funds: [String: Sun],
        _ chain: TronClient,
        _ stack: RunningStack
    ) async throws -> [DemoSummary.Holding] {
        guard let url = stack.devnet else { return [] }
        var holdings: [DemoSummary.Holding] = []
        for (place, books) in funds.sorted(by: { $0.key < $1.key }) {
            let statement: Sun
            if let wallet = try? TronAddress(base58: place) {
                statement = try await chain.account(wallet)?.balance ?? .zero
            } else if place == "tronzap" || place == "catfee" {
                statement = Sun(try await DevnetControl(url: url).supplier(place).balance)
            } else {
                continue
            }
            holdings.append(
                DemoSummary.Holding(place: place, booksSun: books.rawValue, statementSun: statement.rawValue)
            )
        }
        return holdings
    }

    private static func show(_ summary: DemoSummary, json: Bool, _ console: Console) {
        console.line()
        let width = summary.rows.map(\.0.count).max() ?? 0
        for (label, text) in summary.rows {
            console.line("  " + label + String(repeating: " ", count: width + 2 - label.count) + text)
        }
        for table in [summary.sourceTable, summary.holdingTable, summary.trouble?.table, summary.deliveries.table] {
            guard let table else { continue }
            console.line()
            for line in table.lines() { console.line("  " + line) }
        }
        for finding in summary.findings.prefix(20) { console.bad(finding) }
        console.line()
        if summary.isClean { console.good(summary.closing) } else { console.bad(summary.closing) }
        if json { Console().line(summary.json) }
    }

    /// Domain time as the devnet has it now.
    private static func chainClock(_ stack: RunningStack) async throws -> any WallClock {
        guard let url = stack.devnet else { return SystemClock() }
        let offset = try await DevnetControl(url: url).now() - SystemClock().now()
        return ShiftedClock(offset: offset)
    }

    private struct ShiftedClock: WallClock {
        var offset: Duration
        func now() -> Timestamp { SystemClock().now() + offset }
    }
}
