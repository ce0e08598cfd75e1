internal import Synchronization

/// What `/livez` and `/readyz` answer from.
public final class ServiceHealth: Sendable {
    /// One condition of readiness and what stands in its way.
    public struct Check: Sendable, Hashable {
        /// As `/readyz` shows it: `broker`, `database`.
        public let name: String
        /// One `false` among all checks makes the service not ready; liveness never looks at it.
        public let isReady: Bool
        /// What stands in its way, for people; may be empty. `/readyz` shows it to everyone: no secrets.
        public let detail: String

        /// Made anew at each probe, so the state it tells must be at hand without waiting.
        public init(_ name: String, isReady: Bool, detail: String = "") {
            self.name = name
            self.isReady = isReady
            self.detail = detail
        }
    }

    /// The answer of a probe.
    struct Report: Sendable {
        let isGood: Bool
        let json: String
    }

    /// In a struct, for a bare closure in a generic gains a thunk at each read.
    private struct Probe: Sendable {
        let check: @Sendable () -> Check
    }

    private struct State {
        var loops: [LoopHealth] = []
        var probes: [Probe] = []
        var isDraining = false
        var hasStarted = false
        var databaseAnswered: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    init() {}

    /// A loop to be watched.
    func loop(_ name: String) -> LoopHealth {
        let loop = LoopHealth(name: name)
        state.withLock { $0.loops.append(loop) }
        return loop
    }

    /// A loop that has ended is watched no longer.
    func forget(_ loop: LoopHealth) { state.withLock { $0.loops.removeAll { $0 === loop } } }

    /// Adds a condition of readiness.
    public func requireForReadiness(_ check: @escaping @Sendable () -> Check) {
        state.withLock { $0.probes.append(Probe(check: check)) }
    }

    func drain() { state.withLock { $0.isDraining = true } }
    func started() { state.withLock { $0.hasStarted = true } }
    func databaseAnswered() { state.withLock { $0.databaseAnswered = .now } }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// When the database answered last, as far back as `moment`.
    func sinceDatabaseAnswered(at moment: ContinuousClock.Instant = .now) -> Duration? {
        state.withLock { $0.databaseAnswered.map { moment - $0 } }
    }

    func liveness(at moment: ContinuousClock.Instant = .now) -> Report {
        let stuck = state.withLock { $0.loops }.filter { $0.isStuck(at: moment) }.map(\.name)
        let checks = stuck.map { Check($0, isReady: false, detail: "no turn for 30 s") }
        return report(good: "alive", bad: "stuck", checks)
    }

    func readiness() -> Report {
        let (probes, isDraining, hasStarted) = state.withLock { ($0.probes, $0.isDraining, $0.hasStarted) }
        var checks = [Check("started", isReady: hasStarted, detail: hasStarted ? "" : "waiting for its dependencies")]
        checks += probes.map { $0.check() }
        if isDraining { checks.append(Check("draining", isReady: false, detail: "told to stop")) }
        return report(good: "ready", bad: "not ready", checks)
    }

    private func report(good: String, bad: String, _ checks: [Check]) -> Report {
        let isGood = checks.allSatisfy(\.isReady)
        let parts = checks.map { check in
            "{\"name\":\(quoted(check.name)),\"ok\":\(check.isReady),\"detail\":\(quoted(check.detail))}"
        }
        return Report(
            isGood: isGood,
            json: "{\"status\":\(quoted(isGood ? good : bad)),\"checks\":[\(parts.joined(separator: ","))]}\n"
        )
    }
}

private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": result += "\\\(scalar)"
        case "\u{0}"..<" ": result += " "
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
