internal import ArgumentParser
internal import Glibc
internal import LocalStack
internal import Webhooks

/// `busbar bench notify`
struct BenchNotify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Measure deliveries: latency, throughput, CPU, memory, and that nothing gets lost.",
        discussion: """
            Starts broker, database and notifier on a stack of its own, and a receiver for each endpoint, at an address of its own \
            of the loopback network. Of the receivers 5 % hang, 5 % answer 500, 1 % answer 429 for ten seconds at a time, 1 % of \
            the rest leave with 410; the others take everything. Events are published at the offered rate, whatever comes of them, \
            and each is for one endpoint; a latency is from the moment an event was due to the answer of its receiver. Then a full \
            queue for the healthy ones, beside the same messages, rows, signatures and requests by bare calls.

            With --kill replicas are ended with SIGKILL every three to seven seconds all the while; what was under way then may \
            come again, under the same webhook-id. Ends with status 1 when a target is missed.

            Nothing else should run meanwhile. The stack's data is removed afterwards, its logs stay.
            """
    )

    @OptionGroup var location: StackLocation

    @Option(help: "Events at the offered rate, 1000 to 1000000.") var deliveries = 100_000
    @Option(help: "Endpoints, 20 to 5000.") var endpoints = 1000
    @Option(help: "The offered rate, events a second.") var rate = 500
    @Option(help: "Events of the full queue, 0 to 100000; as many as offered, but 20000 at most, when not given.")
    var full: Int?
    @Option(help: "Replicas of the notifier; 1, with --kill 2, when not given.") var replicas: Int?
    @Flag(help: "Kill replicas all the while.") var kill = false
    @Option(help: "Which endpoints do what, who is told when, who is killed when; random when not given.")
    var seed: UInt32?
    @Flag(name: .customLong("no-check"), help: "End with status 0 even when a target is missed.") var noCheck = false
    @Flag(help: "Write the figures as JSON to standard output; progress goes to standard error.") var json = false

    func validate() throws {
        guard (1_000...1_000_000).contains(deliveries) else {
            throw ValidationError("--deliveries takes 1000 to 1000000")
        }
        guard (20...5000).contains(endpoints) else { throw ValidationError("--endpoints takes 20 to 5000") }
        guard (1...10_000).contains(rate) else { throw ValidationError("--rate takes 1 to 10000") }
        guard full.map({ (0...100_000).contains($0) }) ?? true else {
            throw ValidationError("--full takes 0 to 100000")
        }
        guard replicas.map({ (1...8).contains($0) }) ?? true else { throw ValidationError("--replicas takes 1 to 8") }
    }

    func run() async throws {
        let console = Console(json ? .errors : .output)
        let isGood = Outcome()
        isGood.set(false)
        do {
            try await Interruption.cancels { isGood.set(try await measure(console)) }
        } catch {
            console.bad("\(error)")
            throw ExitCode.failure
        }
        if !isGood.value, !noCheck { throw ExitCode.failure }
    }

    private func measure(_ console: Console) async throws -> Bool {
        try allowDescriptors()
        let key = SecretBox.generateKey()
        var options = NotifyBench.Options(key: key)
        options.sizes = NotifyPlan.Sizes(
            endpoints: endpoints,
            offered: deliveries,
            full: kill ? 0 : full ?? min(deliveries, 20_000)
        )
        options.rate = rate
        options.replicas = replicas ?? (kill ? 2 : 1)
        options.isKilling = kill
        if let seed { options.seed = UInt64(seed) }
        let controller = try LocalStackController(layout, stackOptions(options), console)
        let isGood = Outcome()
        try await controller.run { [options] stack in
            let report = try await NotifyBench(options, stack, controller.books, console).run()
            console.line()
            report.show(console)
            if json { Console().line(report.json) }
            isGood.set(report.isGood)
        }
        await LocalFile.remove(layout.servers)
        return isGood.value
    }

    private var layout: StackLayout {
        StackLayout(
            directory: location.directory.map { StackLayout.standard(directory: $0).directory }
                ?? location.layout.directory + "/bench",
            executables: location.layout.executables
        )
    }

    private func stackOptions(_ options: NotifyBench.Options) -> StackOptions {
        var stack = StackOptions()
        stack.services = [.notifier]
        stack.replicas = [HouseService.notifier.name: options.replicas]
        stack.variables["BUSBAR_NOTIFIER_SECRETS_KEY"] = options.key
        stack.variables["BUSBAR_NOTIFIER_ALLOWED_NETWORKS"] = "127.77.0.0/16"
        return stack
    }

    /// A listener and a connection or two for each endpoint, of which the notifier inherits how many it may have.
    private func allowDescriptors() throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let wanted = rlim_t(endpoints * 3 + 1000)
        guard limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur == wanted else {
            throw StackError(
                "\(endpoints) endpoints need \(wanted) file descriptors, \(limit.rlim_max) are allowed",
                hint: "raise the limit (ulimit -n), or take fewer --endpoints"
            )
        }
    }
}
