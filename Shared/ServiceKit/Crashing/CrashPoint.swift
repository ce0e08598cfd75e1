internal import Glibc
internal import Synchronization

/// Named places where a test can end the process as power loss would: with SIGKILL, nothing flushed.
///
/// `BUSBAR_CRASH_AT=commit:3` ends it at the third pass of `commit`. Without it a pass costs one load of a word.
public enum CrashPoint: String, Sendable, Hashable, CaseIterable {
    /// After the inbox insert, in the open transaction.
    case inbox
    /// After the commit, before anything else is done about it.
    case commit
    /// After the acknowledgement was handed to the connection.
    case ack
    /// Before committed messages are handed to the broker.
    case publish
    /// After the broker's confirms, before the rows are marked.
    case confirm
    /// After a transaction was signed, before it is stored.
    case sign
    /// After it was stored, before it is sent.
    case store
    /// After it was sent to the node, before the answer is used.
    case broadcast
    /// Before the outcome of an attempt is recorded.
    case record
    /// After what a supplier is sent was built and signed, before it is stored.
    case prepare
    /// After it was stored, before the supplier is asked.
    case order
    /// After the supplier was asked, before its answer is stored.
    case answer
    /// After a purchase was looked up, before what was found is stored.
    case find
    /// After what became of a purchase was stored.
    case book

    private static let armed = Atomic<Bool>(false)
    private static let plan = Mutex<(point: CrashPoint, passes: Int)?>(nil)

    /// Arms it. ``ServiceKit`` does, on the local stack alone.
    static func arm(_ plan: CrashPlan) {
        Self.plan.withLock { $0 = (plan.point, plan.pass) }
        armed.store(true, ordering: .relaxed)
    }

    /// Passes the point: returns, unless the process was told to end here.
    public static func hit(_ point: CrashPoint) {
        guard armed.load(ordering: .relaxed) else { return }
        let mustEnd = plan.withLock { plan in
            guard let current = plan, current.point == point else { return false }
            plan = (point, current.passes - 1)
            return current.passes == 1
        }
        if mustEnd { kill(getpid(), SIGKILL) }
    }
}

/// `name:n`, or `name` for the first pass.
struct CrashPlan: Sendable, Hashable {
    static var expectation: String {
        "expected `name` or `name:n` with one of " + CrashPoint.allCases.map(\.rawValue).joined(separator: ", ")
    }

    let point: CrashPoint
    let pass: Int

    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let point = CrashPoint(rawValue: String(parts[0])) else { return nil }
        let pass = parts.count == 2 ? Int(parts[1]) : 1
        guard let pass, pass >= 1 else { return nil }
        self.point = point
        self.pass = pass
    }
}
