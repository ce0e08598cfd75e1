internal import Glibc
internal import Synchronization

/// How a process ended.
public enum ProcessEnd: Sendable, Hashable, CustomStringConvertible {
    /// It exited by itself with this status.
    case exited(Int32)
    /// It was ended by this signal.
    case signalled(Int32)

    /// Continues a sentence about the process: `exited with status 1`, `was ended by signal 9`.
    public var description: String {
        switch self {
        case .exited(let status): "exited with status \(status)"
        case .signalled(let signal): "was ended by signal \(signal)"
        }
    }

    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .signalled(signal)
    }
}

/// A process that this process started: waited for without blocking, and signalled without ever hitting a stranger.
///
/// It runs in a session of its own, so that Ctrl-C in a terminal reaches only us, and we end it in our order.
public final class ChildProcess: Sendable {
    private struct State {
        var end: ProcessEnd?
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    /// The id, valid while ``end`` is nil.
    public let pid: Int32
    private let state = Mutex(State())

    init(pid: Int32, atEnd: @escaping @Sendable () -> Void = {}) {
        self.pid = pid
        startThread { [self] in
            var info = siginfo_t()
            // Without reaping: until the lock is held the id must not become another process's.
            while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
            atEnd()
            let waiters = state.withLock { state in
                var status: Int32 = 0
                while waitpid(pid, &status, 0) == -1, errno == EINTR {}
                state.end = ProcessEnd(waitStatus: status)
                defer { state.waiters = [:] }
                return Array(state.waiters.values)
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    /// How it ended, or nil while it runs.
    public var end: ProcessEnd? { state.withLock { $0.end } }

    /// Whether it still runs.
    public var isRunning: Bool { end == nil }

    /// Sends a signal, unless the process has ended.
    public func signal(_ number: Int32) {
        state.withLock { state in
            if state.end == nil { _ = kill(pid, number) }
        }
    }

    /// Sends a signal to the whole process group, unless the process has ended.
    public func signalGroup(_ number: Int32) {
        state.withLock { state in
            if state.end == nil { _ = kill(-pid, number) }
        }
    }

    /// Stops it from running, and returns when none of its threads does, or after five seconds.
    ///
    /// The signal alone is no more than a request: on a busy machine threads go on until one of them has had its turn.
    func freeze() async {
        signal(SIGSTOP)
        await untilStopped([pid])
    }

    /// Waits for the end.
    /// - Throws: `CancellationError` when the waiting task is cancelled; the process goes on.
    @discardableResult
    public func waitForEnd() async throws -> ProcessEnd {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let wait = state.withLock { state in
                    guard state.end == nil, !Task.isCancelled else { return false }
                    state.waiters[id] = continuation
                    return true
                }
                if !wait { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
        guard let end else { throw CancellationError() }
        return end
    }

    /// Asks the process to end, and ends it by force when it has not within `grace`.
    ///
    /// The default signal is SIGTERM. Also done when the surrounding task is cancelled: a stop is never left half done.
    @discardableResult
    public func stop(signal number: Int32 = 15, grace: Duration) async -> ProcessEnd? {
        signal(SIGCONT)
        signal(number)
        let limited = Task { try? await within(grace, "stop") { try await self.waitForEnd() } }
        if let end = await limited.value { return end }
        signalGroup(SIGKILL)
        signal(SIGKILL)
        let forced = Task { try? await self.waitForEnd() }
        return await forced.value
    }
}

/// Returns when none of the processes runs any more, or after five seconds.
func untilStopped(_ pids: [Int32]) async {
    await onOwnThread {
        let deadline = ContinuousClock.now + .seconds(5)
        // The kernel tells a parent alone, which of a server's workers we are not.
        while !pids.allSatisfy(ProcessTree.isStopped), ContinuousClock.now < deadline { usleep(1000) }
    }
}
