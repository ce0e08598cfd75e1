internal import IOThread
internal import Synchronization

/// One thread that looks at every ``CallGuard`` a few times a second.
final class Watchdog: Sendable {
    private static let interval: Duration = .milliseconds(200)

    private let thread = IOThread(name: "amqp-watchdog")
    private let guards = Mutex<[CallGuard]>([])

    init() {
        thread.perform { [weak self] in self?.tick() }
    }

    func watch(_ callGuard: CallGuard) { guards.withLock { $0.append(callGuard) } }

    func stop() { thread.stop() }

    private func tick() {
        for callGuard in guards.withLock({ $0 }) { callGuard.check() }
        thread.alarm(after: Self.interval) { [weak self] in self?.tick() }
    }
}
