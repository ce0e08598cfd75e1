internal import Models
internal import Synchronization

/// What the demo's upstream knows of each of its withdrawals.
final class DemoLedger: Sendable {
    /// One withdrawal's course.
    struct Course: Sendable {
        var order: DemoPlan.Order
        var sequence = 0
        var requestedAt: ContinuousClock.Instant?
        var readyAt: ContinuousClock.Instant?
        var sentAt: ContinuousClock.Instant?
        var endedAt: ContinuousClock.Instant?
        var promised: Energy = .zero
        var txid: TransactionID?
        /// How the transfer that was sent was to be paid for; `nil` before one was.
        var method: AllocationMethod?
        var revocations = 0
        /// Whether the newest word is to send it.
        var maySend = false
        var settled: WithdrawalSettled?
        var outcome: String?
    }

    private let courses: Mutex<[WithdrawalID: Course]>
    private let messages = Mutex<[PartnerID: Set<String>]>([:])

    init(_ orders: [DemoPlan.Order]) {
        courses = Mutex(Dictionary(uniqueKeysWithValues: orders.map { ($0.id, Course(order: $0)) }))
    }

    /// Changes one course.
    func update(_ id: WithdrawalID, _ body: (inout Course) -> Void) {
        courses.withLock { courses in
            if var course = courses[id] {
                body(&course)
                courses[id] = course
            }
        }
    }

    /// Takes an event, unless a newer one was taken already: delivery is at least once and may be out of order.
    /// - Returns: whether it is news.
    func take(_ id: WithdrawalID, sequence: Int, _ body: (inout Course) -> Void) -> Bool {
        courses.withLock { courses in
            guard var course = courses[id], sequence > course.sequence else { return false }
            course.sequence = sequence
            body(&course)
            courses[id] = course
            return true
        }
    }

    /// Notes that a partner's system has heard an event of a withdrawal.
    func hear(_ message: String, by partner: PartnerID) {
        _ = messages.withLock { $0[partner, default: []].insert(message) }
    }

    /// The ids of the events of withdrawals that each partner's system has heard.
    var heard: [PartnerID: Set<String>] { messages.withLock { $0 } }

    subscript(id: WithdrawalID) -> Course? { courses.withLock { $0[id] } }

    /// All, as they stand.
    var all: [Course] { courses.withLock { Array($0.values) } }

    /// How many were asked for, are ready or further, were sent, and have ended.
    var progress: (requested: Int, ready: Int, sent: Int, ended: Int) {
        courses.withLock { courses in
            courses.values.reduce(into: (0, 0, 0, 0)) { counts, course in
                if course.requestedAt != nil { counts.0 += 1 }
                if course.readyAt != nil { counts.1 += 1 }
                if course.sentAt != nil { counts.2 += 1 }
                if course.endedAt != nil { counts.3 += 1 }
            }
        }
    }
}
