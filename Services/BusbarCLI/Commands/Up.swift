internal import ArgumentParser
internal import Glibc
internal import LocalStack

/// `busbar up`
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a private broker, database and chain, and the services; end them with Ctrl-C.",
        discussion: """
            Everything listens on the loopback interface alone, on fixed ports where they are free. Each start begins \
            with an empty broker and database, since the devnet keeps its chain in memory; --keep-data keeps them.

            With BUSBAR_TRON_NODES set no devnet is started and the data is kept. Other BUSBAR_ variables are handed \
            on to the services.
            """
    )

    @OptionGroup var location: StackLocation

    @Flag(help: "Run the demo when all is live.")
    var demo = false

    @Flag(help: "Own stake for about 30 % of the demo's demand; the rest is bought of TronZap and TronNRG (played).")
    var mixed = false

    @Option(
        help: ArgumentHelp(
            "All is bought, of four suppliers that fail in every way, from this seed; the allocator is killed again and again.",
            valueName: "seed"
        )
    )
    var faults: UInt64?

    @Argument(help: "How many withdrawals the demo runs.")
    var withdrawals: Int?

    @Flag(help: "End the stack after the demo, or as soon as all is live.")
    var exit = false

    @Flag(help: "Write the state as JSON to standard output when all is live; progress goes to standard error.")
    var json = false

    @Option(help: ArgumentHelp("Processes of a service.", valueName: "service=count"))
    var scale: [Replicas] = []

    @Option(help: "The devnet's time between blocks: 3s, 200ms; 50ms at least.")
    var blockInterval = "3s"

    @Flag(help: "Keep broker and database of the last start.")
    var keepData = false

    func validate() throws {
        for replicas in scale where !HouseService.all.contains(where: { $0.name == replicas.service }) {
            let known = HouseService.all.map(\.name).joined(separator: ", ")
            throw ValidationError("there is no service \(replicas.service) to scale; there is: \(known)")
        }
        guard demo || (!mixed && faults == nil) else { throw ValidationError("--mixed and --faults are for --demo") }
        if let withdrawals {
            guard demo else { throw ValidationError("a number of withdrawals is only for --demo") }
            guard (1...100_000).contains(withdrawals) else { throw ValidationError("the demo takes 1 to 100000") }
        }
    }

    func run() async throws {
        let console = Console(json ? .errors : .output)
        let signals = Signals.stream()
        let layout = location.layout
        let work = Task { try await live(layout, console) }
        let watch = Task {
            var count = 0
            for await _ in signals {
                count += 1
                if count == 1 {
                    console.live("")
                    console.line("Stopping …")
                    work.cancel()
                } else {
                    // The guardian ends what is left.
                    console.line("Not waiting any longer.")
                    Glibc.exit(130)
                }
            }
        }
        defer { watch.cancel() }
        do {
            try await work.value
        } catch is CancellationError {
            console.good("stopped, nothing is left running")
        } catch let error as StackFailure {
            throw ExitCode(error.code)
        } catch {
            console.bad("\(error)")
            throw ExitCode.failure
        }
    }

    private func live(_ layout: StackLayout, _ console: Console) async throws {
        let start = ContinuousClock.now
        let controller = try LocalStackController(layout, try options(), console)
        let isDemoGood = Outcome()
        try await controller.run { stack in
            let state = await controller.books.state
            console.good("live after \(DurationText.seconds(since: start))")
            for line in state.table().lines() { console.line("  " + line) }
            if json { Console().line(state.json) }
            if demo {
                isDemoGood.set(
                    try await Demo.run(
                        stack,
                        count: withdrawals ?? 60,
                        faults: faults,
                        json: json,
                        ends: exit,
                        console: console
                    )
                )
            }
            if exit { return }
            console.line("Logs: \(layout.logs)   Variables: busbar env   End: Ctrl-C or busbar down")
            while true { try await Task.sleep(for: .seconds(3600)) }
        }
        console.good("stopped, nothing is left running")
        if !isDemoGood.value { throw StackFailure(code: 1) }
    }

    private func options() throws -> StackOptions {
        var options = StackOptions()
        for replicas in scale { options.replicas[replicas.service] = replicas.count }
        options.blockInterval = blockInterval
        if mixed || faults != nil { options.mixed = withdrawals ?? 60 }
        options.faults = faults
        // The shell has taken over `busbar env` of an earlier stack: these are no wishes of the caller.
        let isLeftOver = Launch.variable("BUSBAR_CLOCK_URL") != nil
        options.nodes = isLeftOver ? nil : Launch.variable("BUSBAR_TRON_NODES")
        options.keepData = keepData || options.nodes != nil
        let made =
            ["BROKER", "DATABASE", "ADMIN", "TEST"] + (isLeftOver ? ["TRON", "CLOCK", "SIGNER", "PURCHASING"] : [])
        let ours = ["SECRETS_KEY", "ALLOWED_NETWORKS", "TELEGRAM_URL"].map { "BUSBAR_NOTIFIER_\($0)" }
        options.variables = Launch.variables(prefix: "BUSBAR_").filter { name, _ in
            !made.contains { name.hasPrefix("BUSBAR_\($0)_") }
                && !(isLeftOver && name.hasPrefix("BUSBAR_PRICE_") && name.hasSuffix("_URL"))
                && !(isLeftOver && ours.contains(name))
        }
        return options
    }
}

/// `service=count` on the command line.
struct Replicas: ExpressibleByArgument {
    let service: String
    let count: Int

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let count = Int(parts[1]), (1...16).contains(count) else { return nil }
        service = String(parts[0])
        self.count = count
    }
}
