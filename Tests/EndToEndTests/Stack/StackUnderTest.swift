internal import FoundationEssentials
internal import Glibc
internal import LocalStack
internal import TestSupport
internal import Testing

/// A stack of its own, started as `busbar up` in a directory of its own, and gone when the test is over.
struct StackUnderTest: Sendable {
    /// The stack's folder.
    let directory: String
    /// What `busbar up` writes.
    let output: String
    /// `busbar up` itself.
    let supervisor: ChildProcess

    /// Starts a stack, waits until it is live, runs `body`, and ends it with SIGTERM.
    ///
    /// - Parameters:
    ///   - allocators: how many replicas.
    ///   - priceFeeds: how many replicas.
    ///   - notifiers: how many replicas.
    ///   - blockInterval: of the devnet.
    ///   - variables: handed on to the services.
    static func with<Result: Sendable>(
        allocators: Int = 1,
        priceFeeds: Int = 1,
        notifiers: Int = 1,
        blockInterval: String = "200ms",
        variables: [String: String] = [:],
        _ body: (StackUnderTest) async throws -> Result
    ) async throws -> Result {
        let home = try ServerDirectory.temporary()
        let launch = Launch(
            try Executables.path("busbar"),
            [
                "up", "--json", "--directory", home.path + "/stack", "--block-interval", blockInterval, "--scale",
                "allocator=\(allocators)", "--scale", "price-feed=\(priceFeeds)", "--scale", "notifier=\(notifiers)",
            ],
            environment: Launch.plainEnvironment.merging(variables) { $1 },
            directory: home.path
        ).logging(to: home.path + "/up.log")
        let stack = StackUnderTest(
            directory: home.path + "/stack",
            output: home.path + "/up.log",
            supervisor: try launch.start(ward: .terminate)
        )
        do {
            try await stack.waitUntilLive()
            let result = try await body(stack)
            try await stack.stop()
            await LocalFile.remove(home.path)
            return result
        } catch {
            stack.reportLogs(of: error)
            _ = await stack.supervisor.stop(grace: .patient(.seconds(30)))
            await LocalFile.remove(home.path)
            throw error
        }
    }

    private func waitUntilLive() async throws {
        let deadline = ContinuousClock.now + .patient(.seconds(120))
        var ports = DefaultPorts()
        while true {
            ports.hold()
            if let state, state.isLive { return }
            guard supervisor.isRunning else { throw EndToEndError("busbar up ended before the stack was live") }
            guard ContinuousClock.now < deadline else { throw EndToEndError("the stack was not live within 120 s") }
            // Another process writes a file; nothing else tells.
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Ends it as Ctrl-C or a service manager would, and looks for what it may have left.
    private func stop() async throws {
        let left = (state?.parts ?? []).compactMap(\.process)
        let end = await supervisor.stop(grace: .patient(.seconds(30)))
        #expect(end == .exited(0), "busbar up must end with status 0 on SIGTERM")
        let running = left.filter { ProcessTree.startTime(of: $0.pid) == $0.startTime }
        #expect(running.isEmpty, "busbar up left processes running")
    }

    private func reportLogs(of error: any Error) {
        print("The stack's logs, for \(error):")
        for path in [output] + (state?.parts ?? []).map(\.log) {
            print("== \(path)")
            for line in LocalFile.tail(path, lines: 25) { print("   \(line)") }
        }
    }
}
