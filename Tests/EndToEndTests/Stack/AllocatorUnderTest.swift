internal import LocalStack
internal import TestSupport

/// An allocator that the test has started itself, beside the one of the stack.
struct AllocatorUnderTest: Sendable {
    let process: ChildProcess
    let log: String

    /// Its admin port, once it has said which one it took.
    private var port: Int? {
        let mark = "admin.port="
        let lines = (LocalFile.read(log) ?? "").split(separator: "\n")
        guard let line = lines.last(where: { $0.contains(mark) }) else { return nil }
        return line.split(separator: " ").first { $0.hasPrefix(mark) }.flatMap { Int($0.dropFirst(mark.count)) }
    }

    /// Waits until it answers that it is ready, or has ended.
    func waitUntilReady() async throws {
        let deadline = ContinuousClock.now + .patient(.seconds(60))
        while process.isRunning {
            if let port, await LoopbackHTTP.get(port: port, path: "/readyz")?.status == 200 { return }
            guard ContinuousClock.now < deadline else { throw EndToEndError("the allocator was not ready in 60 s") }
            // Nothing tells when an HTTP server begins to answer.
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

extension StackUnderTest {
    /// Starts another allocator, with variables of its own.
    func startAllocator(_ name: String, _ own: [String: String]) throws -> AllocatorUnderTest {
        var variables = try variables()
        variables["BUSBAR_DATABASE_USER"] = "allocator"
        variables["BUSBAR_ADMIN_HOST"] = "127.0.0.1"
        variables["BUSBAR_ADMIN_PORT"] = "0"
        variables["BUSBAR_LOG_FORMAT"] = "text"
        variables.merge(own) { $1 }
        let log = directory + "/logs/\(name).log"
        let launch = Launch(
            try Executables.path("allocator"),
            environment: Launch.plainEnvironment.merging(variables) { $1 },
            directory: directory
        ).logging(to: log)
        return AllocatorUnderTest(process: try launch.start(ward: .kill), log: log)
    }
}
