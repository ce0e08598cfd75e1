internal import Glibc
internal import LocalStack
internal import Synchronization

/// An executable of the house as a child process: started, watched, and started again when it ends by itself.
final class ServiceProcess: Sendable {
    /// What happens to it, for whoever keeps the books.
    enum Event: Sendable {
        case started(ChildProcess)
        /// It ended by itself and is started again after the pause.
        case ended(ProcessEnd, pause: Duration)
    }

    let name: String
    let port: Int
    let health: String
    let log: String
    private let launch: Launch
    private let current = Mutex<(process: ChildProcess?, stopping: Bool)>((nil, false))

    init(name: String, port: Int, health: String, launch: Launch, log: String) {
        self.name = name
        self.port = port
        self.health = health
        self.log = log
        self.launch = launch.logging(to: log)
    }

    /// Whether it answers its health check with success now.
    func isReady() async -> Bool { await LoopbackHTTP.get(port: port, path: health)?.status == 200 }

    /// Keeps it running until ``stop()``.
    ///
    /// Pauses before a new start from 0.2 s to 5 s, doubled each time; a run of 30 s counts as success.
    func supervise(_ report: @Sendable (Event) async -> Void) async throws {
        var pause = Duration.milliseconds(200)
        while let process = try begin() {
            let start = ContinuousClock.now
            await report(.started(process))
            let end = try await process.waitForEnd()
            if isStopping { return }
            if start.duration(to: .now) > .seconds(30) { pause = .milliseconds(200) }
            await report(.ended(end, pause: pause))
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }

    /// Ends it with SIGTERM, after `grace` by force. It is not started again.
    func stop(grace: Duration) async {
        let process = current.withLock { current in
            current.stopping = true
            return current.process
        }
        await process?.stop(grace: grace)
    }

    private var isStopping: Bool { current.withLock { $0.stopping } }

    private func begin() throws(LocalStackError) -> ChildProcess? {
        try current.withLock { current throws(LocalStackError) in
            guard !current.stopping else { return nil }
            let process = try launch.start(ward: .terminate)
            current.process = process
            return process
        }
    }
}
