internal import ArgumentParser
internal import LocalStack

/// `busbar bench`
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the house on this machine.",
        subcommands: [BenchAllocate.self, BenchNotify.self]
    )
}

/// `busbar bench allocate`
struct BenchAllocate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocate",
        abstract: "Measure allocations: throughput, latency, CPU, memory, beside the limit of bare calls.",
        discussion: """
            Starts a stack of its own, with hot wallets that have energy enough, so that the chain is out of the path: \
            from the request taken, priced and charged to the event confirmed. Measures latency at offered rates, throughput with a full \
            queue, and then the same messages, rows (those of the ledger too) and event over bare librabbitmq and libpq calls. Ends with status 1 \
            when a target is missed.

            Nothing else should run meanwhile. The stack's data is removed afterwards, its logs stay.
            """
    )

    @OptionGroup var location: StackLocation

    @Option(help: "Requests of the full queue, 1000 to 100000.") var count = 40_000
    @Option(help: "An offered rate, requests a second; may be repeated.") var rate: [Int] = []
    @Option(help: "Seconds that each rate is offered.") var seconds = 10
    @Option(help: "Requests asked one by one.") var lone = 50
    @Flag(name: .customLong("no-check"), help: "End with status 0 even when a target is missed.") var noCheck = false
    @Flag(help: "Write the figures as JSON to standard output; progress goes to standard error.") var json = false

    func validate() throws {
        guard (1_000...100_000).contains(count) else { throw ValidationError("--count takes 1000 to 100000") }
        guard (1...120).contains(seconds) else { throw ValidationError("--seconds takes 1 to 120") }
        guard (1...1000).contains(lone) else { throw ValidationError("--lone takes 1 to 1000") }
        guard rate.allSatisfy({ (1...5000).contains($0) }) else { throw ValidationError("--rate takes 1 to 5000") }
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
        var options = Bench.Options()
        (options.count, options.seconds, options.lone) = (count, seconds, lone)
        if !rate.isEmpty { options.rates = rate }
        var stackOptions = StackOptions()
        // What is promised stays promised until the end.
        stackOptions.variables["BUSBAR_ALLOCATOR_SEND_WINDOW"] = "86400s"
        let layout = StackLayout(
            directory: location.directory.map { StackLayout.standard(directory: $0).directory }
                ?? location.layout.directory + "/bench",
            executables: location.layout.executables
        )
        let controller = try LocalStackController(layout, stackOptions, console)
        let isGood = Outcome()
        try await controller.run { [options] stack in
            let parts = await controller.books.state.parts
            let report = try await Bench(options, stack, parts, console).run()
            console.line()
            report.show(console)
            if json { Console().line(report.json) }
            isGood.set(report.isGood)
        }
        await LocalFile.remove(layout.servers)
        return isGood.value
    }
}
