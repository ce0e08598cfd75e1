internal import CLinux
internal import Glibc
internal import Synchronization

/// A thread that an actor calls its own: its serial executor, which sleeps on sockets, a deadline and a wake-up.
///
/// C libraries that may be used from one thread only, and that must be called regularly, live in an actor whose
/// `unownedExecutor` is an `IOThread`. The compiler then proves that nothing else touches their handles, and the
/// cooperative pool never waits for them.
///
/// ```swift
/// actor Connection {
///     private let thread = IOThread(name: "amqp-publish")
///     nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
/// }
/// ```
///
/// The thread ends when ``stop()`` was called and no job is left; dropping the last reference alone does not end it.
public final class IOThread: SerialExecutor {
    /// What a watcher waits for.
    public struct Interest: OptionSet, Sendable, Hashable {
        /// Event bits of poll(2).
        public let rawValue: Int16
        /// Takes event bits of poll(2) as they are.
        public init(rawValue: Int16) { self.rawValue = rawValue }
        /// Bytes, or the end of the stream, can be read without waiting.
        public static let read = Interest(rawValue: Int16(POLLIN))
        /// At least one byte can be written without waiting.
        public static let write = Interest(rawValue: Int16(POLLOUT))
    }

    private struct Inbox {
        var jobs: [UnownedJob] = []
        var bodies: [Body] = []
        var stopping = false
        var awake = false
    }

    private let inbox = Mutex(Inbox())
    private let wakeUp: Int32
    private let core = LoopCore()

    /// Starts the thread.
    /// - Parameter name: shown by `/proc` and debuggers, cut to 15 bytes.
    public init(name: String) {
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        precondition(wakeUp >= 0, "eventfd: \(String(cString: strerror(errno)))")
        let box = Unmanaged.passRetained(Start(thread: self, name: name))
        var handle = pthread_t()
        let code = pthread_create(&handle, nil, runLoop, box.toOpaque())
        precondition(code == 0, "pthread_create: \(String(cString: strerror(code)))")
        pthread_detach(handle)
    }

    deinit { close(wakeUp) }

    /// Where the runtime hands over the actor's jobs, from any thread; they run in the order they came.
    /// A job that comes after the thread has ended never runs.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustWake = inbox.withLock { inbox in
            inbox.jobs.append(job)
            defer { inbox.awake = true }
            return !inbox.awake
        }
        if mustWake { signal() }
    }

    /// Runs `body` on this thread, after what was handed over before it and without a task.
    ///
    /// - Returns: `false`, and `body` never runs, once ``stop()`` was called: whoever waits for its effect must be told
    ///   there and then. A body that was accepted always runs.
    @discardableResult
    public func perform(_ body: @escaping @Sendable () -> Void) -> Bool {
        let (accepted, mustWake) = inbox.withLock { inbox in
            guard !inbox.stopping else { return (false, false) }
            inbox.bodies.append(Body(run: body))
            defer { inbox.awake = true }
            return (true, !inbox.awake)
        }
        if mustWake { signal() }
        return accepted
    }

    /// Traps unless it is called on this thread (SE-0424).
    public func checkIsolated() {
        precondition(core.isCurrent, "not on the I/O thread")
    }

    /// Whether the caller is on this thread; never `nil` (SE-0471).
    public func isIsolatingCurrentContext() -> Bool? { core.isCurrent }

    /// Lets the thread end once the jobs that are already there have run. Call it when its actor is finished.
    public func stop() {
        let mustWake = inbox.withLock { inbox in
            inbox.stopping = true
            defer { inbox.awake = true }
            return !inbox.awake
        }
        if mustWake { signal() }
    }

    /// Calls `body` on this thread each time the descriptor is ready, until ``unwatch(_:)``. On this thread only.
    ///
    /// Errors and hang-ups of the descriptor count as ready. A second call for the same descriptor replaces the first.
    /// Stop watching before the descriptor is closed.
    public func watch(_ descriptor: Int32, for interest: Interest, _ body: @escaping @Sendable () -> Void) {
        checkIsolated()
        core.watchers[descriptor] = Watcher(interest: interest, body: body)
    }

    /// Stops watching the descriptor. On this thread only.
    public func unwatch(_ descriptor: Int32) {
        checkIsolated()
        core.watchers[descriptor] = nil
    }

    /// Sets the one alarm: `body` runs on this thread once, `delay` from now, unless it is set anew before.
    /// On this thread only.
    public func alarm(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        checkIsolated()
        core.alarm = Alarm(at: .now + delay, body: body)
    }

    /// Takes the alarm back. On this thread only.
    public func cancelAlarm() {
        checkIsolated()
        core.alarm = nil
    }

    private func signal() {
        var one: UInt64 = 1
        _ = write(wakeUp, &one, MemoryLayout<UInt64>.size)
    }

    fileprivate func run() {
        core.becomeCurrent()
        while true {
            let (jobs, bodies, stopping) = inbox.withLock { inbox in
                let (jobs, bodies) = (inbox.jobs, inbox.bodies)
                inbox.jobs.removeAll(keepingCapacity: true)
                inbox.bodies.removeAll(keepingCapacity: true)
                inbox.awake = !jobs.isEmpty || !bodies.isEmpty
                return (jobs, bodies, inbox.stopping)
            }
            if jobs.isEmpty, bodies.isEmpty {
                if stopping { return }
                core.waitOnce(wakeUp: wakeUp)
            } else {
                let executor = asUnownedSerialExecutor()
                for job in jobs { job.runSynchronously(on: executor) }
                for body in bodies { body.run() }
                core.pollOnce(wakeUp: wakeUp)
            }
        }
    }
}

/// A closure stored in a tuple or an optional of a generic gains a thunk per read (swiftlang/swift#91348): hence structs.
private struct Watcher {
    var interest: IOThread.Interest
    var body: @Sendable () -> Void
}

private struct Body: Sendable {
    var run: @Sendable () -> Void
}

private struct Alarm {
    var at: ContinuousClock.Instant
    var body: @Sendable () -> Void
}

private final class Start {
    let thread: IOThread
    let name: String

    init(thread: IOThread, name: String) {
        self.thread = thread
        self.name = name
    }
}

/// What only the thread itself touches.
///
/// `@unchecked`: every member is used on the one thread alone, which ``IOThread/checkIsolated()`` enforces at each
/// entrance; `thread` itself is written once before any job runs and read atomically.
private final class LoopCore: @unchecked Sendable {
    var watchers: [Int32: Watcher] = [:]
    var alarm: Alarm?
    private let thread = Atomic<UInt>(0)
    private var descriptors: [pollfd] = []

    var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    func becomeCurrent() { thread.store(UInt(pthread_self()), ordering: .relaxed) }

    func waitOnce(wakeUp: Int32) {
        var timeout: Int32 = -1
        if let alarm {
            let left = alarm.at - .now
            timeout = left <= .zero ? 0 : Int32(min(left / .milliseconds(1) + 1, 1_000_000))
        }
        poll(wakeUp: wakeUp, timeout: timeout)
    }

    func pollOnce(wakeUp: Int32) { poll(wakeUp: wakeUp, timeout: 0) }

    private func poll(wakeUp: Int32, timeout: Int32) {
        descriptors.removeAll(keepingCapacity: true)
        descriptors.append(pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0))
        for (descriptor, watcher) in watchers {
            descriptors.append(pollfd(fd: descriptor, events: watcher.interest.rawValue, revents: 0))
        }
        let ready = Glibc.poll(&descriptors, nfds_t(descriptors.count), timeout)
        if ready > 0 {
            if descriptors[0].revents != 0 {
                var count: UInt64 = 0
                _ = read(wakeUp, &count, MemoryLayout<UInt64>.size)
            }
            for entry in descriptors.dropFirst() where entry.revents != 0 {
                watchers[entry.fd]?.body()
            }
        }
        if let due = alarm, due.at <= .now {
            alarm = nil
            due.body()
        }
    }
}

private func runLoop(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    busbar_set_thread_name(start.name)
    start.thread.run()
    return nil
}
