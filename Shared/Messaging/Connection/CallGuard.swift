internal import Glibc
internal import Synchronization

/// Says how long the connection's thread has been inside the library, and cuts the socket when that is too long.
///
/// librabbitmq 0.11 can wait without limit: sending to a broker that reads no more, and receiving after a send. A
/// `shutdown(2)` from outside ends such a call with a socket error.
final class CallGuard: Sendable {
    private struct State {
        var descriptor: Int32 = -1
        var deadline: ContinuousClock.Instant?
        var limit: Duration
        var cuts = 0
    }

    private let state: Mutex<State>

    init(limit: Duration) { state = Mutex(State(limit: limit)) }

    /// How often a call was cut short.
    var cuts: Int { state.withLock { $0.cuts } }

    /// The socket to cut; -1 once it is about to be closed, so that a number used anew is never cut.
    func protect(_ descriptor: Int32) { state.withLock { $0.descriptor = descriptor } }

    func enter() { state.withLock { $0.deadline = .now + $0.limit } }

    func leave() { state.withLock { $0.deadline = nil } }

    /// Allows `limit` per call from now on, the present one included.
    func hasten(to limit: Duration) {
        state.withLock { state in
            state.limit = min(state.limit, limit)
            if let deadline = state.deadline { state.deadline = min(deadline, .now + limit) }
        }
    }

    func check() {
        state.withLock { state in
            guard let deadline = state.deadline, deadline <= .now, state.descriptor >= 0 else { return }
            state.cuts += 1
            shutdown(state.descriptor, Int32(SHUT_RDWR))
        }
    }
}
