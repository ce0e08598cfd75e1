internal import Synchronization

/// What all replicas of a service have used, through their ends and new starts.
final class ReplicaMeter: Sendable {
    /// Figures that only grow.
    struct Reading: Sendable {
        var cpuSeconds = 0.0
        /// Most resident memory of one replica, in bytes.
        var residentBytes = 0
        var restarts = 0
    }

    private struct State {
        /// By replica: the process that runs, and its time.
        var running: [String: (process: StackState.Process, cpuSeconds: Double)] = [:]
        var ended = 0.0
        var residentBytes = 0
        var restarts = 0
    }

    private let books: StackBooks
    private let prefix: String
    private let state = Mutex(State())

    /// - Parameter name: of the service.
    init(_ books: StackBooks, of name: String) {
        self.books = books
        prefix = name
    }

    /// The replicas' processes that run now.
    func processes() async -> [StackState.Process] {
        await books.state.parts.filter { $0.name.hasPrefix(prefix) }.compactMap(\.process).filter(\.isRunning)
    }

    /// Looks at all of them.
    @discardableResult
    func read() async -> Reading {
        let parts = await books.state.parts.filter { $0.name.hasPrefix(prefix) }
        return state.withLock { state in
            state.restarts = parts.reduce(0) { $0 + $1.restarts }
            for part in parts {
                guard let process = part.process, process.isRunning else { continue }
                if let known = state.running[part.name], known.process != process { state.ended += known.cpuSeconds }
                state.running[part.name] = (process, ProcessUsage.cpuSeconds(of: process.pid))
                state.residentBytes = max(state.residentBytes, ProcessUsage.residentBytes(of: process.pid))
            }
            return Reading(
                cpuSeconds: state.ended + state.running.values.reduce(0) { $0 + $1.cpuSeconds },
                residentBytes: state.residentBytes,
                restarts: state.restarts
            )
        }
    }

    /// Looks at them again and again, until it is cancelled: of a process that is killed nothing can be read afterwards.
    func watch() async {
        while !Task.isCancelled {
            await read()
            try? await Task.sleep(for: .milliseconds(200))  // Ends early only when cancelled.
        }
    }
}
