internal import Glibc
internal import LocalStack
internal import Messaging
internal import Models
internal import ServiceKit

/// The benchmark of notifications: how fast healthy endpoints hear of events while others hang, fail and leave, and whether
/// anything gets lost.
struct NotifyBench: Sendable {
    /// What is measured.
    struct Options: Sendable {
        var sizes = NotifyPlan.Sizes()
        /// Events a second.
        var rate = 500
        var replicas = 1
        /// Whether replicas are killed all the while.
        var isKilling = false
        var seed = UInt64.random(in: 0...UInt64(UInt32.max))
        /// Opens the endpoints' secrets.
        var key: String
    }

    /// So long nothing may arrive before the rest is taken for lost.
    private static let patience = Duration.seconds(60)

    let options: Options
    let stack: RunningStack
    let books: StackBooks
    let console: Console
    let meter: ReplicaMeter

    init(_ options: Options, _ stack: RunningStack, _ books: StackBooks, _ console: Console) {
        self.options = options
        self.stack = stack
        self.books = books
        self.console = console
        meter = ReplicaMeter(books, of: HouseService.notifier.name)
    }

    func run() async throws -> NotifyReport {
        let plan = NotifyPlan(options.sizes, seed: options.seed)
        let world = try await console.step("\(options.sizes.endpoints) receivers and their endpoints") {
            (try await NotifyWorld.make(plan, key: options.key, stack), "seed \(options.seed)")
        }
        do {
            let report = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await meter.watch() }
                defer { group.cancelAll() }
                return try await measure(world)
            }
            await world.sink.stop()
            return report
        } catch {
            await world.sink.stop()
            throw error
        }
    }

    private func measure(_ world: NotifyWorld) async throws -> NotifyReport {
        let loadBefore = ProcessUsage.load
        let traffic = traffic(world)
        try await console.step("every healthy endpoint told once") {
            try await traffic.load(world.plan.first)
            try await arrive(world.plan.first, world)
            let missing = world.book.missing(world.plan.first)
            guard missing == 0 else {
                throw StackError("\(missing) were not", hint: "the notifier's logs are in \(stack.layout.logs)")
            }
            return ((), "")
        }
        let offered = try await offer(world, traffic)
        let full = options.isKilling || world.plan.full.isEmpty ? nil : try await saturate(world, traffic)
        let rows = try await settle(world)
        let findings = world.book.findings
        let receivers = world.book.receivers
        let usage = await meter.read()
        let limit = full == nil ? nil : try await limit(world, traffic)
        return NotifyReport(
            setting: .init(
                deliveries: options.sizes.offered,
                endpoints: options.sizes.endpoints,
                perSecond: options.rate,
                replicas: options.replicas,
                seed: options.seed,
                isKilling: options.isKilling
            ),
            latency: offered.latency,
            perSecond: offered.perSecond,
            cpuMicroseconds: offered.cpuMicroseconds,
            shares: offered.shares,
            findings: findings,
            early: receivers.reduce(0) { $0 + $1.early },
            afterGone: receivers.reduce(0) { $0 + $1.afterGone },
            withGone: receivers.reduce(0) { $0 + $1.withGone },
            kills: offered.kills,
            restarts: usage.restarts,
            residentBytes: usage.residentBytes,
            ownResidentBytes: ProcessUsage.residentBytes(of: getpid()),
            rows: rows,
            full: full,
            limit: limit,
            loadBefore: loadBefore,
            loadAfter: ProcessUsage.load,
            processors: ProcessUsage.processors
        )
    }

    private func traffic(_ world: NotifyWorld) -> NotifyTraffic {
        let environment = stack.environment
        return NotifyTraffic(
            broker: BareBroker.Address(
                port: environment.brokerPort,
                vhost: environment.vhost,
                user: environment.brokerUser,
                password: environment.brokerPassword
            ),
            plan: world.plan,
            messages: world.messages,
            seconds: UInt64(max(0, SystemClock().now().milliseconds / 1000))
        )
    }

    // MARK: At a rate

    private struct Offered: Sendable {
        var latency: NotifyReport.Latency
        var perSecond: Double
        var cpuMicroseconds: Double
        var shares: [NotifyReport.Share]
        var kills: Int
    }

    private func offer(_ world: NotifyWorld, _ traffic: NotifyTraffic) async throws -> Offered {
        let events = world.plan.offered
        let name = "\(events.count) events at \(options.rate)/s\(options.isKilling ? ", replicas killed" : "")"
        return try await console.step(name) {
            let begin = await Usage.read(meter, books)
            let killer = ReplicaKiller(meter, seed: options.seed)
            let offer = try await withThrowingTaskGroup(of: Void.self) { group in
                if options.isKilling { group.addTask { await killer.run() } }
                defer { group.cancelAll() }
                return try await traffic.offer(events, perSecond: Double(options.rate))
            }
            try await arrive(events, world)
            let used = await Usage.read(meter, books) - begin
            let accepted = world.book.accepted(events)
            let count = accepted.count { $0 != nil }
            let seconds = (accepted.compactMap(\.self).max() ?? offer.start) - offer.start
            let latency = Self.latency(accepted, offer, world.plan)
            let offered = Offered(
                latency: latency,
                perSecond: seconds > 0 ? Double(count) / seconds : 0,
                cpuMicroseconds: used.notifier * 1e6 / Double(max(1, count)),
                shares: used.shares,
                kills: killer.kills
            )
            let p99 = latency.p99.map { BenchReport.text($0, 1) } ?? "-"
            return (offered, "p99 \(p99) ms")
        }
    }

    private static func latency(
        _ accepted: [Double?],
        _ offer: NotifyTraffic.Offer,
        _ plan: NotifyPlan
    ) -> NotifyReport.Latency {
        var all: [Double] = []
        var slices: [Int: [Double]] = [:]
        for (place, moment) in accepted.enumerated() {
            guard let moment, plan.isHealthy(plan.offered.lowerBound + place) else { continue }
            let due = offer.due(place)
            all.append(moment - due)
            slices[Int((due - offer.start) / 10), default: []].append(moment - due)
        }
        let percentiles = Percentiles(seconds: all)
        func measured(_ value: Double) -> Double? { all.isEmpty ? nil : value }
        return NotifyReport.Latency(
            count: all.count,
            p50: measured(percentiles.p50),
            p99: measured(percentiles.p99),
            max: measured(percentiles.max),
            slices: slices.sorted { $0.key < $1.key }.map { slice in
                let percentiles = Percentiles(seconds: slice.value)
                return .init(p50: percentiles.p50, p99: percentiles.p99)
            },
            publishedLate: offer.latest * 1000
        )
    }

    /// Waits until all healthy receivers have got theirs, or nothing arrives any more.
    private func arrive(_ events: Range<Int>, _ world: NotifyWorld) async throws {
        var last = ContinuousClock.now
        var known = -1
        while world.book.missing(events) > 0, ContinuousClock.now - last < Self.patience {
            let accepted = world.book.accepted
            if accepted != known { (known, last) = (accepted, .now) }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    // MARK: With a full queue

    private func saturate(_ world: NotifyWorld, _ traffic: NotifyTraffic) async throws -> NotifyReport.Throughput {
        let events = world.plan.full
        return try await console.step("full queue of \(events.count)") {
            let begin = await meter.read()
            try await frozen { try await traffic.load(events) }
            try await arrive(events, world)
            let used = await meter.read().cpuSeconds - begin.cpuSeconds
            let throughput = Self.throughput(world.book.accepted(events), cpuSeconds: used)
            return (throughput, "\(BenchReport.text(throughput.perSecond, 0))/s")
        }
    }

    /// The bare calls, while the notifier stands still.
    private func limit(_ world: NotifyWorld, _ traffic: NotifyTraffic) async throws -> NotifyReport.Throughput {
        let events = world.plan.limit
        let own = Topology(queues: [.init(NotifyTraffic.limitQueue, .quorum)])
        try await Operations.withMessaging(variables: stack.environment.variables, topology: own) { client in
            try await client.waitUntilConnected()
        }
        return try await console.step("the limit: bare calls, \(events.count)") {
            try await frozen {
                try await traffic.load(events, into: NotifyTraffic.limitQueue)
                let bare = BareDeliveries(world, traffic.broker, database: stack.environment.bareDatabase)
                let used = try await onBareThread { stop throws(BareFailure) in
                    try bare.run(events, until: stop)
                }
                let throughput = Self.throughput(world.book.accepted(events), cpuSeconds: used)
                return (throughput, "\(BenchReport.text(throughput.perSecond, 0))/s")
            }
        }
    }

    /// From the first that was accepted to the last.
    private static func throughput(_ accepted: [Double?], cpuSeconds: Double) -> NotifyReport.Throughput {
        let moments = accepted.compactMap(\.self)
        let seconds = (moments.max() ?? 0) - (moments.min() ?? 0)
        return NotifyReport.Throughput(
            deliveries: moments.count,
            perSecond: seconds > 0 ? Double(moments.count) / seconds : 0,
            cpuMicroseconds: cpuSeconds * 1e6 / Double(max(1, moments.count))
        )
    }

    /// Holds all replicas still while `body` runs.
    private func frozen<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        let processes = await meter.processes()
        for process in processes { kill(process.pid, SIGSTOP) }
        defer { for process in processes where process.isRunning { kill(process.pid, SIGCONT) } }
        return try await body()
    }

    // MARK: Afterwards

    /// Waits until the results for healthy endpoints are written, then compares books, receivers and plan.
    private func settle(_ world: NotifyWorld) async throws -> [NotifyReport.Row] {
        try await console.step("books, receivers and plan compared") {
            let rows = try await Operations.withPostgres(stack.environment.variables) { postgres in
                let deadline = ContinuousClock.now + .seconds(20)
                let healthy = world.names(.healthy)
                while try await NotifyBenchStore.pending(of: healthy, in: postgres) > 0, ContinuousClock.now < deadline
                {
                    try await Task.sleep(for: .milliseconds(200))
                }
                return NotifyReport.rows(
                    world.plan,
                    events: 0..<world.plan.full.upperBound,
                    world.book,
                    books: try await NotifyBenchStore.books(in: postgres),
                    attempts: try await NotifyBenchStore.attempts(in: postgres),
                    isKilling: options.isKilling
                )
            }
            return (rows, "")
        }
    }
}
