internal import Synchronization
public import Webhooks

/// Asks the system (`getaddrinfo(3)`: the hosts file, then DNS), which blocks and so has threads of its own.
///
/// Answers are kept for 30 s and failures for 5 s; those who ask for one name at the same time share one question. A
/// thread is started when somebody asks and ends when nobody does, so that names whose servers never answer hold up
/// themselves alone until ``maximumThreads`` of them wait at once.
public final class SystemResolver: HostResolver {
    /// How many questions are asked at once.
    public static let maximumThreads = 64
    private static let maximumEntries = 10_000

    /// What is asked: blocks until it knows.
    typealias Lookup = @Sendable (String) -> Result<[IPAddress], HostResolverError>

    private struct Answer {
        var result: Result<[IPAddress], HostResolverError>
        var until: ContinuousClock.Instant
    }

    private struct State {
        var answers: [String: Answer] = [:]
        /// By name; those being asked and those in the line.
        var waiting: [String: [Waiter]] = [:]
        var line: [String] = []
        var threads = 0
        var lastID: UInt64 = 0
    }

    private let state = Mutex(State())
    private let lookup: Lookup
    private let keep: Duration
    private let keepFailure: Duration

    /// A resolver without answers. Several may stand side by side; each has its own answers and threads.
    public convenience init() { self.init(lookup: systemLookup) }

    init(keep: Duration = .seconds(30), keepFailure: Duration = .seconds(5), lookup: @escaping Lookup) {
        self.lookup = lookup
        self.keep = keep
        self.keepFailure = keepFailure
    }

    /// The addresses, out of an answer that is at most 30 s old or from the system.
    public func addresses(of host: String) async throws(HostResolverError) -> [IPAddress] {
        let known = state.withLock { state -> Result<[IPAddress], HostResolverError>? in
            guard let answer = state.answers[host], answer.until > .now else { return nil }
            return answer.result
        }
        if let known { return try known.get() }
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let needsThread = wait(Waiter(id: id, continuation: continuation), for: host)
                if needsThread { startThread() }
                // A cancellation that came before has found nobody.
                if Task.isCancelled { cancel(id, host) }
            }
        } onCancel: {
            cancel(id, host)
        }
        return try result.get()
    }

    /// - Returns: whether a thread is to be started.
    private func wait(_ waiter: Waiter, for host: String) -> Bool {
        state.withLock { state in
            let isAsked = state.waiting[host] != nil
            state.waiting[host, default: []].append(waiter)
            guard !isAsked else { return false }
            state.line.append(host)
            guard state.threads < Self.maximumThreads else { return false }
            state.threads += 1
            return true
        }
    }

    private func cancel(_ id: UInt64, _ host: String) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiting[host]?.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiting[host]?.remove(at: index)
        }
        waiter?.continuation.resume(returning: .failure(HostResolverError("cancelled")))
    }

    private func startThread() {
        let isStarted = startDetachedThread { [self] in
            while let host = next() { finish(host, lookup(host)) }
        }
        if isStarted { return }
        let left = state.withLock { state in
            state.threads -= 1
            return state.threads == 0 ? state.line : []
        }
        // No thread will come by for them.
        for host in left { finish(host, .failure(HostResolverError("no thread could be started to resolve the name"))) }
    }

    /// The next name to ask for; `nil` ends the thread.
    private func next() -> String? {
        state.withLock { state in
            guard !state.line.isEmpty else {
                state.threads -= 1
                return nil
            }
            return state.line.removeFirst()
        }
    }

    private func finish(_ host: String, _ result: Result<[IPAddress], HostResolverError>) {
        let waiters = state.withLock { state in
            if state.answers.count >= Self.maximumEntries {
                let now = ContinuousClock.now
                state.answers = state.answers.filter { $0.value.until > now }
                if state.answers.count >= Self.maximumEntries { state.answers = [:] }
            }
            state.answers[host] = Answer(result: result, until: .now + (result.isSuccess ? keep : keepFailure))
            state.line.removeAll { $0 == host }
            return state.waiting.removeValue(forKey: host) ?? []
        }
        for waiter in waiters { waiter.continuation.resume(returning: result) }
    }
}

/// Somebody waiting for an answer. A struct, for a closure in a tuple gains a thunk per read.
private struct Waiter: Sendable {
    let id: UInt64
    let continuation: CheckedContinuation<Result<[IPAddress], HostResolverError>, Never>
}

extension Result {
    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
