internal import LocalStack
internal import Messaging
internal import Models
internal import ServiceKit

/// The benchmark of allocations: how many become ready, how fast, and at what cost.
struct Bench: Sendable {
    /// What is measured.
    struct Options: Sendable {
        /// Requests of a full queue.
        var count = 40_000
        /// Offered rates, requests a second.
        var rates = [200, 1000]
        /// How long each rate is offered, in seconds.
        var seconds = 10
        /// How many are asked one by one.
        var lone = 50
        /// Most messages of one commit of the limit: what the allocator takes by default.
        var batch = 200
    }

    let options: Options
    let console: Console
    let world: BenchWorld
    let allocator: AllocatorProcess
    let traffic: BenchTraffic
    let stack: RunningStack

    init(_ options: Options, _ stack: RunningStack, _ parts: [StackState.Part], _ console: Console) async throws {
        guard let part = parts.first(where: { $0.name.hasPrefix("allocator") }), let pid = part.process?.pid else {
            throw StackError("the allocator does not run")
        }
        self.options = options
        self.stack = stack
        self.console = console
        allocator = AllocatorProcess(pid: pid, port: part.port)
        world = try await console.step("partner, hot wallets with energy of their own, recipients") {
            let world = try await BenchWorld.make(stack)
            return (world, "\(world.wallets.count) hot wallets, \(world.recipients.count) recipients")
        }
        traffic = BenchTraffic(
            broker: BareBroker.Address(
                port: stack.environment.brokerPort,
                vhost: stack.environment.vhost,
                user: world.partner.rawValue,
                password: world.password
            ),
            partner: world.partner.rawValue,
            requestQueue: WithdrawalRequest.name.queue ?? "",
            eventQueue: Topology.eventsQueue(of: world.partner)
        )
    }

    func run() async throws -> BenchReport {
        let before = ProcessUsage.load
        var next = 0
        func numbers(_ count: Int) -> Range<Int> {
            defer { next += count }
            return next..<(next + count)
        }
        try await warmUp(numbers(world.recipients.count), numbers(4_000))
        let lone = try await oneByOne(numbers(options.lone))
        var latencies: [BenchReport.Latency] = []
        for rate in options.rates {
            latencies.append(try await offered(rate, numbers(rate * options.seconds)))
        }
        let throughput = try await saturated(numbers(options.count), "full queue")
        let resident = allocator.residentBytes
        let limit = try await limit(numbers(2_000), numbers(options.count))
        return BenchReport(
            allocator: throughput,
            limit: limit,
            latencies: latencies,
            lone: lone,
            residentBytes: resident,
            loadBefore: before,
            loadAfter: ProcessUsage.load,
            processors: ProcessUsage.processors
        )
    }

    /// Lets the allocator simulate a transfer to each recipient, then runs a short queue through it.
    private func warmUp(_ first: Range<Int>, _ second: Range<Int>) async throws {
        try await console.step("every recipient simulated") {
            let messages = try world.requests(first)
            async let heard = traffic.hear(first.count, from: first.lowerBound)
            try await traffic.preload(messages[...])
            try complete(try await heard)
            return ((), "")
        }
        _ = try await saturated(second, "warm-up")
    }

    private func oneByOne(_ numbers: Range<Int>) async throws -> BenchReport.Latency {
        try await console.step("requests one by one") {
            let messages = try world.requests(numbers)
            let begin = await allocator.read()
            let took = try complete(try await traffic.ask(oneByOne: messages[...], from: numbers.lowerBound))
            let latency = latency(0, took, await allocator.read() - begin)
            return (latency, "p50 \(BenchReport.text(latency.p50, 1)) ms")
        }
    }

    private func offered(_ rate: Int, _ numbers: Range<Int>) async throws -> BenchReport.Latency {
        try await console.step("\(rate)/s offered") {
            let messages = try world.requests(numbers)
            let begin = await allocator.read()
            async let heard = traffic.hear(numbers.count, from: numbers.lowerBound)
            let due = try await traffic.offer(messages[...], perSecond: Double(rate))
            let took = zip(try complete(try await heard), due).map { $0 - $1 }
            let latency = latency(rate, took, await allocator.read() - begin)
            return (latency, "p50 \(BenchReport.text(latency.p50, 1)) ms, p99 \(BenchReport.text(latency.p99, 1)) ms")
        }
    }

    /// From the first event heard to the last, with all requests in the queue before the allocator sees one.
    private func saturated(_ numbers: Range<Int>, _ name: String) async throws -> BenchReport.Throughput {
        try await console.step("\(name) of \(numbers.count)") {
            let messages = try world.requests(numbers)
            let begin = await allocator.read()
            async let heard = traffic.hear(numbers.count, from: numbers.lowerBound)
            try await allocator.frozen { try await traffic.preload(messages[...]) }
            let rate = try rate(try await heard)
            let used = await allocator.read() - begin
            let throughput = BenchReport.Throughput(
                messages: numbers.count,
                perSecond: rate,
                messagesPerCommit: used.messagesPerCommit,
                cpuMicroseconds: used.cpuSeconds * 1e6 / Double(numbers.count)
            )
            return (throughput, "\(BenchReport.text(rate, 0))/s")
        }
    }

    /// The bare chain, while the allocator stands still.
    private func limit(_ warmUp: Range<Int>, _ numbers: Range<Int>) async throws -> BenchReport.Throughput {
        try await allocator.frozen {
            _ = try await limit(warmUp)
            return try await console.step("the limit: bare calls, \(numbers.count)") {
                let limit = try await limit(numbers)
                return (limit, "\(BenchReport.text(limit.perSecond, 0))/s")
            }
        }
    }

    private func limit(_ numbers: Range<Int>) async throws -> BenchReport.Throughput {
        let now = SystemClock().now()
        let environment = stack.environment
        var broker = traffic.broker
        broker.user = environment.brokerUser
        broker.password = environment.brokerPassword
        let chain = BareChain(
            broker: broker,
            database: environment.bareDatabase,
            queue: BenchWorld.limitQueue,
            partner: world.partner.rawValue,
            batch: options.batch,
            wallet: [0x41] + [UInt8](repeating: 1, count: 20),
            event: try world.readyEvent(at: now),
            moment: "\(now)",
            notAfter: "\(now + .seconds(86_400))",
            first: numbers.lowerBound
        )
        let messages = try world.requests(numbers)
        try await BenchTraffic.load(messages[...], exchange: "", key: BenchWorld.limitQueue, at: broker)
        async let heard = traffic.hear(numbers.count, from: numbers.lowerBound)
        let done = try await onBareThread { stop throws(BareFailure) in try chain.run(count: numbers.count, until: stop)
        }
        return BenchReport.Throughput(
            messages: numbers.count,
            perSecond: try rate(try await heard),
            messagesPerCommit: Double(done.messages) / Double(max(1, done.commits)),
            cpuMicroseconds: done.cpuSeconds * 1e6 / Double(numbers.count)
        )
    }

    private func latency(_ rate: Int, _ took: [Double], _ used: AllocatorProcess.Reading) -> BenchReport.Latency {
        let percentiles = Percentiles(seconds: took)
        return BenchReport.Latency(
            perSecond: rate,
            sent: took.count,
            p50: percentiles.p50,
            p99: percentiles.p99,
            max: percentiles.max,
            messagesPerCommit: used.messagesPerCommit,
            cpuMicroseconds: used.cpuSeconds * 1e6 / Double(max(1, took.count))
        )
    }

    private func rate(_ heard: [Double?]) throws -> Double {
        let moments = try complete(heard)
        guard let first = moments.min(), let last = moments.max(), last > first else { return 0 }
        return Double(moments.count) / (last - first)
    }

    @discardableResult
    private func complete(_ heard: [Double?]) throws -> [Double] {
        let found = heard.compactMap(\.self)
        guard found.count == heard.count else {
            throw StackError(
                "\(heard.count - found.count) of \(heard.count) withdrawals did not get ready",
                hint: "the logs are in \(stack.layout.logs)"
            )
        }
        return found
    }
}
