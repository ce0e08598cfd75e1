internal import CPostgres
internal import DequeModule
internal import IOThread

/// One connection of libpq, non-blocking and in pipeline mode. Lives on the pool's thread, inside its actor.
final class Session {
    enum State {
        case connecting
        case ready
        case broken
    }

    let id: UInt64
    let host: PostgresConfiguration.Host
    private(set) var state = State.connecting
    /// When the oldest round, or the connecting, has taken too long.
    private(set) var deadline: ContinuousClock.Instant?
    /// It got as far as taking statements.
    private(set) var wasConnected = false
    /// Why it broke.
    private(set) var failure: PostgresError?
    /// When to probe the connection next, if it is to be probed.
    var nextProbe: ContinuousClock.Instant?
    /// Set when somebody wants to know of the end.
    var onLoss: LossHandler?

    var statements: StatementCache
    private(set) var inFlight: Deque<Round> = []
    private var waiting: Deque<Round> = []
    private(set) var handle: OpaquePointer?
    private var descriptor: Int32 = -1
    private var interest: IOThread.Interest = []
    private let thread: IOThread
    private let onReady: @Sendable () -> Void

    /// Begins to connect; ``advance()`` goes on whenever the socket is ready.
    init(
        id: UInt64,
        host: PostgresConfiguration.Host,
        configuration: PostgresConfiguration,
        thread: IOThread,
        onReady: @escaping @Sendable () -> Void
    ) {
        self.id = id
        self.host = host
        self.thread = thread
        self.onReady = onReady
        statements = StatementCache(capacity: configuration.statementCacheSize)
        deadline = .now + configuration.connectTimeout
        handle = startConnecting(configuration.keywords(for: host))
        guard let handle, PQstatus(handle) != CONNECTION_BAD else {
            close(PostgresError(.connectionLost, connectionMessage()))
            return
        }
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        watch(.write)
    }

    deinit { if let handle { PQfinish(handle) } }

    /// Nothing is under way and no transaction is open.
    var isIdle: Bool {
        guard state == .ready, inFlight.isEmpty, waiting.isEmpty, let handle else { return false }
        return PQtransactionStatus(handle) == PQTRANS_IDLE
    }

    /// Does whatever the socket now allows. Returns with `state == .broken` when the connection is lost.
    func advance() {
        switch state {
        case .connecting: stepConnecting()
        case .ready: exchange()
        case .broken: break
        }
    }

    /// Sends a round, or queues it behind one that does not share the connection.
    func submit(_ round: Round) {
        guard state == .ready else {
            round.fail(failure ?? PostgresError(.connectionLost, "the connection is not open"))
            return
        }
        waiting.append(round)
        sendWaiting()
        if state == .ready { flush() }
    }

    /// Detaches the waiting task of a round. The round itself goes on: it may bring the BEGIN of others.
    func cancel(_ id: UInt64) {
        let round = inFlight.first { $0.id == id } ?? waiting.first { $0.id == id }
        if let round, round.options.isCancellable { round.detach() }
    }

    /// Closes the connection; rounds under way fail with the error.
    func close(_ error: PostgresError) {
        guard state != .broken else { return }
        state = .broken
        failure = error
        deadline = nil
        nextProbe = nil
        if descriptor >= 0 { thread.unwatch(descriptor) }
        descriptor = -1
        if let handle { PQfinish(handle) }
        handle = nil
        let rounds = Array(inFlight) + Array(waiting)
        inFlight = []
        waiting = []
        for round in rounds { round.fail(error) }
    }

    /// The time is up for connecting or for the oldest round.
    func expire() {
        let isConnecting = state == .connecting
        close(
            PostgresError(
                .responseTimeout,
                isConnecting ? "no answer from \(host) while connecting" : "no answer from \(host) in time"
            )
        )
    }

    private func stepConnecting() {
        guard let handle else { return }
        switch PQconnectPoll(handle) {
        case PGRES_POLLING_READING: watch(.read)
        case PGRES_POLLING_WRITING: watch(.write)
        case PGRES_POLLING_OK:
            guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else {
                return close(PostgresError(.connectionLost, connectionMessage()))
            }
            state = .ready
            wasConnected = true
            deadline = nil
            watch(.read)
        default: close(PostgresError(.connectionLost, connectionMessage()))
        }
    }

    private func exchange() {
        guard let handle else { return }
        guard PQconsumeInput(handle) == 1 else { return lose() }
        receive()
        guard state == .ready else { return }
        sendWaiting()
        if state == .ready { flush() }
    }

    func flush() {
        guard let handle else { return }
        switch PQflush(handle) {
        case 0: watch(pendingCopy ? [.read, .write] : .read)
        case 1: watch([.read, .write])
        default: lose()
        }
    }

    private var pendingCopy: Bool {
        guard let round = inFlight.first, case .copyIn = round.request else { return false }
        return !round.answer.results.isEmpty && round.copied >= 0
    }

    /// Sends what may go now: pipelines one after another, everything else alone.
    private func sendWaiting() {
        while let round = waiting.first, let handle {
            if !round.request.isPipeline || inFlight.first?.request.isPipeline == false {
                guard inFlight.isEmpty else { return }
            }
            waiting.removeFirst()
            inFlight.append(round)
            if inFlight.count == 1 { startTimer() }
            round.isSent = true
            guard send(round, on: handle) else { return lose() }
        }
    }

    /// The oldest round is answered.
    func finishOldest() {
        guard let round = inFlight.popFirst() else { return }
        startTimer()
        round.finish()
    }

    /// The oldest round begins, or has made progress.
    func startTimer() {
        deadline = inFlight.first.map { .now + $0.options.timeout }
    }

    func lose() { close(PostgresError(.connectionLost, connectionMessage())) }

    private func connectionMessage() -> String {
        guard let handle, let text = PQerrorMessage(handle) else { return "out of memory" }
        let message = String(cString: text).split(separator: "\n").joined(separator: " ")
        return message.isEmpty ? "the connection was lost" : message
    }

    private func watch(_ interest: IOThread.Interest) {
        guard let handle else { return }
        let socket = PQsocket(handle)
        if socket == descriptor, interest == self.interest { return }
        if descriptor >= 0, descriptor != socket { thread.unwatch(descriptor) }
        descriptor = socket
        self.interest = interest
        if socket >= 0 { thread.watch(socket, for: interest, onReady) }
    }
}

/// Called once, on the pool's thread, when a session ends.
struct LossHandler: Sendable {
    var body: @Sendable (PostgresError) -> Void
}

private func startConnecting(_ keywords: [(String, String)]) -> OpaquePointer? {
    // One block of memory for all the texts, each ended by a zero.
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for (keyword, value) in keywords {
        for text in [keyword, value] {
            offsets.append(bytes.count)
            bytes.append(contentsOf: text.utf8CString)
        }
    }
    return bytes.withUnsafeBufferPointer { buffer in
        var names: [UnsafePointer<CChar>?] = []
        var values: [UnsafePointer<CChar>?] = []
        for (index, offset) in offsets.enumerated() {
            let text = buffer.baseAddress.map { $0 + offset }
            if index.isMultiple(of: 2) { names.append(text) } else { values.append(text) }
        }
        names.append(nil)
        values.append(nil)
        return PQconnectStartParams(names, values, 0)
    }
}
