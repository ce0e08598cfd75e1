internal import DequeModule
internal import IOThread
internal import Logging
internal import Synchronization

/// The sessions of one client, all on one thread, and those who wait for one.
actor Pool {
    nonisolated let thread = IOThread(name: "postgres")
    nonisolated let configuration: PostgresConfiguration
    nonisolated let logger: Logger
    nonisolated let front = Mutex(Front())
    nonisolated let lastID = Atomic<UInt64>(0)
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private var sessions: [UInt64: Session] = [:]
    private var waiters: Deque<Waiter> = []
    private var isKept = false
    /// Failed connects since the last success, over all hosts.
    private var failures = 0
    private var hostIndex = 0
    private var nextConnect: ContinuousClock.Instant?
    private var alarmAt: ContinuousClock.Instant?

    init(_ configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    deinit { thread.stop() }

    /// Runs `body` soon on the pool's thread.
    nonisolated func submit(_ body: @escaping @Sendable (isolated Pool) -> Void) {
        thread.perform { self.assumeIsolated { body($0) } }
    }

    nonisolated func nextID() -> UInt64 { lastID.wrappingAdd(1, ordering: .relaxed).newValue }

    /// From now on keeps the minimum of connections open.
    func keep() {
        isKept = true
        openWhatIsNeeded()
        setAlarm()
    }

    /// Fails everybody who waits, closes what is idle now and the rest when it comes back.
    func shutDown() {
        isKept = false
        let idle = front.withLock { front in
            front.isShutDown = true
            defer { front.idle = [] }
            return front.idle
        }
        let error = PostgresError(.shutDown, "the database client was shut down")
        while let waiter = waiters.popFirst() { waiter.grant.resume(.failure(error)) }
        for session in sessions.values where session.state == .connecting || idle.contains(session.id) {
            session.close(error)
            drop(session)
        }
        count()
    }

    // What follows is called on the thread by `submit`.

    /// Somebody waits for a session.
    func wait(_ waiter: Waiter) {
        let (idle, isShutDown) = front.withLock { front in
            (front.isShutDown || !waiters.isEmpty ? nil : front.take(), front.isShutDown)
        }
        if isShutDown {
            waiter.grant.resume(.failure(PostgresError(.shutDown, "the database client was shut down")))
        } else if let idle {
            waiter.grant.resume(.success(idle))
        } else {
            waiters.append(waiter)
            count()
            openWhatIsNeeded()
            setAlarm()
        }
    }

    func cancelWaiter(_ id: UInt64) {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
        waiters.remove(at: index).grant.resume(
            .failure(PostgresError(.cancelled, "cancelled while waiting for a connection"))
        )
        count()
    }

    func submit(_ round: Round, to session: UInt64) {
        guard let session = sessions[session] else {
            return round.fail(PostgresError(.connectionLost, "the connection was lost"))
        }
        session.submit(round)
        after(session)
    }

    func cancel(_ round: UInt64, of session: UInt64) { sessions[session]?.cancel(round) }

    func onLoss(of session: UInt64, _ handler: LossHandler) {
        guard let session = sessions[session] else {
            return handler.body(PostgresError(.connectionLost, "the connection was lost"))
        }
        session.onLoss = handler
    }

    /// Probes the session from now on until its lease ends.
    func keepAlive(_ id: UInt64) {
        guard let session = sessions[id] else { return }
        session.nextProbe = .now + probeInterval
        setAlarm(by: session.nextProbe)
    }

    private func probe(_ session: Session) {
        session.nextProbe = .now + probeInterval
        guard session.inFlight.isEmpty else { return }
        let options = RoundOptions(timeout: probeTimeout, commits: false)
        session.submit(Round(id: nextID(), request: .pipeline(["SELECT 1"]), options: options, reply: nil))
        after(session)
    }

    /// A lease ends. What is not known to be idle is closed.
    func release(_ id: UInt64, discard: Bool) {
        front.withLock { $0.leased -= 1 }
        guard let session = sessions[id] else { return openWhatIsNeeded() }
        session.onLoss = nil
        session.nextProbe = nil
        guard !discard, session.isIdle, !front.withLock({ $0.isShutDown }) else {
            session.close(PostgresError(.connectionLost, "the connection was given up"))
            return drop(session)
        }
        let names = session.statements.takeDiscarded()
        if !names.isEmpty {
            let statements = names.map { SQL(trusted: "DEALLOCATE \($0)") }
            let options = RoundOptions(timeout: configuration.responseTimeout, commits: false, prepares: false)
            session.submit(Round(id: nextID(), request: .pipeline(statements), options: options, reply: nil))
            after(session)
        }
        if session.state == .ready { offer(session) }
    }

    private func sessionIsReady(_ id: UInt64) {
        guard let session = sessions[id] else { return }
        let wasConnecting = session.state == .connecting
        session.advance()
        if wasConnecting, session.state == .ready { connected(session) }
        after(session)
    }

    private func after(_ session: Session) {
        if session.state == .broken { drop(session) } else { setAlarm(by: session.deadline) }
    }

    private func connected(_ session: Session) {
        if failures > 0 { logger.info("database reachable again", metadata: ["host": "\(session.host)"]) }
        failures = 0
        nextConnect = nil
        offer(session)
        openWhatIsNeeded()
    }

    /// The session is idle: somebody who waits gets it.
    private func offer(_ session: Session) {
        let waiter = waiters.popFirst()
        front.withLock { front in
            front.lastError = nil
            front.lastSuccess = .now
            if waiter == nil { front.idle.append(session.id) } else { front.leased += 1 }
        }
        count()
        waiter?.grant.resume(.success(session.id))
    }

    private func drop(_ session: Session) {
        guard sessions.removeValue(forKey: session.id) != nil else { return }
        let error = session.failure ?? PostgresError(.connectionLost, "the connection was lost")
        let wasConnected = session.wasConnected
        let isShutDown = front.withLock { front in
            front.idle.removeAll { $0 == session.id }
            if !front.isShutDown, error.message != "the connection was given up" { front.lastError = error }
            return front.isShutDown
        }
        if !wasConnected, !isShutDown {
            failures += 1
            hostIndex += 1
            let rounds = failures / max(configuration.hosts.count, 1)
            if failures.isMultiple(of: max(configuration.hosts.count, 1)) {
                nextConnect = .now + backoff(rounds)
            }
            if failures == 1 { logger.warning("database unreachable", metadata: ["error": "\(error)"]) }
        }
        session.onLoss?.body(error)
        count()
        openWhatIsNeeded()
        setAlarm()
    }

    private func backoff(_ round: Int) -> Duration {
        let ceiling = min(
            configuration.initialBackoff * (1 << min(round - 1, 10)),
            configuration.maximumBackoff
        )
        return ceiling * Double.random(in: 0.5...1)
    }

    private func openWhatIsNeeded() {
        guard !front.withLock({ $0.isShutDown }), !configuration.hosts.isEmpty else { return }
        if let nextConnect, nextConnect > .now { return setAlarm(by: nextConnect) }
        let connecting = sessions.values.count { $0.state == .connecting }
        let missing = isKept ? configuration.minimumIdle - sessions.count : 0
        var wanted = max(waiters.count - connecting, missing)
        // One probe at a time while the server is away.
        if failures > 0 { wanted = connecting > 0 ? 0 : min(wanted, 1) }
        for _ in 0..<max(0, min(wanted, configuration.poolSize - sessions.count)) {
            let id = nextID()
            let host = configuration.hosts[hostIndex % configuration.hosts.count]
            let session = Session(id: id, host: host, configuration: configuration, thread: thread) { [weak self] in
                self?.assumeIsolated { $0.sessionIsReady(id) }
            }
            sessions[id] = session
            if session.state == .broken {
                drop(session)
                return
            }
            setAlarm(by: session.deadline)
        }
        count()
    }

    private func count() {
        front.withLock { front in
            front.open = sessions.count
            front.waiting = waiters.count
        }
    }

    private func setAlarm() {
        var earliest = waiters.first?.deadline
        for session in sessions.values {
            if let deadline = session.deadline { earliest = min(earliest ?? deadline, deadline) }
            if let probe = session.nextProbe { earliest = min(earliest ?? probe, probe) }
        }
        if let nextConnect, isKept || !waiters.isEmpty { earliest = min(earliest ?? nextConnect, nextConnect) }
        setAlarm(by: earliest)
    }

    private func setAlarm(by instant: ContinuousClock.Instant?) {
        guard let instant else { return }
        if let alarmAt, alarmAt <= instant { return }
        alarmAt = instant
        thread.alarm(after: instant - .now) { [weak self] in self?.assumeIsolated { $0.alarm() } }
    }

    private func alarm() {
        alarmAt = nil
        let now = ContinuousClock.now
        while let waiter = waiters.first, waiter.deadline <= now {
            waiters.removeFirst()
            waiter.grant.resume(.failure(acquireError()))
        }
        count()
        for session in sessions.values where session.deadline.map({ $0 <= now }) ?? false {
            session.expire()
            drop(session)
        }
        for session in sessions.values where session.nextProbe.map({ $0 <= now }) ?? false { probe(session) }
        if let nextConnect, nextConnect <= now {
            self.nextConnect = nil
            openWhatIsNeeded()
        }
        setAlarm()
    }

    private func acquireError() -> PostgresError {
        let (leased, lastError) = front.withLock { ($0.leased, $0.lastError) }
        let connecting = sessions.values.count { $0.state == .connecting }
        let timeout = "no connection within \(configuration.acquireTimeout)"
        guard let lastError else {
            return PostgresError(
                .acquireTimeout,
                "\(timeout): \(leased) of \(configuration.poolSize) connections are in use, \(connecting) being opened"
            )
        }
        return PostgresError(.acquireTimeout, "\(timeout): \(lastError.message)", sqlState: lastError.sqlState)
    }
}

/// Between two probes of a connection that holds a lock, and the time for an answer.
private let probeInterval = Duration.seconds(2)
private let probeTimeout = Duration.seconds(4)

extension PostgresConfiguration {
    /// How long the oldest statement of a connection may stay unanswered.
    var responseTimeout: Duration { statementTimeout + responseMargin }
}
